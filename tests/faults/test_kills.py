"""SIGKILL to web process and worker: at every step of all they do, and at any moment while both are busy.

Whatever stands then, nothing is lost and nothing is left behind: `truth.holds` at once, `truth.settled` when
time has passed, and whoever saw no answer asks again and is answered.
"""

import os
import random
import time
from collections.abc import Callable
from threading import Thread

import pytest

from assets import bulk
from assets.previews import Sandbox
from promptrails.workspaces.actors import Actor
from tests.faults import deeds, truth
from tests.faults.deeds import Deed, World, all_is_well_again, serving
from tests.faults.lab import KILLED

pytestmark = [pytest.mark.slow, pytest.mark.faults]
EVERY = os.environ.get("FAULTS") == "all"  # `make faults`: every step, and more moments
STEPS, ROUNDS = (1000, 200) if EVERY else (12, 30)  # 216 points at least
chance = random.Random(os.environ.get("FAULTS_SEED"))


def some_of(steps: int) -> list[int]:
    assert steps > 5, "there is something to interrupt"
    return chance.sample(range(1, steps + 1), min(steps, STEPS))


@pytest.mark.parametrize("make", deeds.WEB, ids=lambda make: make.__name__)
def test_a_web_process_that_dies_at_any_step(
    world: World, sandbox: Sandbox, make: Callable[[World], Deed]
) -> None:
    pid = world.lab.start("serve")
    unharmed = make(world).go()
    assert unharmed
    steps = world.lab.kill(pid)
    for step in some_of(steps):
        deed = make(world)
        pid = world.lab.start("serve", step)
        if deed.go():  # a step less: the key's last use was written down within this minute
            world.lab.kill(pid)
        else:
            assert world.lab.ended(pid) == (KILLED, step)
        truth.holds()
        with serving(world):
            all_is_well_again(sandbox, [deed])


@pytest.mark.parametrize("make", deeds.WORKER, ids=lambda make: make.__name__)
def test_a_worker_that_dies_at_any_step(
    world: World, sandbox: Sandbox, make: Callable[[World], Deed]
) -> None:
    unharmed, name = make(world), deeds.WORKER[make]
    code, steps = world.lab.ended(world.lab.start(name))
    assert code == 0
    unharmed.check()
    for step in some_of(steps):
        deed = make(world)
        assert world.lab.ended(world.lab.start(name, step)) == (KILLED, step)
        truth.holds()
        truth.let_time_pass(sandbox)
        truth.settled()
        deed.check()


def test_processes_that_die_at_any_moment_while_both_are_busy(world: World, sandbox: Sandbox) -> None:
    """Of each round the web process dies at one moment and the worker at another."""
    for _ in range(ROUNDS):
        done = [make(world) for make in chance.sample(deeds.WEB, 4)]
        left, _ = deeds.drafted(world, 4)
        bulk.confirm(world.workspace, left.pk, Actor(world.owner))
        pids = [world.lab.start("serve"), world.lab.start("work")]
        asking = [Thread(target=deed.go) for deed in done]
        for thread in asking:
            thread.start()
        deaths = sorted((chance.uniform(0, 0.4 if pid == pids[0] else 1.2), pid) for pid in pids)
        began = time.monotonic()
        for moment, pid in deaths:
            time.sleep(max(0, began + moment - time.monotonic()))
            world.lab.kill(pid)
        for thread in asking:
            thread.join()
        truth.holds()
        with serving(world):
            all_is_well_again(sandbox, done)
