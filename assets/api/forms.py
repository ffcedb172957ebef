"""What requests bring; a name that is unknown is left alone."""

from typing import Any

from rest_framework import serializers

from assets.deletion import BATCH
from assets.kinds import Kind
from promptrails.workspaces.ksuids import LENGTH

AUDIO_ALIAS = "speech"  # what the SDKs' documentation calls audio


class MetadataField(serializers.JSONField):
    """A JSON object; in a form, written as text."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            value = super().to_internal_value(data)
        except RecursionError:
            value = None
        if not isinstance(value, dict):
            raise serializers.ValidationError("metadata must be a JSON object.")
        return value


class FactsForm(serializers.Serializer):
    """Where a file comes from; `model` and `prompt` are kept in the metadata."""

    type = serializers.ChoiceField(
        [*Kind.values, AUDIO_ALIAS], required=False, help_text="must be what the bytes are"
    )
    provider = serializers.CharField(required=False, allow_blank=True, max_length=100)
    execution_id = serializers.CharField(required=False, allow_blank=True, max_length=200)
    agent_id = serializers.CharField(required=False, allow_blank=True, max_length=200)
    model = serializers.CharField(required=False, allow_blank=True, max_length=200)
    prompt = serializers.CharField(required=False, allow_blank=True, max_length=50_000)
    metadata = MetadataField(required=False, default=dict, help_text="a JSON object")

    def validate_type(self, value: str) -> str:
        return Kind.AUDIO.value if value == AUDIO_ALIAS else value


class UploadForm(FactsForm):
    file_name = serializers.CharField(
        required=False, max_length=255, help_text="instead of the name that the file is sent with"
    )
    content_type = serializers.CharField(required=False, allow_blank=True, max_length=127)


class UploadSchema(UploadForm):
    """A file and where it comes from."""

    file = serializers.FileField(help_text="audio, image or video; the bytes decide which")


class DirectUploadForm(FactsForm):
    """What will be put into storage."""

    file_name = serializers.CharField(max_length=255)
    file_size = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="bytes")
    content_type = serializers.CharField(max_length=127, help_text="of audio, image or video")


class DeleteForm(serializers.Serializer):
    """Ids of assets; those that the workspace does not have are answered as not_found."""

    ids = serializers.ListField(
        child=serializers.CharField(max_length=100, allow_blank=True, trim_whitespace=False),
        min_length=1,
        max_length=BATCH,
        help_text=f"1 to {BATCH} ids of {LENGTH} characters",
    )
