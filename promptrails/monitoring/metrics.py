"""/metrics: what Prometheus scrapes, for whoever has METRICS_TOKEN, within three seconds whatever is away."""

import os
from collections.abc import Iterable, Iterator
from functools import partial

import psycopg
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from assets import storage
from promptrails.health import in_time, own_connection
from promptrails.monitoring.gauges import gauge, known_by

disable_created_metrics()  # a series more for each, which processes that count together do not have
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="metrics"'}


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """404 without METRICS_TOKEN, 401 without the token (RFC 6750)."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not has_token(request):
        return HttpResponse("Send Authorization: Bearer TOKEN.\n", "text/plain", 401, headers=CHALLENGE)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(Everything()), content_type=content_type)


def has_token(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    is_right = constant_time_compare(given.strip(), settings.METRICS_TOKEN)
    return is_right and scheme.lower() == "bearer"


class Everything(Collector):
    """What the processes have counted, and what engines know now."""

    def collect(self) -> Iterable[Metric]:
        yield from counted()
        yield from gathered()


def counted() -> Iterable[Metric]:
    """By every process that shares PROMETHEUS_MULTIPROC_DIR, or by this one alone where it is not set."""
    storage.count_from_zero()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return MultiProcessCollector(None).collect()
    return REGISTRY.collect()


def gathered() -> Iterator[Metric]:
    """Both engines are asked at once; what has not answered in time is left out, and is not up."""
    up: set[str] = set()
    known: list[Metric] = []
    parameters = connection.get_connection_params()
    in_time(partial(ask_database, parameters, up, known), partial(ask_storage, up))
    yield gauge("database_up", "Whether the database answers.", "database" in up)
    yield gauge("storage_up", "Whether storage answers.", "storage" in up)
    yield from tuple(known)


def ask_database(parameters: dict[str, object], up: set[str], known: list[Metric]) -> None:
    try:
        with own_connection(parameters) as own:
            up.add("database")
            for metric in known_by(own):
                known.append(metric)
    except psycopg.Error:
        return


def ask_storage(up: set[str]) -> None:
    if storage.is_reachable():
        up.add("storage")
