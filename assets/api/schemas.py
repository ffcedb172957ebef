"""What the OpenAPI document says of each call (drf-spectacular)."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from assets import pagination
from assets.api.forms import DeleteForm, DirectUploadForm, UploadSchema
from assets.api.representation import AssetSchema
from assets.delivery import LONGEST
from assets.kinds import Kind


class ErrorBody(serializers.Serializer):
    code = serializers.CharField(help_text="for programs")
    message = serializers.CharField(help_text="a sentence for a person")
    details = serializers.DictField(help_text="by field, where fields are wrong")


class Error(serializers.Serializer):
    """Whatever goes wrong is told in this shape."""

    error = ErrorBody()


class Meta(serializers.Serializer):
    total = serializers.IntegerField(help_text="how many match")
    total_is_exact = serializers.BooleanField(help_text="false: at least so many; nobody counted to the end")
    page = serializers.IntegerField()
    limit = serializers.IntegerField()
    pages = serializers.IntegerField()
    total_pages = serializers.IntegerField(help_text="= pages")
    next_cursor = serializers.CharField(allow_null=True, help_text="null on the last page")


class Signed(serializers.Serializer):
    url = serializers.URLField()
    expires_at = serializers.DateTimeField()
    expires_in = serializers.IntegerField(help_text="seconds")


class Requested(serializers.Serializer):
    id = serializers.CharField()
    upload_url = serializers.URLField(help_text="PUT the bytes here")
    headers = serializers.DictField(
        child=serializers.CharField(), help_text="to send with the PUT as they are"
    )
    expires_at = serializers.DateTimeField(help_text="the PUT must have begun by then")


class DeletedIds(serializers.Serializer):
    deleted = serializers.ListField(child=serializers.CharField())
    not_found = serializers.ListField(child=serializers.CharField())


def answer(name: str, **fields: Any) -> Any:
    return inline_serializer(name, fields)


PAGE = answer("AssetPage", data=AssetSchema(many=True), meta=Meta())
ASSET = answer("AssetAnswer", data=AssetSchema())
SIGNED = answer("SignedAnswer", data=Signed())
REQUESTED = answer("RequestedAnswer", data=Requested())
DELETED = answer("DeletedAnswer", data=DeletedIds())


WRONG = {
    400: "Something in the request cannot be used; details name the field",
    401: "No valid API key",
    403: "The key lacks the scope, or may not be used so",
    404: "The workspace has no such asset or upload",
    409: "Not possible as things stand",
    411: "The request does not say how long it is",
    413: "Too many bytes",
    415: "Neither audio, image nor video, or not what it was declared to be",
    422: "The Idempotency-Key came before with another request",
    429: "The key has used its minute up; Retry-After says when to go on",
    503: "Storage or database does not answer; Retry-After says when to try again",
}


def answers(status: int, body: Any, what: str, *wrong: int) -> dict[int, OpenApiResponse]:
    always = (400, 401, 403, 429, 503)
    return {status: OpenApiResponse(body, what)} | {
        code: OpenApiResponse(Error, WRONG[code]) for code in sorted({*always, *wrong})
    }


def query(name: str, description: str, **schema: Any) -> OpenApiParameter:
    return OpenApiParameter(
        name, {"type": "string", **schema}, OpenApiParameter.QUERY, description=description
    )


IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="The same key with the same request within 24 hours is done once and answered the same",
)
WORKSPACE = OpenApiParameter(
    "X-Workspace-ID",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description="A key's own workspace, if sent; a browser session must say which",
)
TYPES = [*Kind.values, "speech"]
FILTERS = [
    query("type", "audio, image or video; speech means audio", enum=TYPES),
    query("media_type", "= type", enum=TYPES),
    query("provider", "such as elevenlabs or fal", maxLength=100),
    query("model", "the generating model", maxLength=200),
    query("execution_id", "of one execution", maxLength=200),
    query("agent_id", "of one agent", maxLength=200),
    query("created_after", "ISO 8601, a date or a time"),
    query("created_before", "ISO 8601; a date means its last moment"),
    query("q", "words, or beginnings of words, of file name, model and prompt", maxLength=200),
    query("sort", "-created_at is newest first, and the default", enum=list(pagination.SORTS)),
    query("page", "from 1", type="integer", minimum=1, default=1),
    query("limit", "assets a page", type="integer", minimum=1, maximum=100, default=20),
    query("cursor", "meta.next_cursor of the page before: the way to walk through everything"),
]
LIST_ASSETS: dict[str, Any] = {
    "operation_id": "list_assets",
    "summary": "List assets",
    "description": "The workspace's assets, newest first.",
    "parameters": [*FILTERS, WORKSPACE],
    "responses": answers(200, PAGE, "A page of assets"),
}
GET_ASSET: dict[str, Any] = {
    "operation_id": "get_asset",
    "summary": "One asset",
    "parameters": [WORKSPACE],
    "responses": answers(200, ASSET, "The asset", 404),
}
DELETE_ASSET: dict[str, Any] = {
    "operation_id": "delete_asset",
    "summary": "Delete one asset",
    "description": "For good: its record at once, its file as soon as storage confirms.",
    "parameters": [WORKSPACE],
    "responses": answers(204, None, "Deleted", 404),
}
SIGNED_URL: dict[str, Any] = {
    "operation_id": "get_signed_url",
    "summary": "A signed URL for an asset's file",
    "description": "Anybody who has the URL can fetch the file until it expires. What is not safe to show is"
    " never inline, whatever is asked for.",
    "parameters": [
        query("expires_in", "seconds", type="integer", minimum=1, maximum=LONGEST),
        query("disposition", "attachment saves the file, inline shows it", enum=["attachment", "inline"]),
        WORKSPACE,
    ],
    "responses": answers(200, SIGNED, "The URL", 404),
}
UPLOAD_ASSET: dict[str, Any] = {
    "operation_id": "upload_asset",
    "summary": "Upload a file",
    "description": f"One file of at most {settings.UPLOAD_MAX_BYTES:,} bytes, with where it comes from.",
    "request": {"multipart/form-data": UploadSchema},
    "parameters": [IDEMPOTENCY, WORKSPACE],
    "responses": answers(201, ASSET, "The new asset", 409, 411, 413, 415, 422),
}
REQUEST_UPLOAD: dict[str, Any] = {
    "operation_id": "request_upload",
    "summary": "Begin a direct upload",
    "description": "Gives a URL to PUT a large file to storage itself; then complete the upload.",
    "request": DirectUploadForm,
    "parameters": [IDEMPOTENCY, WORKSPACE],
    "responses": answers(201, REQUESTED, "Where to PUT the bytes", 409, 413, 415, 422),
}
COMPLETE_UPLOAD: dict[str, Any] = {
    "operation_id": "complete_upload",
    "summary": "Complete a direct upload",
    "description": "Looks at what arrived and makes it an asset. A second call answers the same.",
    "request": None,
    "parameters": [WORKSPACE],
    "responses": answers(201, ASSET, "The asset", 404, 409, 415),
}
DELETE_ASSETS: dict[str, Any] = {
    "operation_id": "delete_assets",
    "summary": "Delete many assets",
    "description": "For good, up to 1,000 at once. Unknown ids are named, not refused.",
    "request": DeleteForm,
    "parameters": [IDEMPOTENCY, WORKSPACE],
    "responses": answers(200, DELETED, "What was deleted", 409, 413, 415, 422),
}
