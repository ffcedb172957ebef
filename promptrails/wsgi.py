"""The WSGI application: `granian --interface wsgi promptrails.wsgi:application`, or gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "promptrails.settings")
os.environ.setdefault("SERVES_PAGES", "1")
application = get_wsgi_application()
