"""`manage.py check_storage` says what works, names the variable where something does not, and tidies up."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from assets import storage
from assets.errors import StorageUnavailable
from assets.management.commands import check_storage
from assets.management.commands.check_storage import BODY, STEPS, Answer
from promptrails.embedded.ports import LOOPBACK
from tests.storage_servers import (
    Route,
    Second,
    answers,
    failing,
    named,
    reverse_proxy,
    second_seaweedfs,
)
from tests.storage_servers import using_storage as using

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def server() -> Iterator[Second]:
    with second_seaweedfs() as server:
        yield server


@pytest.fixture
def second(server: Second) -> Iterator[Second]:
    """The app on a second SeaweedFS, where nothing may be left behind."""
    with using(**named(server)):
        yield server
        assert list(storage.list_objects()) == []


@contextmanager
def behind(server: Second, route: Route) -> Iterator[None]:
    """The app on a store that browsers reach through a proxy."""
    with ExitStack() as stack:
        port = stack.enter_context(reverse_proxy(route))
        public = f"http://localhost:{port}/{server.bucket}"
        stack.enter_context(using(**{**named(server), "public_url": public}))
        yield


def check() -> tuple[dict[str, tuple[str, str]], bool]:
    """Each step's outcome and sentence, and whether the command succeeded."""
    output = StringIO()
    try:
        call_command("check_storage", stdout=output)
        ready = True
    except CommandError:
        ready = False
    assert (settings.STORAGE.secret_key or "?") not in output.getvalue()
    found = {}
    for line in output.getvalue().splitlines():
        for step in STEPS:
            outcome, _, rest = line.partition(" ")
            if rest.strip().startswith(f"{step.name} "):
                found[step.name] = (outcome, rest.strip().removeprefix(step.name).strip())
    assert list(found) == [step.name for step in STEPS]
    return found, ready


def failures(found: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {name: sentence for name, (outcome, sentence) in found.items() if outcome == "failed"}


def test_every_step_works_on_a_real_store(second: Second) -> None:
    found, ready = check()
    assert {outcome for outcome, _ in found.values()} == {"ok"}
    assert ready


def test_every_step_works_through_a_proxy_under_the_public_url(second: Second) -> None:
    with behind(second, Route(second.endpoint)):
        found, ready = check()
        assert storage.public_origin() in found["sign and fetch"][1]
    assert ready


def test_the_exit_status_and_the_lines_of_the_real_command(second: Second) -> None:
    """As an operator runs it, with everything named in the environment: nothing embedded starts."""
    result = as_operator(second)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("ok      reach ")
    assert result.stdout.endswith("Storage is ready.\n")
    result = as_operator(second, STORAGE_BUCKET="no-such-bucket")
    assert result.returncode == 1
    assert "failed  bucket" in result.stdout
    assert second.secret_key not in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def as_operator(server: Second, **changes: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL") if name in os.environ}
    here = {**kept, **server.variables(), "DATA_DIR": str(server.folder / "unused"), **changes}
    command = [sys.executable, "manage.py", "check_storage"]
    result = subprocess.run(command, cwd=ROOT, env=here, capture_output=True, text=True, timeout=60)
    left = [path.name for path in (server.folder / "unused").glob("*") if path.is_dir()]
    assert left == []  # no engine made itself a home
    return result


@pytest.mark.parametrize(
    ("changes", "step", "variable"),
    [
        ({"endpoint": f"http://{LOOPBACK}:1"}, "reach", "STORAGE_ENDPOINT"),
        ({"bucket": "no-such-bucket"}, "bucket", "STORAGE_BUCKET"),
        ({"secret_key": "another"}, "bucket", "STORAGE_SECRET_KEY"),
        ({"public_url": f"http://{LOOPBACK}:1/x"}, "sign and fetch", "STORAGE_PUBLIC_URL"),
    ],
)
def test_what_fails_first_is_named_and_what_needs_it_is_skipped(
    second: Second, changes: dict[str, Any], step: str, variable: str
) -> None:
    with using(**{**named(second), **changes}):
        found, ready = check()
    assert not ready
    assert list(failures(found)) == [step]
    assert variable in failures(found)[step]
    assert {outcome for outcome, _ in found.values()} <= {"ok", "failed", "skipped"}


def test_a_store_that_only_fails_is_reached_but_has_no_bucket() -> None:
    with failing(answers(500, "InternalError")):
        found, ready = check()
    assert not ready
    assert list(failures(found)) == ["bucket"]


def test_a_proxy_that_hides_the_host_is_the_one_to_look_at(second: Second) -> None:
    with behind(second, Route(second.endpoint, host="hidden")):
        found, ready = check()
    assert not ready
    assert list(failures(found)) == ["sign and fetch"]
    assert "STORAGE_PUBLIC_URL" in failures(found)["sign and fetch"]
    assert found["delete"][0] == "ok"


@pytest.mark.parametrize(
    ("step", "answer", "word"),
    [
        ("sign and fetch", Answer(404, b"", ""), "STORAGE_BUCKET"),
        ("sign and fetch", Answer(200, b"other", "attachment"), "STORAGE_BUCKET"),
        ("sign and fetch", Answer(200, BODY, ""), "response-content-disposition"),
        ("range", Answer(200, BODY, ""), "seeking"),
        ("altered", Answer(200, BODY, ""), "altered signature"),
        ("unsigned", Answer(200, BODY, ""), "anyone can read"),
        ("unsigned", Answer(502, b"", ""), "502"),
    ],
)
def test_a_store_or_proxy_that_answers_wrongly(second: Second, step: str, answer: Answer, word: str) -> None:
    asked = {"sign and fetch": 0, "range": 1, "altered": 2, "unsigned": 3}[step]
    ask = check_storage.ask
    turns = iter(range(4))

    def sometimes(url: str, headers: dict[str, str] | None = None) -> Answer:
        return answer if next(turns) == asked else ask(url, headers)

    with mock.patch.object(check_storage, "ask", sometimes):
        found, ready = check()
    assert not ready
    assert list(failures(found)) == [step]
    assert word in failures(found)[step]


@pytest.mark.parametrize(
    ("step", "function", "permission"),
    [
        ("list", "list_objects", "s3:ListBucket"),
        ("put", "put", "s3:PutObject"),
        ("head", "head", "s3:GetObject"),
    ],
)
def test_a_permission_that_is_missing_is_named(
    second: Second, step: str, function: str, permission: str
) -> None:
    real = getattr(storage, function)
    turns = iter([StorageUnavailable("away")])

    def once(*args: Any, **more: Any) -> Any:
        for fault in turns:
            raise fault
        return real(*args, **more)

    with mock.patch.object(storage, function, once):
        found, ready = check()
    assert not ready
    assert permission in failures(found)[step]


def test_a_put_that_arrived_though_it_seemed_to_fail_is_removed(second: Second) -> None:
    put = storage.put

    def fails_afterwards(*args: Any) -> None:
        put(*args)
        raise StorageUnavailable("away")

    with mock.patch.object(storage, "put", fails_afterwards):
        found, _ = check()
    assert found["put"][0] == "failed"


def test_a_crash_in_the_middle_leaves_nothing_behind(second: Second) -> None:
    with mock.patch.object(storage, "head", side_effect=RuntimeError), pytest.raises(RuntimeError):
        call_command("check_storage", stdout=StringIO())


def test_what_cannot_be_removed_is_named(second: Second) -> None:
    output = StringIO()
    refuses = mock.patch.object(storage, "remove", return_value=[])
    with refuses as asked, pytest.raises(CommandError):
        call_command("check_storage", stdout=output)
    [key] = asked.call_args.args[0]
    assert f"Perhaps left behind: {key}" in output.getvalue()
    assert storage.remove([key]) == [key]
