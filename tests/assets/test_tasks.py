"""A task whose worker is told to stop ends early, and leaves the rest to the next."""

from types import SimpleNamespace
from typing import Any

import pytest
from procrastinate.contrib.django import app

from assets import deletion, previewing, tasks
from assets.models import Removal
from promptrails.management.commands.run import worker_command
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import Workspace

pytestmark = pytest.mark.django_db


def test_a_worker_that_is_told_to_stop_ends_after_the_preview_it_is_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = iter(range(9))
    monkeypatch.setattr(previewing, "make_due", lambda sandbox: left)
    told: Any = SimpleNamespace(should_abort=lambda: True)
    tasks.make_previews.func(told, timestamp=0)
    assert list(left) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_worker_that_is_told_to_stop_ends_after_the_batch_it_is_at(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        key = f"assets/never-put-{number}"
        Removal.objects.create(workspace=acme, asset_id=new_ksuid(), storage_key=key)
    monkeypatch.setattr(deletion, "BATCH", 1)
    told: Any = SimpleNamespace(should_abort=iter([False, True]).__next__)
    tasks.remove_due.func(told, timestamp=0)
    assert Removal.objects.count() == 2


def test_deletions_wait_neither_for_a_long_comparison_nor_for_previews() -> None:
    """Whichever way the worker is started: README and compose.yaml name no number."""
    assert app.worker_defaults
    assert app.worker_defaults["concurrency"] == 3
    assert "--concurrency" not in " ".join(worker_command())
