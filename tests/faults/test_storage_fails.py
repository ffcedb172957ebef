"""Storage answers 500, 503, 404, nothing, too late or half, at any request of all that the app does."""

import io
import os
import random
import time
import zipfile
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db.models import Q

from assets import previewing
from assets.models import PreviewStatus
from assets.previews import Sandbox
from promptrails.workspaces.models import User, Workspace
from tests.factories import png, store_asset
from tests.faults import deeds, truth
from tests.faults.deeds import Deed, World, all_is_well_again
from tests.faults.lab import lab
from tests.faults.proxy import FAULTS, PATIENCE, Proxy, faulty_proxy
from tests.people import signed_in
from tests.storage_servers import using_storage

pytestmark = [pytest.mark.slow, pytest.mark.faults]
EVERY = os.environ.get("FAULTS") == "all"
PLACES = 1000 if EVERY else 1  # requests of a deed that each fault spoils
KINDS = len(FAULTS) if EVERY else 5
chance = random.Random(os.environ.get("FAULTS_SEED"))


@pytest.fixture
def proxy(bucket: str) -> Iterator[Proxy]:
    assert settings.STORAGE.endpoint
    with (
        faulty_proxy(settings.STORAGE.endpoint) as made,
        using_storage(endpoint=made.endpoint, bucket=bucket),
    ):
        yield made


@pytest.fixture
def world(proxy: Proxy, acme: Workspace, ada: User) -> Iterator[World]:
    with lab(settings.STORAGE.bucket, TRANSFER_TIMEOUT=str(PATIENCE)) as processes:
        yield World(processes, acme, ada)


@pytest.fixture
def web(world: World) -> int:
    return world.lab.start("serve")


def places(requests: int) -> list[tuple[int, bool]]:
    """Which requests are spoiled, and whether all from there on are."""
    every = [(at, for_good) for at in range(1, requests + 1) for for_good in (False, True)]
    return chance.sample(every, min(PLACES, len(every)))


def requests_of(proxy: Proxy, deed: Deed) -> int:
    proxy.spoil(FAULTS["500"], 10**6)
    assert deed.go()
    requests = proxy.heal()
    assert requests, "it asks storage"
    return requests


def some_faults() -> list[tuple[str, Callable[..., None]]]:
    return chance.sample(list(FAULTS.items()), KINDS)


@pytest.mark.parametrize("make", deeds.WEB[:2] + deeds.WEB[3:], ids=lambda make: make.__name__)
def test_whoever_asks_is_told_and_may_ask_again(
    proxy: Proxy, world: World, web: int, sandbox: Sandbox, make: Callable[[World], Deed]
) -> None:
    requests = requests_of(proxy, make(world))
    truth.let_time_pass(sandbox)
    for name, fault in some_faults():
        for at, for_good in places(requests):
            deed, began = make(world), time.monotonic()
            proxy.spoil(fault, at, for_good=for_good)
            answer = deed.go()
            took = time.monotonic() - began
            proxy.heal()
            told = f"{name}, request {at} of {requests}{' and later' * for_good}"
            assert answer, told
            assert answer.status_code in {*deed.again, 409, 503}, f"{told}: {answer}"
            if answer.status_code == 503:
                assert b"Storage does not answer at the moment." in answer.content, told
                assert answer.headers["Retry-After"], told
            assert took < 3 or make in deeds.WEB[:2], f"{told}: {took:.1f} s"
            truth.holds(told, all_are_dead=False)
            all_is_well_again(sandbox, [deed])


@pytest.mark.parametrize("make", deeds.WORKER, ids=lambda make: make.__name__)
def test_a_worker_lives_on_and_does_it_later(
    proxy: Proxy, world: World, sandbox: Sandbox, make: Callable[[World], Deed]
) -> None:
    requests = requests_of(proxy, make(world))
    truth.let_time_pass(sandbox)
    for name, fault in some_faults():
        for at, for_good in places(requests):
            deed = make(world)
            proxy.spoil(fault, at, for_good=for_good)
            answer = deed.go()
            asked = proxy.heal()
            told = f"{name}, request {at} of {requests}{' and later' * for_good}"
            assert answer, f"{told}: the worker ended"
            assert asked <= 2 * requests, f"{told}: {asked} requests"
            truth.holds(told, all_are_dead=False)
            if fault is FAULTS["404"]:  # storage's own word: an admin has them made again
                previewing.ask_again(Q(preview_status=PreviewStatus.FAILED))
            truth.let_time_pass(sandbox)
            truth.settled()
            deed.check()


PAGES = (
    *("assets/", "assets/?layout=table", "assets/?q=picture", "assets/export/?format=csv", "assets/{id}/"),
    *("assets/{id}/delete/", "assets/{id}/download/", "assets/compare/?id={id}&id={other}"),
    *("storage/", "activity/", "members/", "keys/", "retention/"),
)


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "late"])
def test_pages_answer_while_storage_is_away(proxy: Proxy, acme: Workspace, ada: User, name: str) -> None:
    """Within three seconds, without asking storage again and again."""
    asset, other = store_asset(acme), store_asset(acme)
    client = signed_in(ada)
    client.raise_request_exception = False
    with using_storage(endpoint=proxy.endpoint, bucket=settings.STORAGE.bucket, timeout=PATIENCE, attempts=1):
        for path in (f"/w/acme/{page}".format(id=asset.pk, other=other.pk) for page in PAGES):
            proxy.spoil(FAULTS[name], 1, for_good=True)
            began = time.monotonic()
            answer = client.get(path)
            body = b"".join(answer) if answer.streaming else answer.content
            assert time.monotonic() - began < 3, path
            assert proxy.heal() <= 1, path
            assert answer.status_code in {200, 302}, path
            assert body or answer.status_code == 302, path


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "late"])
def test_an_archive_is_whole_or_seen_to_be_broken(proxy: Proxy, world: World, web: int, name: str) -> None:
    """Whatever fails while it is made: what a person unpacks holds every file, or says which it does not."""
    bodies = {f"{number}.png": png(200, 200, number) for number in range(3)}
    assets = [store_asset(world.workspace, body, file_name=name) for name, body in bodies.items()]
    form = "&".join(f"id={asset.pk}" for asset in assets)
    proxy.spoil(FAULTS["500"], 10**6)
    assert world.post("/w/acme/assets/archive/", form)
    requests = proxy.heal()
    for at in range(1, requests + 1):
        proxy.spoil(FAULTS[name], at)
        began = time.monotonic()
        answer = world.post("/w/acme/assets/archive/", form)
        assert time.monotonic() - began < 6
        proxy.heal()
        if answer is None:  # ended before the length that was told
            continue
        if answer.status_code == 503:
            assert b"Storage does not answer" in answer.content
            continue
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            missing = archive.read("missing.txt").decode() if "missing.txt" in archive.namelist() else ""
            for file_name, body in bodies.items():
                assert file_name in missing or archive.read(file_name) == body
