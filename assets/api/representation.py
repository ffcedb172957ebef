"""What the API says of an asset: the documented names, and those that the clients use for the same."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from assets.kinds import Kind
from assets.models import Asset, PreviewStatus

COLUMNS = (
    "id", "workspace_id", "execution_id", "agent_id", "type", "provider", "model", "file_name", "file_size",
    "content_type", "storage_key", "metadata", "created_at", "updated_at", "width", "height", "duration",
    "preview_status",
)  # fmt: skip


class AssetSchema(serializers.Serializer):
    """One generated file; some fields stand here twice, under the names of several clients."""

    id = serializers.CharField(help_text="A KSUID of 27 characters; sorts by time.")
    workspace_id = serializers.CharField(help_text="The workspace that it belongs to.")
    execution_id = serializers.CharField(allow_null=True, help_text="The execution that made it, if noted.")
    agent_id = serializers.CharField(allow_null=True, help_text="The agent that made it, if noted.")
    type = serializers.ChoiceField(Kind.choices, help_text="What the file's bytes are.")
    media_type = serializers.ChoiceField(Kind.choices, help_text="The same as type.")
    provider = serializers.CharField(allow_blank=True, help_text="Who runs the model; empty if not noted.")
    model = serializers.CharField(
        allow_blank=True, help_text="From metadata, up to 200 characters; empty if not noted."
    )
    prompt = serializers.CharField(allow_null=True, allow_blank=True, help_text="From metadata, if noted.")
    file_name = serializers.CharField(help_text="What people see, and what a download is called.")
    file_size = serializers.IntegerField(help_text="Bytes.")
    size = serializers.IntegerField(help_text="The same as file_size.")
    content_type = serializers.CharField(help_text="The media type, such as image/png.")
    mime_type = serializers.CharField(help_text="The same as content_type.")
    storage_key = serializers.CharField(help_text="Where the file lies in the bucket.")
    storage_path = serializers.CharField(help_text="The same as storage_key.")
    metadata = serializers.DictField(
        help_text="Model, prompt, cost, seed and whatever else its sender noted."
    )
    created_at = serializers.DateTimeField(help_text="When it was made.")
    updated_at = serializers.DateTimeField(help_text="When its record last changed.")
    width = serializers.IntegerField(allow_null=True, help_text="Pixels; null where not known (yet).")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels; null where not known (yet).")
    duration = serializers.FloatField(allow_null=True, help_text="Seconds; null where not known (yet).")
    preview_status = serializers.ChoiceField(
        PreviewStatus.choices, help_text="Whether the small picture that lists show is there."
    )


def asset_json(asset: Asset) -> dict[str, Any]:
    """The fields of AssetSchema; a serializer would take ten times as long, and a list shows a hundred."""
    prompt = asset.metadata.get("prompt")
    return {
        "id": asset.id,
        "workspace_id": asset.workspace_id,
        "execution_id": asset.execution_id or None,
        "agent_id": asset.agent_id or None,
        "type": asset.type,
        "media_type": asset.type,
        "provider": asset.provider,
        "model": asset.model,
        "prompt": prompt if isinstance(prompt, str) else None,
        "file_name": asset.file_name,
        "file_size": asset.file_size,
        "size": asset.file_size,
        "content_type": asset.content_type,
        "mime_type": asset.content_type,
        "storage_key": asset.storage_key,
        "storage_path": asset.storage_key,
        "metadata": asset.metadata,
        "created_at": moment_text(asset.created_at),
        "updated_at": moment_text(asset.updated_at),
        "width": asset.width,
        "height": asset.height,
        "duration": asset.duration,
        "preview_status": asset.preview_status,
    }


def moment_text(moment: datetime) -> str:
    """RFC 3339 in UTC, with Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
