"""The tallies say the truth after every way in which rows come, change and go."""

from collections import Counter
from threading import Thread

import pytest
from django.db import connection, transaction

from assets.filters import AssetFilter
from assets.models import AgentTally, Asset, Tally
from assets.tallies import agent_choices
from promptrails.workspaces.models import Workspace
from tests.factories import make_asset, make_assets


def check(workspace: Workspace) -> None:
    real: Counter[tuple[str, ...]] = Counter()
    sizes: Counter[tuple[str, ...]] = Counter()
    by_agent: Counter[tuple[str, ...]] = Counter()
    for a in Asset.objects.in_workspace(workspace):
        key = (a.type, a.provider, a.model)
        real[key] += 1
        sizes[key] += a.file_size
        by_agent[(a.agent_id, *key)] += 1
    rows = Tally.objects.filter(workspace=workspace)
    assert {(r.type, r.provider, r.model): r.assets for r in rows if r.assets} == dict(real)
    assert {(r.type, r.provider, r.model): r.bytes for r in rows if r.assets} == dict(sizes)
    agents = AgentTally.objects.filter(workspace=workspace)
    assert {(r.agent_id, r.type, r.provider, r.model): r.assets for r in agents if r.assets} == dict(by_agent)


@pytest.mark.django_db
def test_they_follow_inserts_updates_and_deletes(acme: Workspace, other: Workspace) -> None:
    assets = make_assets(acme, 6, agent_id="agt_1") + make_assets(acme, 3, type="audio", model="m")
    make_assets(other, 2)
    check(acme)
    Asset.objects.filter(id=assets[0].id).update(provider="openai", file_size=5, metadata={"model": "new"})
    check(acme)
    Asset.objects.in_workspace(acme).filter(type="audio").delete()
    check(acme)
    check(other)


@pytest.mark.django_db
def test_a_rolled_back_change_is_not_counted(acme: Workspace) -> None:
    make_assets(acme, 2)
    with transaction.atomic():
        make_assets(acme, 5)
        transaction.set_rollback(True)
    check(acme)


@pytest.mark.django_db(transaction=True)
def test_they_follow_many_writers_at_once(acme: Workspace) -> None:
    def write(number: int) -> None:
        for turn in range(10):
            asset = make_asset(acme, provider=("fal", "openai")[turn % 2], agent_id=f"agt_{number}")
            if turn % 3 == 0:
                asset.delete()
        connection.close()

    writers = [Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert Asset.objects.in_workspace(acme).count() == 4 * 6
    check(acme)


@pytest.mark.django_db
def test_what_is_gone_is_no_choice_any_more(acme: Workspace) -> None:
    make_asset(acme, provider="gone", agent_id="agt_gone").delete()
    make_asset(acme, provider="fal", agent_id="agt_here")
    assert agent_choices(acme) == ["agt_here"]
    assert set(AssetFilter(acme, {}).tallies.counts("provider")) == {"fal"}


@pytest.mark.django_db
def test_a_model_that_is_no_short_text_still_fits(acme: Workspace) -> None:
    assert make_asset(acme, metadata={"model": "x" * 5000}).pk
    assert make_asset(acme, metadata={"model": {"name": "nested"}}).pk
    assert make_asset(acme, metadata={"model": None}).pk
    check(acme)
