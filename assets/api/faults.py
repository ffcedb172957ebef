"""One envelope for everything that goes wrong: {"error": {"code", "message", "details"}}."""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import exceptions
from rest_framework.response import Response

from assets.api.caller import Quota
from assets.errors import DomainError, RateLimited

log = logging.getLogger(__name__)
PREFIX = "/api/"
AWAY_SECONDS = "30"
DATABASE_AWAY = "The database does not answer. Nothing was changed; try again in a minute."
CODES = {
    400: ("validation_error", "The request cannot be understood."),
    401: ("unauthorized", "Send a valid API key in the X-API-Key header."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    406: ("not_acceptable", "The API answers in JSON."),
    409: ("conflict", "This is not possible as things stand."),
    411: ("length_required", "Send the request with a Content-Length."),
    413: ("payload_too_large", "The request is too large."),
    414: ("uri_too_long", "The address is too long."),
    415: ("unsupported_media_type", "The request's Content-Type is not one that is taken here."),
    422: ("idempotency_key_reused", "This Idempotency-Key came before with another request."),
    429: ("rate_limited", "Too many requests."),
    431: ("headers_too_large", "The request's headers are too large."),
    503: ("unavailable", DATABASE_AWAY),
}
INTERNAL = ("internal_error", "Something went wrong on our side. Nothing that was confirmed is lost.")


def envelope(
    status: int, message: str = "", details: Mapping[str, object] | None = None, code: str = ""
) -> dict[str, Any]:
    known_code, known_message = CODES.get(status, INTERNAL if status >= 500 else CODES[400])
    return {
        "error": {
            "code": code or known_code,
            "message": message or known_message,
            "details": dict(details or {}),
        }
    }


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's EXCEPTION_HANDLER; None (a fault of ours) goes on to Django's logging and its 500."""
    if isinstance(error, DomainError):
        return of_domain(error)
    if isinstance(error, OperationalError | InterfaceError):
        log.error("the database failed a request: %s", error)
        return Response(envelope(503), 503, headers={"Retry-After": AWAY_SECONDS})
    if isinstance(error, Http404):
        return Response(envelope(404), 404)
    if isinstance(error, PermissionDenied):
        return Response(envelope(403), 403)
    if isinstance(error, RequestDataTooBig):
        return Response(envelope(413), 413)
    return of_framework(error) if isinstance(error, exceptions.APIException) else None


def of_domain(error: DomainError) -> Response:
    headers = {}
    if isinstance(error, RateLimited):
        headers = Quota(error.limit, 0, error.retry_after).headers()
        headers["Retry-After"] = str(error.retry_after)
    elif error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = AWAY_SECONDS
    body = envelope(error.status, error.message, error.details, error.code)
    return Response(body, error.status, headers=headers)


def of_framework(error: exceptions.APIException) -> Response:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, exceptions.ValidationError):
        fields = by_field(error.detail)
        message = " ".join(f"{name}: {' '.join(texts_in(detail))}" for name, detail in fields.items())
        return Response(envelope(400, message, fields), 400)
    known = isinstance(error, exceptions.AuthenticationFailed | exceptions.ParseError)
    message = str(error.detail) if known else ""
    return Response(envelope(error.status_code, message), error.status_code, headers=headers)


def by_field(detail: Any) -> dict[str, Any]:
    return dict(detail) if isinstance(detail, dict) else {"non_field_errors": detail}


def texts_in(detail: Any) -> list[str]:
    """The sentences of a field's errors, each once; the errors of a list's items lie a level deeper."""
    if not isinstance(detail, dict | list):
        return [str(detail)]
    inner = detail.values() if isinstance(detail, dict) else detail
    return list(dict.fromkeys(text for one in inner for text in texts_in(one)))


class EnvelopeMiddleware:
    """The first of all: whatever refuses an API request before or behind its view, the answer is JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        if not request.path_info.startswith(PREFIX) or response.status_code < 400 or is_json:
            return response
        answer = HttpResponse(
            json.dumps(envelope(response.status_code)), "application/json", response.status_code
        )
        for name in ("Allow", "Retry-After"):
            if name in response.headers:
                answer[name] = response.headers[name]
        return answer
