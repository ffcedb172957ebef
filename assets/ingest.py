"""The only way in: an intent is recorded, the object is put, and one transaction makes it an asset."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from assets import storage
from assets.errors import Conflict, InvalidInput
from assets.kinds import media_type
from assets.models import Asset, Removal, Upload
from promptrails.workspaces.ksuids import is_ksuid, new_ksuid
from promptrails.workspaces.models import Workspace

KEY_PREFIX = "assets/"
INTENT_LIFETIME = timedelta(hours=24)
# What a KSUID's 32-bit seconds can name (segmentio/ksuid: the epoch is 2014-05-13T16:53:20Z).
EARLIEST, LATEST = datetime(2014, 5, 14, tzinfo=UTC), datetime(2150, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class AssetFacts:
    """What is known of a file besides its bytes; width and height in pixels, duration in seconds."""

    file_name: str
    content_type: str
    provider: str
    type: str = ""
    execution_id: str = ""
    agent_id: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict)
    created_at: datetime | None = None
    id: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None


def store(workspace: Workspace, file: BinaryIO, *, facts: AssetFacts) -> Asset:
    """Puts the file into storage and records it; an asset of this id already there is returned as it is.

    Raises InvalidInput for facts that cannot be, Conflict when the id belongs to another workspace,
    StorageUnavailable when storage does not take the file; then the intent is swept later.
    """
    check(facts)
    asset_id = facts.id or new_ksuid(facts.created_at)
    if existing := existing_asset(workspace, asset_id):
        return existing
    upload = record_intent(workspace, asset_id, facts.content_type)
    storage.put(upload.storage_key, file, facts.content_type)
    stored = storage.head(upload.storage_key)
    if stored is None:
        raise Conflict("Storage took the file but does not hold it. Upload it again.")
    return complete(upload, facts, stored.size)


def check(facts: AssetFacts) -> None:
    media = media_type(facts.content_type)
    if media is None:
        raise InvalidInput(
            f"{facts.content_type} is neither audio, image nor video.", {"content_type": "unknown"}
        )
    if facts.type and facts.type != media.kind:
        raise InvalidInput(f"{facts.content_type} is not {facts.type}.", {"type": "contradicts content_type"})
    if facts.id is not None and not is_ksuid(facts.id):
        raise InvalidInput("An id must be a KSUID of 27 characters.", {"id": facts.id[:40]})
    if facts.created_at and not EARLIEST <= facts.created_at <= LATEST:
        raise InvalidInput("created_at must lie between 2014-05-14 and 2150.", {"created_at": "out of range"})
    if not facts.file_name.strip() or len(facts.file_name) > 255:
        raise InvalidInput("A file name has 1 to 255 characters.", {"file_name": facts.file_name[:40]})


def existing_asset(workspace: Workspace, asset_id: str) -> Asset | None:
    asset = Asset.objects.filter(id=asset_id).first()
    if asset and asset.workspace_id != workspace.id:
        raise Conflict("This id is taken.", {"id": asset_id})
    return asset


def storage_key(workspace: Workspace, asset_id: str, content_type: str) -> str:
    """Made of ids only: what people call a file never becomes part of its key."""
    media = media_type(content_type)
    return f"{KEY_PREFIX}{workspace.id}/{asset_id}/original{media.extension if media else ''}"


def record_intent(workspace: Workspace, asset_id: str, content_type: str) -> Upload:
    """The intent of this id: a new one, or the one that an interrupted upload left."""
    key = storage_key(workspace, asset_id, content_type)
    if Removal.objects.filter(storage_key=key).exists():
        raise Conflict(
            "The deleted file of this id is still being removed. Try again later.", {"id": asset_id}
        )
    facts = {"workspace": workspace, "storage_key": key, "created_at": timezone.now()}
    return Upload.objects.update_or_create(id=asset_id, defaults=facts)[0]


def complete(upload: Upload, facts: AssetFacts, size: int) -> Asset:
    """One transaction: the intent goes, the asset comes."""
    media = media_type(facts.content_type)
    assert media is not None  # `check` has refused the others
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk).delete()  # a deleted instance would forget its id
        return Asset.objects.create(
            id=upload.id,
            workspace=upload.workspace,
            storage_key=upload.storage_key,
            file_size=size,
            type=media.kind,
            provider=facts.provider,
            file_name=facts.file_name,
            content_type=facts.content_type,
            execution_id=facts.execution_id,
            agent_id=facts.agent_id,
            metadata=dict(facts.metadata),
            created_at=facts.created_at or timezone.now(),
            width=facts.width,
            height=facts.height,
            duration=facts.duration,
        )


def sweep_intents() -> int:
    """Turns intents that never finished into recorded removals of their objects; how many."""
    stale = Upload.objects.filter(created_at__lt=timezone.now() - INTENT_LIFETIME)
    with transaction.atomic():
        uploads = list(stale.select_for_update(skip_locked=True)[:1000])
        Removal.objects.bulk_create(
            [Removal(storage_key=u.storage_key, workspace_id=u.workspace_id, asset_id=u.id) for u in uploads],
            ignore_conflicts=True,
        )
        Upload.objects.filter(id__in=[u.id for u in uploads]).delete()
    return len(uploads)
