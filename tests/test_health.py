"""/healthz and /readyz, also while the engines under them are frozen or gone."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from assets import storage
from promptrails import health

EVERY_PART = {"database", "migrations", "storage", "worker"}
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def database_at(monkeypatch: pytest.MonkeyPatch, host: str, port: int) -> Iterator[None]:
    parameters = {**connection.get_connection_params(), "host": host, "port": port}
    with monkeypatch.context() as patch:
        patch.setattr(type(connections["default"]), "get_connection_params", lambda self: parameters)
        yield


def ready() -> tuple[int, dict[str, Any], float]:
    start = time.monotonic()
    response = Client().get("/readyz")
    return response.status_code, json.loads(response.content)["parts"], time.monotonic() - start


def beat() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def test_healthz_asks_nobody() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


def test_readyz_wants_a_worker_and_then_all_is_there() -> None:
    status, parts, _ = ready()
    assert status == 503
    assert parts["worker"].startswith("no worker seen")
    beat()
    assert ready()[:2] == (200, dict.fromkeys(EVERY_PART, "ok"))


def test_a_migration_that_is_not_applied_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    known = health.known_migrations()
    monkeypatch.setattr(health, "known_migrations", lambda: known | {("assets", "9999_later")})
    status, parts, _ = ready()
    assert status == 503
    assert parts["migrations"] == "1 not applied"


def test_a_stopped_database_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with database_at(monkeypatch, "127.0.0.1", 1):
        status, parts, seconds = ready()
    assert status == 503
    assert parts["database"] == health.NO_DATABASE
    assert parts["storage"] == "ok"
    assert seconds < 1


def test_frozen_engines_are_given_up_within_three_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(storage, "is_reachable", lambda: threading.Event().wait(4))
    with socket.socket() as frozen:  # accepts, and never says a word
        frozen.bind(("127.0.0.1", 0))
        frozen.listen()
        with database_at(monkeypatch, "127.0.0.1", frozen.getsockname()[1]):
            status, parts, seconds = ready()
    assert status == 503
    assert parts["database"] == health.NO_DATABASE
    assert parts["storage"] == health.NO_STORAGE
    assert seconds < 3
