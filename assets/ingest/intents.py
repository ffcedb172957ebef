"""An intent is recorded before its object exists, and becomes an asset in one transaction, or is swept."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from assets import activity, deletion, storage
from assets.errors import Conflict, StorageUnavailable
from assets.ingest.facts import AssetFacts, check_type
from assets.kinds import MediaType
from assets.layout import original_key
from assets.models import Asset, Removal, SignedPut, Upload
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import Workspace

SWEEP = 1000  # intents at once
LATE = timedelta(minutes=10)  # in which a request that was given up may still be carried out


def existing_asset(workspace: Workspace, asset_id: str) -> Asset | None:
    """The workspace's asset of this id, if any; raises Conflict when another workspace has it."""
    asset = Asset.objects.filter(id=asset_id).first()
    if asset and asset.workspace_id != workspace.id:
        raise Conflict("This id is taken.", {"id": asset_id})
    return asset


def record_intent(
    workspace: Workspace,
    asset_id: str,
    media: MediaType,
    *,
    file_size: int | None = None,
    facts: AssetFacts | None = None,
) -> Upload:
    """The intent of this id: a new one, or the one that an interrupted upload left, rid of its parts.

    Raises Conflict while an object of this key is still being removed.
    """
    key = original_key(workspace.id, asset_id, media.extension)
    if Upload.objects.filter(id=asset_id).exclude(workspace=workspace).exists():
        raise Conflict("This id is taken.", {"id": asset_id})
    if Removal.objects.filter(storage_key=key).exists():
        raise Conflict(
            "The deleted file of this id is still being removed. Try again later.", {"id": asset_id}
        )
    fresh = Upload(
        id=asset_id,
        workspace=workspace,
        storage_key=key,
        file_size=file_size,
        facts=facts.as_json() if facts else {},
    )
    fields = ("workspace", "storage_key", "created_at", "expires_at", "file_size", "facts")
    defaults = {name: getattr(fresh, name) for name in fields}
    upload, is_new = Upload.objects.update_or_create(id=asset_id, defaults=defaults)
    if not is_new:
        storage.abort_unfinished(key)  # nobody would look for them once the asset is there
    return upload


def become_asset(
    upload: Upload, facts: AssetFacts, media: MediaType, size: int, *, checksum: str, by: Actor
) -> Asset | None:
    """One transaction: the intent goes, the asset and its entry in the log come.

    None when somebody else has taken the intent.

    Raises Conflict when the id is taken meanwhile, UnsupportedMedia when `facts.type` contradicts.
    """
    check_type(facts, media)
    asset = asset_of(upload.workspace, upload.id, upload.storage_key, facts, media, size, checksum)
    try:
        with transaction.atomic():
            if not Upload.objects.filter(pk=upload.pk).delete()[0]:
                return None
            asset.save(force_insert=True)
            activity.record_assets([asset], activity.Action.ASSET_UPLOADED, by)
    except IntegrityError as error:
        raise Conflict("This id is taken.", {"id": upload.id}) from error
    return asset


def asset_of(
    workspace: Workspace,
    asset_id: str,
    key: str,
    facts: AssetFacts,
    media: MediaType,
    size: int,
    checksum: str,
) -> Asset:
    """The record, not saved yet."""
    return Asset(
        id=asset_id,
        workspace=workspace,
        storage_key=key,
        file_size=size,
        checksum=checksum,
        type=media.kind,
        provider=facts.provider,
        file_name=facts.file_name,
        content_type=media.content_type,
        execution_id=facts.execution_id,
        agent_id=facts.agent_id,
        metadata=dict(facts.metadata),
        created_at=facts.created_at or timezone.now(),
        width=facts.width,
        height=facts.height,
        duration=facts.duration,
    )


def discard(upload: Upload) -> None:
    """Gives an intent up, and its object if there is one; what storage does not confirm stays recorded."""
    key = upload.storage_key
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk).delete()
        if Asset.objects.filter(storage_key=key).exists():
            return  # another upload of this id was faster
        Removal.objects.bulk_create([removal_of(upload)], ignore_conflicts=True)
    deletion.remove_objects(Q(storage_key=key))


def end_intent(upload: Upload) -> None:
    """Leaves it to a sweep: storage is away, and nobody will finish this.

    Not to the very next one: what storage was sent, and did not answer, may still arrive.
    """
    Upload.objects.filter(pk=upload.pk).update(expires_at=timezone.now() + LATE)


def sweep_intents() -> int:
    """Turns intents that ended without an asset into recorded removals of their objects; how many.

    Parts that storage holds of a file that never came whole are given up first; an intent whose parts
    cannot be asked for now waits for the next sweep.
    """
    expired = Upload.objects.filter(expires_at__lte=timezone.now())
    swept = [upload for upload in expired.order_by("expires_at")[:SWEEP] if without_parts(upload)]
    with transaction.atomic():
        mine = list(Upload.objects.select_for_update(skip_locked=True).filter(pk__in=[u.pk for u in swept]))
        Removal.objects.bulk_create([removal_of(upload) for upload in mine], ignore_conflicts=True)
        Upload.objects.filter(pk__in=[upload.pk for upload in mine]).delete()
    return len(mine)


@transaction.atomic
def sweep_signed_puts() -> int:
    """Forgets URLs that have ended; what was put by one after its asset had gone becomes a recorded removal.

    How many URLs.
    """
    ended = SignedPut.objects.select_for_update(skip_locked=True).filter(ends_at__lte=timezone.now())
    puts = {put.storage_key: put for put in ended.order_by("ends_at")[:SWEEP]}
    named = set[str]()
    for table in (Upload, Asset):  # in this order: an intent that becomes an asset meanwhile is seen as one
        named |= set(
            table._default_manager.filter(storage_key__in=puts).values_list("storage_key", flat=True)
        )
    removals = [
        Removal(storage_key=key, workspace_id=put.workspace_id, asset_id=put.asset_id)
        for key, put in puts.items()
        if key not in named
    ]
    Removal.objects.bulk_create(removals, ignore_conflicts=True)
    SignedPut.objects.filter(pk__in=[put.pk for put in puts.values()]).delete()
    return len(puts)


def without_parts(upload: Upload) -> bool:
    try:
        storage.abort_unfinished(upload.storage_key)
    except StorageUnavailable:
        return False
    return True


def removal_of(upload: Upload) -> Removal:
    return Removal(storage_key=upload.storage_key, workspace_id=upload.workspace_id, asset_id=upload.id)
