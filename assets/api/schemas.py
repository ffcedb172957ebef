"""What the OpenAPI document says of each call (drf-spectacular)."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from assets import pagination
from assets.api import examples
from assets.api.forms import DeleteForm, DirectUploadForm, UploadSchema
from assets.api.representation import AssetSchema
from assets.delivery import LONGEST
from assets.kinds import Kind
from assets.models import Orientation


class ErrorBody(serializers.Serializer):
    code = serializers.CharField(help_text="What happened, for programs: not_found, rate_limited, ...")
    message = serializers.CharField(help_text="What happened and what to do, in a sentence for a person.")
    details = serializers.DictField(help_text="More, by field or header; empty where nothing is to add.")


class Error(serializers.Serializer):
    """Whatever goes wrong is told in this shape."""

    error = ErrorBody()


class Meta(serializers.Serializer):
    total = serializers.IntegerField(help_text="How many assets match.")
    total_is_exact = serializers.BooleanField(
        help_text="False where nobody counted to the end: at least total match."
    )
    page = serializers.IntegerField(help_text="The number of this page, from 1.")
    limit = serializers.IntegerField(help_text="The most assets that a page has.")
    pages = serializers.IntegerField(help_text="How many pages total makes.")
    total_pages = serializers.IntegerField(help_text="The same as pages.")
    next_cursor = serializers.CharField(
        allow_null=True, help_text="Where the next page starts; null on the last one."
    )


class Signed(serializers.Serializer):
    url = serializers.URLField(help_text="GET it without any header; storage answers with the file.")
    expires_at = serializers.DateTimeField(help_text="From then on storage refuses it.")
    expires_in = serializers.IntegerField(help_text="Its lifetime in seconds.")


class Requested(serializers.Serializer):
    id = serializers.CharField(help_text="Of the upload, and of the asset that it becomes.")
    upload_url = serializers.URLField(help_text="PUT the bytes here.")
    headers = serializers.DictField(
        child=serializers.CharField(), help_text="Send them with the PUT as they are; they are signed."
    )
    expires_at = serializers.DateTimeField(help_text="The PUT must have begun by then.")


class DeletedIds(serializers.Serializer):
    deleted = serializers.ListField(child=serializers.CharField(), help_text="Ids of what is gone.")
    not_found = serializers.ListField(
        child=serializers.CharField(), help_text="Ids that the workspace did not have."
    )


def answer(name: str, **fields: Any) -> Any:
    return inline_serializer(name, fields)


PAGE = answer("AssetPage", data=AssetSchema(many=True), meta=Meta())
ASSET = answer("AssetAnswer", data=AssetSchema())
SIGNED = answer("SignedAnswer", data=Signed())
REQUESTED = answer("RequestedAnswer", data=Requested())
DELETED = answer("DeletedAnswer", data=DeletedIds())


WRONG = {
    400: "Something in the request cannot be used; details name the field.",
    401: "No valid API key.",
    403: "The key lacks the scope, or may not be used for this workspace or from this address.",
    404: "The workspace has no such asset or upload.",
    409: "Not possible as things stand.",
    411: "The request does not say how long it is.",
    413: "Too many bytes.",
    415: "Neither audio, image nor video, or not what it was declared to be.",
    422: "The Idempotency-Key came before with another request.",
    429: "The key has used its minute up; Retry-After says when to go on.",
    503: "The database (unavailable) or storage (storage_unavailable) does not answer; Retry-After says when"
    " to try again.",
}


def answers(
    status: int, body: Any, what: str, *wrong: int, example: dict[str, Any] | None = None
) -> dict[int, OpenApiResponse]:
    shown = examples.answered(example) if example else []
    always = (400, 401, 403, 429, 503)
    return {status: OpenApiResponse(body, what, examples=shown)} | {
        code: OpenApiResponse(Error, WRONG[code]) for code in sorted({*always, *wrong})
    }


def query(name: str, description: str, **schema: Any) -> OpenApiParameter:
    return OpenApiParameter(
        name, {"type": "string", **schema}, OpenApiParameter.QUERY, description=description
    )


def in_path(name: str, description: str) -> OpenApiParameter:
    schema = {"type": "string", "example": examples.ASSET_ID}
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, required=True, description=description)


def in_header(name: str, description: str, **schema: Any) -> OpenApiParameter:
    return OpenApiParameter(
        name, {"type": "string", **schema}, OpenApiParameter.HEADER, description=description
    )


ASSET_ID = in_path("asset_id", "Of an asset in the workspace.")
UPLOAD_ID = in_path("upload_id", "The id that the upload began with.")
IDEMPOTENCY = in_header(
    "Idempotency-Key",
    "The same key with the same request within 24 hours is done once and answered the same.",
    minLength=1,
    maxLength=255,
    pattern="^[!-~]+$",
)
WORKSPACE = in_header(
    "X-Workspace-ID", "A browser session must say which workspace; a key's own, if sent with a key."
)
TYPES = [*Kind.values, "speech"]
FILTERS = [
    query("type", "One kind of media; speech means audio.", enum=TYPES, example="image"),
    query("media_type", "The same as type.", enum=TYPES),
    query("provider", "Who generated it, such as elevenlabs or fal.", maxLength=100, example="fal"),
    query("model", "The generating model, written as it was when the asset was made.", maxLength=200),
    query("execution_id", "What one execution made.", maxLength=200),
    query("agent_id", "What one agent made.", maxLength=200),
    query("created_after", "A date or a time (ISO 8601); a date means its first moment, in UTC."),
    query("created_before", "A date or a time (ISO 8601); a date means its last moment, in UTC."),
    query("orientation", "How an image or a video stands.", enum=[*Orientation.values]),
    query("min_duration", "Seconds that a sound or a video has at least.", type="number", minimum=0),
    query("q", "Words of file name, model and prompt; the beginning of a word will do.", maxLength=200),
    query("sort", "A minus sign turns the order around.", enum=[*pagination.SORTS], default="-created_at"),
    query("page", "The number of the page.", type="integer", minimum=1, default=1),
    query("limit", "Assets a page.", type="integer", minimum=1, maximum=100, default=20, example=1),
    query("cursor", "meta.next_cursor of the page before; page is disregarded beside it."),
]
READING, UPLOADING, DELETING = ["Reading"], ["Uploading"], ["Deleting"]
LIST_ASSETS: dict[str, Any] = {
    "operation_id": "list_assets",
    "tags": READING,
    "summary": "List assets",
    "description": "The workspace's assets, newest first. A filter that matches nothing is an empty list,"
    " and one with an empty value counts as not sent. An unknown type, order or cursor is an error that"
    " names the field.",
    "parameters": [*FILTERS, WORKSPACE],
    "responses": answers(200, PAGE, "A page of assets.", example=examples.PAGE),
}
GET_ASSET: dict[str, Any] = {
    "operation_id": "get_asset",
    "tags": READING,
    "summary": "Get one asset",
    "description": "What is known of one file: its kind, its size, and which run of which agent made it.",
    "parameters": [ASSET_ID, WORKSPACE],
    "responses": answers(200, ASSET, "The asset.", 404, example={"data": examples.ASSET}),
}
SIGNED_URL: dict[str, Any] = {
    "operation_id": "get_signed_url",
    "tags": READING,
    "summary": "Get a signed URL for the file",
    "description": "Anybody who has the URL can fetch the file until it expires. A type that could carry"
    " script, such as SVG, is never shown inline, whatever is asked for.",
    "parameters": [
        ASSET_ID,
        query(
            "expires_in",
            f"Seconds that the URL lives; {settings.STORAGE.signed_url_ttl:,} if not sent.",
            type="integer",
            minimum=1,
            maximum=LONGEST,
            example=900,
        ),
        query(
            "disposition",
            "attachment saves the file under its name, inline shows it.",
            enum=["attachment", "inline"],
            default="attachment",
        ),
        WORKSPACE,
    ],
    "responses": answers(200, SIGNED, "The URL.", 404, example={"data": examples.SIGNED}),
}
UPLOAD_ASSET: dict[str, Any] = {
    "operation_id": "upload_asset",
    "tags": UPLOADING,
    "summary": "Upload a file",
    "description": f"One file of at most {settings.UPLOAD_MAX_BYTES:,} bytes, and where it comes from."
    " It goes on to storage as it comes in. The bytes decide what it is, not its name.",
    "request": {"multipart/form-data": UploadSchema},
    "extensions": examples.sent(examples.UPLOAD),
    "parameters": [IDEMPOTENCY, WORKSPACE],
    "responses": answers(
        201, ASSET, "The new asset.", 409, 411, 413, 415, 422, example={"data": examples.ASSET}
    ),
}
REQUEST_UPLOAD: dict[str, Any] = {
    "operation_id": "request_upload",
    "tags": UPLOADING,
    "summary": "Begin a direct upload",
    "description": "For large files: answers with a URL to which the sender PUTs the bytes itself. The URL"
    " takes exactly this size and content type, for an hour.",
    "request": DirectUploadForm,
    "extensions": examples.sent(examples.DIRECT_UPLOAD),
    "parameters": [IDEMPOTENCY, WORKSPACE],
    "responses": answers(
        201,
        REQUESTED,
        "Where to PUT the bytes.",
        409,
        411,
        413,
        415,
        422,
        example={"data": examples.REQUESTED},
    ),
}
COMPLETE_UPLOAD: dict[str, Any] = {
    "operation_id": "complete_upload",
    "tags": UPLOADING,
    "summary": "Complete a direct upload",
    "description": "Looks at what has come to storage and makes it an asset, within a day of the beginning."
    " A second call answers the same.",
    "request": None,
    "parameters": [UPLOAD_ID, WORKSPACE],
    "responses": answers(201, ASSET, "The new asset.", 404, 409, 415, example={"data": examples.ASSET}),
}
DELETE_ASSET: dict[str, Any] = {
    "operation_id": "delete_asset",
    "tags": DELETING,
    "summary": "Delete one asset",
    "description": "For good: its record at once, its file as soon as storage confirms.",
    "parameters": [ASSET_ID, WORKSPACE],
    "responses": answers(204, None, "Deleted; there is no body.", 404),
}
DELETE_ASSETS: dict[str, Any] = {
    "operation_id": "delete_assets",
    "tags": DELETING,
    "summary": "Delete many assets",
    "description": "For good, up to 1,000 at once. Unknown ids are named, not refused.",
    "request": DeleteForm,
    "extensions": examples.sent(examples.DELETE),
    "parameters": [IDEMPOTENCY, WORKSPACE],
    "responses": answers(
        200, DELETED, "What was deleted.", 409, 411, 413, 415, 422, example={"data": examples.DELETED}
    ),
}
