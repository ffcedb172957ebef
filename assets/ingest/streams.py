"""A file that comes through this process, chunk by chunk: never whole in memory, never trusted."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import BinaryIO

from django.conf import settings

from assets import storage
from assets.errors import Conflict, InvalidInput, StorageUnavailable, TooLarge
from assets.ingest.facts import AssetFacts, check
from assets.ingest.intents import (
    become_asset,
    discard,
    end_intent,
    existing_asset,
    record_intent,
)
from assets.kinds import MediaType
from assets.models import Asset, Upload
from assets.sniffing import HEAD, check_declared, media_of
from promptrails.workspaces.actors import OPERATOR, Actor
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import Workspace

CHUNK = 1024 * 1024  # bytes read at once


class Intake:
    """One file on its way in: `write` its chunks, `close` it, then `complete` it, or `abandon` it.

    The type is told from the first bytes, before anything is stored. `declared` is the content type that
    the sender gave, `digest` the SHA-256 of what has come, `size` its bytes.
    """

    def __init__(
        self,
        workspace: Workspace,
        declared: str = "",
        *,
        asset_id: str | None = None,
        by: Actor = OPERATOR,
    ) -> None:
        self.workspace = workspace
        self.by = by
        self.declared = declared
        self.asset_id = asset_id or new_ksuid()
        self.size = 0
        self.digest = sha256()
        self.media: MediaType | None = None
        self._head = bytearray()
        self._storage_is_away = False
        self._upload: Upload | None = None
        self._writer: storage.ObjectWriter | None = None

    def write(self, chunk: bytes) -> None:
        """Raises TooLarge, UnsupportedMedia, Conflict or StorageUnavailable."""
        self.size += len(chunk)
        check_size(self.size)
        self.digest.update(chunk)
        with self._noting_outages():
            if self._writer:
                self._writer.write(chunk)
                return
            self._head += chunk
            if len(self._head) >= HEAD:
                self._begin()

    def _begin(self) -> None:
        head = bytes(self._head)
        self.media = media_of(head[:HEAD], self.declared)
        self._upload = record_intent(self.workspace, self.asset_id, self.media)
        self._writer = storage.ObjectWriter(self._upload.storage_key, self.media.content_type)
        self._writer.write(head)
        self._head.clear()

    def close(self) -> None:
        """The file is whole, and storage holds it; raises InvalidInput for an empty one, else as `write`."""
        if not self.size:
            raise InvalidInput("The file is empty.", {"file": "empty"})
        with self._noting_outages():
            if not self._writer:
                self._begin()
            assert self._writer
            assert self._upload
            self._writer.close()
            stored = storage.head(self._upload.storage_key)
        if stored is None or stored.size != self.size:
            raise Conflict("Storage took the file but does not hold all of it. Upload it again.")

    def check_declared(self, content_type: str) -> None:
        """Raises UnsupportedMedia for a content type, named after the file, that the file is not."""
        assert self.media
        check_declared(self.media, content_type)

    def complete(self, facts: AssetFacts) -> Asset:
        """The asset; raises UnsupportedMedia when `facts.type` is not the file's, and Conflict."""
        assert self._upload
        assert self.media
        checksum = f"sha256:{self.digest.hexdigest()}"
        asset = become_asset(self._upload, facts, self.media, self.size, checksum=checksum, by=self.by)
        if asset is None:
            raise Conflict("This upload was given up meanwhile. Upload the file again.")
        return asset

    def abandon(self) -> None:
        """Leaves nothing behind; never raises for storage: what it does not give up now is swept soon."""
        if self._upload and self._writer:
            if self._storage_is_away or not self._aborted(self._writer):
                end_intent(self._upload)  # it stays, and with it the knowledge of the parts
            else:
                discard(self._upload)

    def _aborted(self, writer: storage.ObjectWriter) -> bool:
        try:
            writer.abort()
        except StorageUnavailable:
            return False
        return True

    @contextmanager
    def _noting_outages(self) -> Iterator[None]:
        """Whoever waited for storage once need not wait again while giving up."""
        try:
            yield
        except StorageUnavailable:
            self._storage_is_away = True
            raise


def check_size(size: int) -> None:
    """Raises TooLarge for more bytes than a file may have."""
    if size > settings.UPLOAD_MAX_BYTES:
        most = settings.UPLOAD_MAX_BYTES
        raise TooLarge(f"A file may have {most:,} bytes at most.", {"file_size": f"at most {most}"})


def store(workspace: Workspace, file: BinaryIO, *, facts: AssetFacts, by: Actor = OPERATOR) -> Asset:
    """Puts the file into storage and records it; an asset of this id already there is returned as it is.

    Raises InvalidInput for facts that cannot be, UnsupportedMedia for bytes that are no media or not what
    the facts say, TooLarge, Conflict when the id belongs to another workspace, and StorageUnavailable;
    nothing is left behind then.
    """
    check(facts)
    asset_id = facts.id or new_ksuid(facts.created_at)
    if existing := existing_asset(workspace, asset_id):
        return existing
    intake = Intake(workspace, facts.content_type, asset_id=asset_id, by=by)
    try:
        while chunk := file.read(CHUNK):
            intake.write(chunk)
        intake.close()
        return intake.complete(facts)
    except BaseException:
        intake.abandon()
        raise
