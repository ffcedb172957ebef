"""So many requests a minute for each key, counted exactly by however many processes."""

import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from promptrails.workspaces import keys
from promptrails.workspaces.models import ApiKeyWindow, Scope, Workspace
from tests.api.calling import ASSETS, UPLOADS, Wire, fault
from tests.factories import make_asset

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _three_a_minute(settings: Any) -> None:
    settings.API_RATE_LIMIT = 3


def use_up(api: Client) -> None:
    assert [api.get(ASSETS).status_code for _ in range(3)] == [200] * 3


def test_a_key_that_has_used_its_minute_up_is_told_when_to_go_on(api: Client) -> None:
    use_up(api)
    answer = api.get(ASSETS)
    details = fault(answer, 429, "rate_limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert details == {"limit": 3, "retry_after": int(answer.headers["Retry-After"])}


def test_every_answer_says_what_is_left(api: Client) -> None:
    left = []
    for _ in range(3):
        answer = api.get(ASSETS)
        left.append(answer.headers["RateLimit-Remaining"])
        assert answer.headers["RateLimit-Limit"] == "3"
        assert 1 <= int(answer.headers["RateLimit-Reset"]) <= 61
    assert left == ["2", "1", "0"]
    refused = api.get(ASSETS).headers
    assert (refused["RateLimit-Limit"], refused["RateLimit-Remaining"]) == ("3", "0")
    assert refused["RateLimit-Reset"] == refused["Retry-After"]


def test_a_fault_counts_too(api: Client) -> None:
    statuses = [api.get(f"{ASSETS}/never").status_code, api.post(UPLOADS).status_code]
    statuses += [api.get(ASSETS, {"page": "0"}).status_code, api.get(ASSETS).status_code]
    assert statuses == [404, 415, 400, 429]


def test_nothing_is_done_beyond_the_limit(api: Client, acme: Workspace) -> None:
    asset = make_asset(acme)
    use_up(api)
    fault(api.delete(f"{ASSETS}/{asset.id}"), 429, "rate_limited")
    asset.refresh_from_db()


def test_each_key_has_a_minute_of_its_own(api: Client, reader: Client) -> None:
    use_up(api)
    assert api.get(ASSETS).status_code == 429
    use_up(reader)


def test_a_minute_passes(api: Client) -> None:
    use_up(api)
    ApiKeyWindow.objects.update(started_at=timezone.now() - timedelta(seconds=59))
    answer = api.get(ASSETS)
    assert (answer.status_code, int(answer.headers["Retry-After"])) in {(429, 1), (429, 2)}
    ApiKeyWindow.objects.update(started_at=timezone.now() - timedelta(seconds=60))
    use_up(api)


def test_a_useless_key_is_told_so_however_often(api: Client) -> None:
    unknown = Client(headers={"X-API-Key": keys.PREFIX + "x" * 43})
    assert [unknown.get(ASSETS).status_code for _ in range(5)] == [401] * 5
    use_up(api)


def test_addresses_without_a_key_are_not_limited(api: Client) -> None:
    use_up(api)
    assert api.get("/api/v1/openapi.json").status_code == 200
    assert api.get("/api/nowhere").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_time_are_counted_exactly(wire: Wire, settings: Any) -> None:
    settings.API_RATE_LIMIT = 20
    statuses: list[int] = []

    def send() -> None:
        statuses.extend(wire.send("GET", ASSETS).status_code for _ in range(4))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(statuses) == {200: 20, 429: 12}


PROCESS = """
import sys, django
django.setup()
from collections import Counter
from django.db import connection
from django.test import Client
connection.settings_dict["NAME"] = sys.argv[1]
client = Client(headers={"X-API-Key": sys.argv[2]})
print("ready", flush=True)
sys.stdin.readline()
statuses = Counter(client.get("/api/v1/assets").status_code for _ in range(15))
print(statuses[200], statuses[429])
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_processes_count_together_exactly(acme: Workspace) -> None:
    secret = keys.issue(acme, name="agents", scopes=[Scope.READ])[1]
    environ = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "API_RATE_LIMIT": "20",
        "ALLOWED_HOSTS": "testserver", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [sys.executable, "-c", PROCESS, connection.settings_dict["NAME"], secret]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate(timeout=60)[0].split() for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [sum(map(int, column)) for column in zip(*said, strict=True)] == [20, 10]
