"""Domain errors become pages, each with a sentence and its status."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from assets.errors import DomainError, NotFound

log = logging.getLogger(__name__)
DATABASE_AWAY = "The database does not answer. Nothing was changed; try again in a minute."


class FaultsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotFound):
            raise Http404(error.message) from error
        if isinstance(error, DomainError):
            return fault_page(request, error.status, error.message)
        if isinstance(error, OperationalError | InterfaceError):
            log.error("the database failed a request: %s", error)
            return fault_page(request, 503, DATABASE_AWAY)
        return None


def fault_page(request: HttpRequest, status: int, message: str) -> HttpResponse:
    template = f"{status}.html" if status in {400, 403, 503} else "400.html"
    response = render(request, template, {"message": message}, status=status)
    if status == 503:
        response["Retry-After"] = "30"
    return response
