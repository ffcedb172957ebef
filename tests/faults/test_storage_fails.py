"""Storage answers 500, 503, 404, nothing, too late or half, at any request of all that the app does."""

import os
import random
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from assets.previews import Sandbox
from promptrails.workspaces.models import User, Workspace
from tests.faults import deeds, truth
from tests.faults.deeds import Deed, World, all_is_well_again
from tests.faults.lab import lab
from tests.faults.proxy import FAULTS, PATIENCE, Proxy, faulty_proxy
from tests.storage_servers import using_storage

pytestmark = [pytest.mark.slow, pytest.mark.faults]
EVERY = os.environ.get("FAULTS") == "all"
PLACES = 1000 if EVERY else 1  # requests of a deed that each fault spoils
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
    return proxy.heal()


@pytest.mark.parametrize("make", deeds.WEB[:2] + deeds.WEB[3:], ids=lambda make: make.__name__)
def test_whoever_asks_is_told_and_may_ask_again(
    proxy: Proxy, world: World, web: int, sandbox: Sandbox, make: Callable[[World], Deed]
) -> None:
    requests = requests_of(proxy, make(world))
    truth.let_time_pass(sandbox)
    for name, fault in FAULTS.items():
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
            truth.holds(all_are_dead=False)
            all_is_well_again(sandbox, [deed])
