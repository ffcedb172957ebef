"""Pages are sent compressed; archives of media, which are as small as they get, as they are."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

AS_IT_IS = {"application/zip"}


class CompressionMiddleware(GZipMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.get("Content-Type") in AS_IT_IS:
            return response
        return super().process_response(request, response)
