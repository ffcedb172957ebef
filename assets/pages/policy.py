"""The Content-Security-Policy of every answer: media come from storage, all else from here."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

from assets import storage


class ContentPolicyMiddleware(CSPMiddleware):
    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        origin = storage.public_origin()
        parts.update = {**(parts.update or {}), "img-src": [origin], "media-src": [origin]}
        return parts
