"""A file that its sender puts into storage itself, through a signed URL for that one object."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from assets import storage
from assets.errors import Conflict, InvalidInput, NotFound, TooLarge, UnsupportedMedia
from assets.ingest.facts import AssetFacts, check, check_type
from assets.ingest.intents import become_asset, discard, record_intent
from assets.ingest.streams import check_size
from assets.kinds import MediaType, media_type
from assets.models import Asset, SignedPut, Upload
from assets.sniffing import HEAD, media_of
from assets.storage import ObjectInfo
from promptrails.workspaces.actors import OPERATOR, Actor
from promptrails.workspaces.ksuids import is_ksuid, new_ksuid
from promptrails.workspaces.models import Workspace

URL_LIFETIME = 3600  # seconds in which the PUT must begin
SINGLE_PUT_MAX = 5 * 1024**3  # bytes: S3's own limit (Amazon S3 User Guide, "Uploading objects")
GONE = "This upload does not exist, or it has expired. Begin again."


@dataclass(frozen=True)
class DirectUpload:
    """What the sender needs: PUT the bytes to `url` with exactly `headers`, before `expires_at`."""

    id: str
    url: str
    headers: dict[str, str]
    expires_at: datetime


def request_upload(workspace: Workspace, facts: AssetFacts, file_size: int) -> DirectUpload:
    """Records the intent and signs for exactly this size (bytes) and content type.

    Raises InvalidInput, TooLarge, or UnsupportedMedia for a content type that is no media.
    """
    check(facts)
    media = declared_media(facts)
    check_type(facts, media)
    if file_size < 1:
        raise InvalidInput("A file has one byte at least.", {"file_size": "must be 1 or more"})
    check_size(file_size)
    if file_size > SINGLE_PUT_MAX:
        raise TooLarge("Storage takes 5 GiB at most in one PUT.", {"file_size": f"at most {SINGLE_PUT_MAX}"})
    facts = replace(facts, content_type=media.content_type)
    with transaction.atomic():
        upload = record_intent(workspace, new_ksuid(), media, file_size=file_size, facts=facts)
        SignedPut.objects.create(workspace=workspace, asset_id=upload.id, storage_key=upload.storage_key)
    # One PUT only: whoever keeps the URL cannot change the file after it was looked at.
    headers = {"Content-Type": media.content_type, "If-None-Match": "*"}
    url = storage.sign_put(upload.storage_key, expires_in=URL_LIFETIME, size=file_size, headers=headers)
    expires_at = timezone.now().replace(microsecond=0) + timedelta(seconds=URL_LIFETIME)
    return DirectUpload(upload.id, url, headers, expires_at)


def declared_media(facts: AssetFacts) -> MediaType:
    media = media_type(facts.content_type)
    if media is None:
        raise UnsupportedMedia(
            f"“{facts.content_type[:80]}” is neither audio, image nor video of a known kind.",
            {"content_type": "not a media type that is taken"},
        )
    return media


def complete_upload(workspace: Workspace, upload_id: str, by: Actor = OPERATOR) -> Asset:
    """Looks at what has come and makes it an asset; a second call answers with the same asset.

    Raises NotFound for an unknown or expired upload, Conflict for a file that is not there or has another
    size (it may be sent again), UnsupportedMedia for one that is not what was announced (it is removed).
    """
    upload = intent_in(workspace, upload_id)
    if upload is None:
        return completed(workspace, upload_id)
    media, info = looked_at(upload)
    facts, checksum = AssetFacts.from_json(upload.facts), f"etag:{info.etag}"
    asset = become_asset(upload, facts, media, info.size, checksum=checksum, by=by)
    return asset or completed(workspace, upload_id)


def intent_in(workspace: Workspace, upload_id: str) -> Upload | None:
    if not is_ksuid(upload_id):
        raise NotFound(GONE)
    announced = Upload.objects.filter(workspace=workspace, expires_at__gt=timezone.now())
    return announced.exclude(file_size=None).select_related("workspace").filter(id=upload_id).first()


def completed(workspace: Workspace, upload_id: str) -> Asset:
    asset = Asset.objects.in_workspace(workspace).defer("search").filter(id=upload_id).first()
    if asset is None:
        raise NotFound(GONE)
    asset.workspace = workspace
    return asset


def looked_at(upload: Upload) -> tuple[MediaType, ObjectInfo]:
    """The object and its type, as announced."""
    found = storage.peek(upload.storage_key, HEAD)
    if found is None:
        raise Conflict("The file is not in storage yet. PUT it to upload_url first.", {"file": "missing"})
    info, head = found
    if info.size != upload.file_size:
        storage.remove([upload.storage_key])  # so that it can be sent again
        raise Conflict(
            f"{info.size:,} bytes arrived, and {upload.file_size:,} were announced. Send the file again.",
            {"file_size": info.size},
        )
    declared = upload.facts["content_type"]
    try:
        if info.content_type and media_type(info.content_type) != media_type(declared):
            raise UnsupportedMedia(
                f"The file was sent as {info.content_type[:80]}, not {declared}.", {"content_type": declared}
            )
        media = media_of(head, declared)
        check_type(AssetFacts.from_json(upload.facts), media)
    except UnsupportedMedia:
        discard(upload)
        raise
    return media, info
