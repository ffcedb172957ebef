"""The WSGI application: `granian --interface wsgi promptrails.wsgi:application`, or gunicorn."""

import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters


class Utf8Request(WSGIRequest):
    """A request in UTF-8, whatever its Content-Type calls itself (WHATWG URL, 5.1; RFC 8259, 8.1).

    Django would believe a charset and fail at one that is none of text, before any middleware could answer.
    """

    def _set_content_type_params(self, meta: dict[str, str]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:  # whoever reads it again gets what can be read of it
            meta["CONTENT_TYPE"] = bare = meta["CONTENT_TYPE"].partition(";")[0].strip().lower()
            self.content_type, self.content_params = bare, {}


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promptrails.settings")
os.environ.setdefault("SERVES_PAGES", "1")
application = get_wsgi_application()
application.request_class = Utf8Request
