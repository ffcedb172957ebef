"""/healthz: the process serves. /readyz: so does all that it needs, each part named, within three seconds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache, partial
from typing import TypeVar

import psycopg
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets import storage

WORKER_SECONDS = 60  # procrastinate's workers report every ten
SECONDS = 2.5  # for all parts together; a frozen server never answers
NO_DATABASE = "the database does not answer"
NO_STORAGE = "storage does not answer"
Parts = dict[str, str]
T = TypeVar("T")


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    found = parts()
    ready = set(found.values()) == {"ok"}
    return JsonResponse({"ready": ready, "parts": found}, status=200 if ready else 503)


def parts() -> Parts:
    """Both engines at once."""
    found = {**dict.fromkeys(OF_DATABASE, NO_DATABASE), "storage": NO_STORAGE}
    for answer in in_time(partial(of_database, connection.get_connection_params()), of_storage):
        found.update(answer)
    return found


def in_time(*questions: Callable[[], T]) -> list[T]:
    """What is answered within SECONDS; the others are left behind in their threads."""
    pool = ThreadPoolExecutor(len(questions), thread_name_prefix="health")
    asked = [pool.submit(question) for question in questions]
    pool.shutdown(wait=False)
    return [answer.result() for answer in wait(asked, SECONDS).done]


def of_storage() -> Parts:
    return {"storage": "ok" if storage.is_reachable() else NO_STORAGE}


def own_connection(parameters: dict[str, object]) -> psycopg.Connection:
    """Not the pool's: those, when all are taken or lost, are waited for too long. Raises psycopg.Error."""
    return psycopg.connect(**{**parameters, "connect_timeout": 2})  # type: ignore[arg-type]


def of_database(parameters: dict[str, object]) -> Parts:
    try:
        with own_connection(parameters) as own:
            return {name: attempt(check, own) for name, check in OF_DATABASE.items()}
    except psycopg.Error:
        return dict.fromkeys(OF_DATABASE, NO_DATABASE)


def attempt(check: Callable[[psycopg.Connection], str], own: psycopg.Connection) -> str:
    try:
        with own.transaction():
            return check(own)
    except psycopg.errors.UndefinedTable:
        return "its table is missing: run migrate"


def answers(own: psycopg.Connection) -> str:
    own.execute("SELECT 1")
    return "ok"


def migrations(own: psycopg.Connection) -> str:
    applied = {(app, name) for app, name in own.execute("SELECT app, name FROM django_migrations")}
    missing = len(known_migrations() - applied)
    return f"{missing} not applied" if missing else "ok"


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset(loader.graph.nodes)  # of a squashed migration and those it replaces: the squashed one


def worker(own: psycopg.Connection) -> str:
    seen = own.execute(
        "SELECT 1 FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - make_interval(secs => %s) LIMIT 1",
        [WORKER_SECONDS],
    ).fetchone()
    return "ok" if seen else f"no worker seen for {WORKER_SECONDS} seconds"


OF_DATABASE: dict[str, Callable[[psycopg.Connection], str]] = {
    "database": answers,
    "migrations": migrations,
    "worker": worker,
}
