"""Work on many: deletion, comparison and archives, each beside the bare calls that it cannot do without.

They take turns on sets of the same size in the same store. Peak memory is this process's growth over what it
had before, of each part for itself.
"""

import io
import os
import statistics
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Event, Thread

import psutil
from django.conf import settings
from django.db import connection
from django.utils import timezone

from assets import bulk, delivery, reconciling, storage
from assets.ingest import AssetFacts, store
from assets.models import Asset, Preview
from assets.pages import archive
from bench.weights import picture
from promptrails.workspaces.actors import OPERATOR
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import Workspace

FILES = int(os.environ.get("BULK_FILES", "2000"))
ROUNDS = int(os.environ.get("BULK_ROUNDS", "7"))
BODY = b"x" * 64


@dataclass
class Pair:
    """Seconds of the app's way and of the bare one; `count` things of `unit` each; memory in MB."""

    name: str
    unit: str
    count: float = 0
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    peak: float = 0

    def line(self) -> str:
        ours, bare = statistics.median(self.ours), statistics.median(self.bare)
        rates = f"{self.count / ours:,.0f} {self.unit} | {self.count / bare:,.0f} {self.unit}"
        return f"| {self.name} | {rates} | {ours / bare:.2f} | {self.peak:.0f} |\n"


def measure_bulk() -> None:
    workspace, _ = Workspace.objects.get_or_create(slug="bulk", defaults={"name": "Bulk"})
    clear()
    deletes = Pair("bulk delete, rows and objects", "assets/s", FILES)
    compared = Pair("reconcile", "objects/s", FILES)
    zipped = Pair("ZIP of 20 pictures of 4 MB", "MB/s")
    for _ in range(ROUNDS):
        fill(workspace)
        compared.ours.append(timed(walk, compared))
        compared.bare.append(timed(lambda: sum(1 for _ in storage.list_objects())))
        deletes.ours.append(timed(lambda: delete_all(workspace), deletes))
        keys = fill(workspace)
        deletes.bare.append(timed(partial(delete_bare, keys)))
    body = picture(1)
    assets = [
        store(workspace, io.BytesIO(body), facts=AssetFacts(f"{n}.png", "image/png")) for n in range(20)
    ]
    zipped.count = 20 * len(body) / 1e6
    for read_cold in (make_zip, copy):
        read_cold(assets)
    for _ in range(ROUNDS):
        zipped.ours.append(timed(lambda: make_zip(assets), zipped))
        zipped.bare.append(timed(lambda: copy(assets)))
    clear()
    sys.stdout.write(f"\nMany at once: {FILES:,} assets, {ROUNDS} rounds\n\n")
    sys.stdout.write("| what | here | bare calls | x bare | peak MB more |\n|---|---|---|---|---|\n")
    sys.stdout.write("".join(pair.line() for pair in (deletes, compared, zipped)))


def timed(work: Callable[[], object], pair: Pair | None = None) -> float:
    """Seconds; the growth of memory meanwhile goes into the pair."""
    done, process = Event(), psutil.Process()
    before = process.memory_info().rss

    def watch() -> None:
        while not done.wait(0.02):
            if pair:
                pair.peak = max(pair.peak, (process.memory_info().rss - before) / 1e6)

    watcher = Thread(target=watch)
    watcher.start()
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    return seconds


def fill(workspace: Workspace) -> list[str]:
    """As many assets with objects of their own; the keys."""
    ids = [new_ksuid() for _ in range(FILES)]
    keys = [f"assets/{workspace.pk}/{id}.png" for id in ids]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, keys))
    common = {"type": "image", "provider": "fal", "file_size": len(BODY), "content_type": "image/png"}
    Asset.objects.bulk_create(
        (
            Asset(id=id, workspace=workspace, storage_key=key, file_name="a.png", metadata={}, **common)
            for id, key in zip(ids, keys, strict=True)
        ),
        batch_size=1000,
    )
    Preview.objects.update(next_attempt_at=None)
    return keys


def put(key: str) -> None:
    storage.client().put_object(Bucket=settings.STORAGE.bucket, Key=key, Body=BODY)


def delete_all(workspace: Workspace) -> None:
    draft = bulk.draft(workspace, Asset.objects.in_workspace(workspace))
    bulk.confirm(workspace, draft.pk, OPERATOR)
    while bulk.carry_out(draft.pk):
        pass


def delete_bare(keys: list[str]) -> None:
    for start in range(0, len(keys), 1000):
        objects = [{"Key": key} for key in keys[start : start + 1000]]
        storage.client().delete_objects(Bucket=settings.STORAGE.bucket, Delete={"Objects": objects})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM assets_asset WHERE storage_key = ANY (%s)", [keys])


def walk() -> None:
    tally = reconciling.Tally()
    found = list(reconciling.compare(timezone.now() + timedelta(minutes=1), tally))
    if found or tally.records != FILES:
        raise SystemExit(f"reconcile is wrong: {len(found)} findings, {tally.records} records")


def make_zip(assets: list[Asset]) -> None:
    for _ in archive.zipped(assets, archive.objects_of(assets)):
        pass


def copy(assets: list[Asset]) -> None:
    for asset in assets:
        with urllib.request.urlopen(delivery.download_url(asset).url, timeout=60) as answer:  # noqa: S310
            while answer.read(1 << 20):
                pass


def clear() -> None:
    """Of a bench that was interrupted, too."""
    storage.remove([info.key for info in storage.list_objects()])
    Asset.objects.filter(workspace__slug="bulk").delete()
