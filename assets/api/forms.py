"""What requests bring; a name that is unknown is left alone."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assets.deletion import BATCH
from assets.kinds import Kind

AUDIO_ALIAS = "speech"  # what the SDKs' documentation calls audio


class Text(serializers.CharField):
    """JSON's texts alone: a number in their place is a mistake, not a text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "object", "additionalProperties": {}})
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
        [*Kind.values, AUDIO_ALIAS], required=False, help_text="Refused if the bytes are something else."
    )
    provider = Text(required=False, allow_blank=True, max_length=100, help_text="Who runs the model.")
    execution_id = Text(
        required=False, allow_blank=True, max_length=200, help_text="The execution that made it."
    )
    agent_id = Text(required=False, allow_blank=True, max_length=200, help_text="The agent that made it.")
    model = Text(required=False, allow_blank=True, max_length=200, help_text="Kept in metadata.")
    prompt = Text(
        required=False, allow_blank=True, max_length=50_000, help_text="Kept in metadata; can be searched."
    )
    metadata = MetadataField(
        required=False,
        default=dict,
        help_text="A JSON object of at most 100,000 characters; in a form, written as text.",
    )

    def validate_type(self, value: str) -> str:
        return Kind.AUDIO.value if value == AUDIO_ALIAS else value


class UploadForm(FactsForm):
    file_name = Text(
        required=False, max_length=255, help_text="Instead of the name that the file is sent with."
    )
    content_type = Text(
        required=False,
        allow_blank=True,
        max_length=127,
        help_text="Instead of the type that the file is sent with; refused if the bytes are something else.",
    )


@extend_schema_field({"type": "string", "format": "binary"})
class AnyFile(serializers.FileField):
    """The file itself."""


class UploadSchema(UploadForm):
    """A file and where it comes from."""

    file = AnyFile(help_text="Audio, image or video; the bytes decide which.")


class DirectUploadForm(FactsForm):
    """What will be put into storage."""

    file_name = Text(max_length=255, help_text="What people will see.")
    file_size = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, help_text=f"Bytes, at most {settings.UPLOAD_MAX_BYTES:,}."
    )
    content_type = Text(
        max_length=127, help_text="Of audio, image or video, such as video/mp4; the PUT must send the same."
    )


class DeleteForm(serializers.Serializer):
    """Ids of assets; those that the workspace does not have are answered as not_found."""

    ids = serializers.ListField(
        child=Text(max_length=100, allow_blank=True, trim_whitespace=False),
        min_length=1,
        max_length=BATCH,
        help_text="Ids of assets; one that stands twice counts once.",
    )
