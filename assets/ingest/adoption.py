"""Objects that are in the bucket already become assets where they lie: nothing is copied."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from assets import activity, storage
from assets.errors import Conflict, DomainError, InvalidInput
from assets.ingest.facts import AssetFacts, check_type
from assets.ingest.imports import Import, Outcome, Result, batches
from assets.ingest.intents import asset_of
from assets.ingest.streams import check_size
from assets.layout import ORIGINAL, OWN
from assets.models import Asset, Removal, SignedPut, Upload
from assets.sniffing import HEAD, media_of
from assets.storage import ObjectInfo
from promptrails.workspaces.actors import OPERATOR
from promptrails.workspaces.models import Workspace

BATCH = 500  # objects, and rows of one INSERT
THREADS = 8  # objects looked at at once


@dataclass
class Found:
    """An object, what is known of it, and what came of it so far."""

    info: ObjectInfo
    facts: AssetFacts | None = None
    asset: Asset | None = None
    outcome: Outcome | None = None

    def becomes(self, result: Result, reason: str = "") -> None:
        self.outcome = Outcome(self.info.key, result, self.info.size, reason)


def import_objects(job: Import, prefix: str) -> Iterator[Outcome]:
    """What became of each object under the prefix.

    A manifest may name an object by its key or by what follows the prefix. Raises Conflict while another
    import is running, and StorageUnavailable, after which a second run goes on.
    """
    with job.alone():
        pool = ThreadPoolExecutor(THREADS)
        try:
            for batch in batches(storage.list_objects(prefix), BATCH):
                yield from adopted(job, prefix, [Found(info) for info in batch], pool)
            yield from job.missing()
        finally:
            pool.shutdown(cancel_futures=True)


def adopted(job: Import, prefix: str, batch: Sequence[Found], pool: ThreadPoolExecutor) -> Iterator[Outcome]:
    """Known ones first, then bytes, then rows: what is being removed is never looked at too early."""
    for found in batch:
        learn_facts(job, prefix, found)
    mark_known(job.workspace, batch)
    list(pool.map(look_at, [job.workspace] * len(batch), batch))
    mark_taken_ids(batch)
    if not job.dry_run:
        insert([found for found in batch if found.asset and not found.outcome])
    for found in batch:
        yield found.outcome or Outcome(found.info.key, Result.IMPORTED, found.info.size)


def learn_facts(job: Import, prefix: str, found: Found) -> None:
    info = found.info
    names = (info.key.removeprefix(prefix).lstrip("/"), info.key)
    try:
        own_id = own_id_of(job.workspace, prefix, info.key)
    except DomainError as refusal:  # it lies there rightly, unless a manifest asks for it
        found.becomes(Result.REFUSED if job.is_named(names) else Result.SKIPPED, refusal.message)
        return
    try:
        found.facts = job.facts(names, info.size, info.modified or timezone.now(), own_id)
        check_size(info.size)
    except DomainError as refusal:
        found.becomes(Result.REFUSED, refusal.message)


def own_id_of(workspace: Workspace, prefix: str, key: str) -> str:
    """The id in a key of the app's own making, empty in another; raises Conflict for another workspace's.

    What a workspace left that is no more is taken when the prefix names it.
    """
    match = OWN.fullmatch(key)
    if not match:
        return ""
    owner = match["workspace"]
    if owner != workspace.id and (owner not in prefix or Workspace.objects.filter(id=owner).exists()):
        raise Conflict("It lies under the prefix of another workspace.")
    if not ORIGINAL.fullmatch(key):
        raise InvalidInput("It is what the app made of an asset, not an asset.")
    return match["asset"]


def mark_known(workspace: Workspace, batch: Sequence[Found]) -> None:
    """What is an asset, is on its way in or on its way out, and what is no file at all."""
    by_key = {found.info.key: found for found in batch}
    for key, found in by_key.items():
        if key.endswith("/") and not found.info.size:
            found.becomes(Result.SKIPPED, "It is a folder's marker.")
    for key in Upload.objects.filter(storage_key__in=by_key).values_list("storage_key", flat=True):
        by_key[key].becomes(Result.SKIPPED, "It is being uploaded.")
    for key in SignedPut.objects.filter(storage_key__in=by_key).values_list("storage_key", flat=True):
        by_key[key].becomes(Result.SKIPPED, "It came by a URL for an upload that is over.")
    for key in Removal.objects.filter(storage_key__in=by_key).values_list("storage_key", flat=True):
        by_key[key].becomes(Result.SKIPPED, "It was deleted, and is about to be removed.")
    assets = Asset.objects.filter(storage_key__in=by_key)
    for key, workspace_id in assets.values_list("storage_key", "workspace_id"):
        if workspace_id == workspace.id:
            by_key[key].becomes(Result.THERE)
        elif not by_key[key].outcome:
            by_key[key].becomes(Result.REFUSED, "It is an asset of another workspace.")


def look_at(workspace: Workspace, found: Found) -> None:
    """In a thread: the first bytes, which tell the type. Asks no database."""
    info, facts = found.info, found.facts
    if found.outcome or not facts:
        return
    peeked = storage.peek(info.key, HEAD)
    if peeked is None:
        found.becomes(Result.SKIPPED, "It went away meanwhile.")
        return
    present, head = peeked
    try:
        if not present.size:
            raise InvalidInput("The file is empty.")
        media = media_of(head, facts.content_type)
        check_type(facts, media)
    except DomainError as refusal:
        found.becomes(Result.REFUSED, refusal.message)
        return
    assert facts.id
    found.asset = asset_of(workspace, facts.id, info.key, facts, media, present.size, f"etag:{present.etag}")


def mark_taken_ids(batch: Sequence[Found]) -> None:
    new = [found for found in batch if found.asset and not found.outcome]
    ids = [found.asset.pk for found in new if found.asset]
    taken = set(Asset.objects.filter(id__in=ids).values_list("id", flat=True))
    taken |= set(Upload.objects.filter(id__in=ids).values_list("id", flat=True))
    for found in new:
        assert found.asset
        if found.asset.pk in taken:
            found.becomes(Result.REFUSED, "Its id is another asset's.")
        taken.add(found.asset.pk)


def insert(new: Sequence[Found]) -> None:
    """All rows at once; one by one where another process was faster with one of them."""
    try:
        with transaction.atomic():
            made = Asset.objects.bulk_create([found.asset for found in new if found.asset])
            activity.record_assets(made, activity.Action.ASSET_IMPORTED, OPERATOR)
    except IntegrityError:
        for found in new:
            insert_alone(found)


def insert_alone(found: Found) -> None:
    assert found.asset
    try:
        with transaction.atomic():
            found.asset.save(force_insert=True)
            activity.record_assets([found.asset], activity.Action.ASSET_IMPORTED, OPERATOR)
    except IntegrityError:
        found.becomes(Result.REFUSED, "It became an asset meanwhile.")
