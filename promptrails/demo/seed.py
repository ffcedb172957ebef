"""Puts the demo in: people, two workspaces, and assets whose files are made on the way."""

import io
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from assets.ingest import AssetFacts, store
from assets.models import Activity, Asset
from promptrails.demo.catalogue import CONTENT_TYPES, DemoAsset, demo_assets
from promptrails.demo.making import make
from promptrails.demo.works import Work
from promptrails.workspaces.models import Membership, Role, User, Workspace

WORKSPACES = {"demo": "Demo Studio", "northwind": "Northwind"}
PEOPLE = [
    ("admin@example.com", "Ada Admin", "demo", Role.OWNER),
    ("member@example.com", "Max Member", "demo", Role.USER),
    ("stranger@example.com", "Sam Stranger", "northwind", Role.OWNER),
]

Maker = Callable[[Iterable[Work]], Iterator[bytes]]


@dataclass(frozen=True)
class Seeded:
    """What a run found and did."""

    made: int
    already_there: int
    bytes: int


def seed(password: str, say: Callable[[str], None], *, makers: Maker | None = None) -> Seeded:
    """Adds what is missing; whatever stands already, passwords too, stays as it is.

    A demo asset that somebody deleted stays deleted. Raises StorageUnavailable when storage does not
    take a file; the next run goes on from there.
    """
    workspaces = {slug: add_workspace(slug, name) for slug, name in WORKSPACES.items()}
    for email, name, slug, role in PEOPLE:
        add_person(email, name, password, workspaces[slug], role)
    wanted = [
        (workspaces[slug], asset)
        for slug in WORKSPACES
        for asset in demo_assets(slug, workspaces[slug].created_at)
    ]
    known = known_ids(workspaces.values())
    missing = [(workspace, asset) for workspace, asset in wanted if asset.id not in known]
    size = add_assets(missing, say, makers or make_in_processes)
    return Seeded(len(missing), len(wanted) - len(missing), size)


def add_workspace(slug: str, name: str) -> Workspace:
    """Its created_at dates every asset, so that each run computes the same ids."""
    return Workspace.objects.get_or_create(slug=slug, defaults={"name": name})[0]


def add_person(email: str, name: str, password: str, workspace: Workspace, role: str) -> None:
    """The password is for new people only: somebody may have changed theirs."""
    user = User.objects.with_email(email).first()
    user = user or User.objects.create_user(email, password, name)
    Membership.objects.get_or_create(workspace=workspace, user=user, defaults={"role": role})


def known_ids(workspaces: Iterable[Workspace]) -> set[str]:
    """Of assets that are there, or were and have been deleted by somebody."""
    places = list(workspaces)
    deleted = Activity.objects.filter(workspace__in=places, action=Activity.Action.ASSET_DELETED)
    return {
        *Asset.objects.filter(workspace__in=places).values_list("id", flat=True),
        *deleted.values_list("asset_id", flat=True),
    }


def add_assets(missing: list[tuple[Workspace, DemoAsset]], say: Callable[[str], None], makers: Maker) -> int:
    """Stores each as soon as it is made, newest first; how many bytes in all."""
    size = 0
    files = makers([asset.work for _, asset in missing])
    for number, ((workspace, asset), content) in enumerate(zip(missing, files, strict=True), 1):
        store(workspace, io.BytesIO(content), facts=facts(asset))
        size += len(content)
        if number % 6 == 0 or number == len(missing):
            say(f"Making demo media: {number} of {len(missing)}")
    return size


def facts(asset: DemoAsset) -> AssetFacts:
    work = asset.work
    width, height = work.size or (None, None)
    return AssetFacts(
        file_name=work.file_name,
        content_type=CONTENT_TYPES[work.extension],
        provider=work.provider,
        execution_id=asset.execution_id,
        agent_id=asset.agent_id,
        metadata=asset.metadata,
        created_at=asset.created_at,
        id=asset.id,
        width=width,
        height=height,
        duration=work.seconds,
    )


def make_in_processes(works: Iterable[Work]) -> Iterator[bytes]:
    """The files in the order of the works, made by as many processes as there are cores, four at most."""
    works = list(works)
    if not works:
        return
    with single_threaded_libraries():
        # Spawned, not forked: a fork would share the database connection.
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(min(os.cpu_count() or 1, 4), mp_context=context)
        try:
            yield from pool.map(make, works)
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def single_threaded_libraries() -> Iterator[None]:
    """Each process uses one core: the processes are the parallelism."""
    names = ("VIPS_CONCURRENCY", "OPENBLAS_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
