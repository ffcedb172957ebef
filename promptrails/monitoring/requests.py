"""The outermost middleware: each request has an id, is counted, timed, and told in one access line."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.encoding import escape_uri_path
from django.utils.functional import SimpleLazyObject
from prometheus_client import Counter, Histogram

from promptrails.monitoring.logs import request_id
from promptrails.workspaces.addresses import client_address

log = logging.getLogger("promptrails.access")
HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
STATIC, UNKNOWN = "static", "unknown"
QUIET = {"healthz", "readyz", "metrics", STATIC}  # they come by the dozen: told at DEBUG, where all is well
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)  # seconds; uploads take long
REQUESTS = Counter(
    "promptrails_http_requests",
    "Requests answered, by the class of their status.",
    ["view", "method", "status"],
)
SECONDS = Histogram(
    "promptrails_http_request_duration_seconds",
    "Time from a request's headers to its answer, an upload's body included.",
    ["view", "method"],
    buckets=BUCKETS,
)


class RequestsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        start, chosen = time.perf_counter(), id_for(request)
        request_id.set(chosen)
        response = self.get_response(request)
        response.headers[HEADER] = chosen
        observe(request, response.status_code, time.perf_counter() - start)
        return response


@receiver(request_finished)
def forget_id(**signal: object) -> None:
    """Not before: Django tells of a 5xx, and a stream is sent, when the middleware is through."""
    request_id.set(None)


def id_for(request: HttpRequest) -> str:
    """What a proxy in front has named the request, where that is fit for a log; else a new name."""
    given = request.headers.get(HEADER, "")
    return given if SANE.fullmatch(given) else uuid.uuid4().hex


def observe(request: HttpRequest, status: int, seconds: float) -> None:
    view = view_of(request)
    method = request.method if request.method in METHODS else "other"
    REQUESTS.labels(view, method, f"{status // 100}xx").inc()
    SECONDS.labels(view, method).observe(seconds)
    level = logging.DEBUG if view in QUIET and status < 400 else logging.INFO
    if log.isEnabledFor(level):
        facts = facts_of(request, status, seconds)
        line = "%(method)s %(path)s %(status)s %(seconds).3f s"
        log.log(level, line, facts, extra={"access": facts})


def view_of(request: HttpRequest) -> str:
    """The name of the address: never the address itself, of which there are any number."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return STATIC if request.path.startswith(settings.STATIC_URL) else UNKNOWN


def facts_of(request: HttpRequest, status: int, seconds: float) -> dict[str, object]:
    """Nothing of the query string, of headers or of the body: they hold signatures, keys and names."""
    return {
        "method": request.method,
        "path": escape_uri_path(request.path),
        "status": status,
        "seconds": round(seconds, 4),
        "user": user_of(request),
        "workspace": workspace_of(request),
        "address": client_address(request),
    }


def user_of(request: HttpRequest) -> object:
    """The id of a signed-in user, where the request has asked for it: the log asks the database nothing."""
    user = request.__dict__.get("user")
    if type(user) is SimpleLazyObject:
        user = getattr(request, "_cached_user", None)
    return getattr(user, "pk", None)


def workspace_of(request: HttpRequest) -> str | None:
    """The slug of the workspace that was entered: a member's page, or the caller of the API."""
    entered = getattr(request, "membership", None) or getattr(request, "auth", None)
    return entered.workspace.slug if entered else None
