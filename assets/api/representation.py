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

    id = serializers.CharField(help_text="KSUID, 27 characters")
    workspace_id = serializers.CharField()
    execution_id = serializers.CharField(allow_null=True)
    agent_id = serializers.CharField(allow_null=True)
    type = serializers.ChoiceField(Kind.choices)
    media_type = serializers.ChoiceField(Kind.choices, help_text="= type")
    provider = serializers.CharField(allow_blank=True)
    model = serializers.CharField(allow_blank=True, help_text="from metadata")
    prompt = serializers.CharField(allow_null=True, allow_blank=True, help_text="from metadata")
    file_name = serializers.CharField()
    file_size = serializers.IntegerField(help_text="bytes")
    size = serializers.IntegerField(help_text="= file_size")
    content_type = serializers.CharField()
    mime_type = serializers.CharField(help_text="= content_type")
    storage_key = serializers.CharField()
    storage_path = serializers.CharField(help_text="= storage_key")
    metadata = serializers.DictField(help_text="model, prompt, cost, seed and whatever else the agent noted")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    width = serializers.IntegerField(allow_null=True, help_text="pixels")
    height = serializers.IntegerField(allow_null=True, help_text="pixels")
    duration = serializers.FloatField(allow_null=True, help_text="seconds")
    preview_status = serializers.ChoiceField(PreviewStatus.choices)


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
