"""The Content-Security-Policy of every answer: media come from storage, or go there; all else is here."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

from assets import storage


class ContentPolicyMiddleware(CSPMiddleware):
    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        origin = storage.public_origin()
        from_storage = {name: [origin] for name in ("img-src", "media-src", "connect-src")}
        parts.update = {**(parts.update or {}), **from_storage}
        return parts
