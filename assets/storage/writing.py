"""A file on its way into storage, part by part: one part is in memory, and no copy of it."""

from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from assets.storage.client import client, code_of, guarded, transfer_client

PART = 8 * 1024 * 1024  # bytes; S3 wants 5 MiB at least and takes 10,000 parts, R2 wants equal ones
NO_SUCH_UPLOAD = {"NoSuchUpload", "404"}


class ObjectWriter:
    """Takes chunks and puts one object: whole where it is small, as a multipart upload from PART bytes on.

    Nothing is to be seen under the key before `close`. Every method raises StorageUnavailable.
    (Amazon S3 User Guide, "Uploading and copying objects using multipart upload".)
    """

    def __init__(self, key: str, content_type: str) -> None:
        self.size = 0
        self._where = {"Bucket": settings.STORAGE.bucket, "Key": key}
        self._content_type = content_type
        self._buffer = bytearray()
        self._in_parts = False
        self._upload: dict[str, str] = {}
        self._parts: list[dict[str, Any]] = []

    def write(self, chunk: bytes) -> None:
        self.size += len(chunk)
        rest = memoryview(chunk)
        while rest:
            if len(self._buffer) == PART:  # more has come, so this was not the last part
                self._send(self._buffer)
                self._buffer = bytearray()
            room = PART - len(self._buffer)
            self._buffer += rest[:room]
            rest = rest[room:]

    @guarded
    def _send(self, part: bytearray) -> None:
        if not self._upload:
            self._in_parts = True
            made = transfer_client().create_multipart_upload(**self._where, ContentType=self._content_type)
            self._upload = {"UploadId": made["UploadId"]}
        number = len(self._parts) + 1
        sent = transfer_client().upload_part(**self._where, **self._upload, PartNumber=number, Body=part)
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})

    @guarded
    def close(self) -> None:
        """The last part; then the object is there."""
        rest, self._buffer = self._buffer, bytearray()
        if not self._upload:
            transfer_client().put_object(**self._where, Body=rest, ContentType=self._content_type)
            return
        self._send(rest)
        parts = {"Parts": self._parts}
        transfer_client().complete_multipart_upload(**self._where, **self._upload, MultipartUpload=parts)

    @guarded
    def abort(self) -> None:
        """Gives up the parts sent so far."""
        self._buffer = bytearray()
        if self._upload:
            transfer_client().abort_multipart_upload(**self._where, **self._upload)
            self._upload = {}
        elif self._in_parts:  # begun, but the answer that names it was lost
            abort_unfinished(self._where["Key"])


@guarded
def abort_unfinished(key: str) -> int:
    """Ends the multipart uploads of exactly this key; how many. Raises StorageUnavailable."""
    where = {"Bucket": settings.STORAGE.bucket}
    found = client().list_multipart_uploads(**where, Prefix=key).get("Uploads", [])
    for upload in (upload for upload in found if upload["Key"] == key):
        try:
            client().abort_multipart_upload(**where, Key=key, UploadId=upload["UploadId"])
        except ClientError as error:
            if code_of(error) not in NO_SUCH_UPLOAD:
                raise
    return len(found)
