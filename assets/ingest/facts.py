"""What is known of a file besides its bytes, and what of it cannot be."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from assets.errors import InvalidInput, UnsupportedMedia
from assets.kinds import MediaType
from promptrails.workspaces.ksuids import is_ksuid

# What a KSUID's 32-bit seconds can name (segmentio/ksuid: the epoch is 2014-05-13T16:53:20Z).
EARLIEST, LATEST = datetime(2014, 5, 14, tzinfo=UTC), datetime(2150, 1, 1, tzinfo=UTC)
LENGTHS = {"provider": 100, "execution_id": 200, "agent_id": 200}
METADATA_LEVELS = 100
METADATA_MAX = 100_000  # characters as JSON


@dataclass(frozen=True)
class AssetFacts:
    """What is known of a file besides its bytes; width and height in pixels, duration in seconds.

    `content_type` is what its sender calls it, empty where nobody does; the bytes decide.
    """

    file_name: str
    content_type: str = ""
    provider: str = ""
    type: str = ""
    execution_id: str = ""
    agent_id: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict)
    created_at: datetime | None = None
    id: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None

    def as_json(self) -> dict[str, Any]:
        created_at = self.created_at and self.created_at.isoformat()
        facts = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**facts, "metadata": dict(self.metadata), "created_at": created_at}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "AssetFacts":
        created_at = stored["created_at"]
        return cls(**{**stored, "created_at": datetime.fromisoformat(created_at) if created_at else None})


def check(facts: AssetFacts) -> None:
    """Raises InvalidInput, with the field's name in its details, for facts that cannot be."""
    if facts.id is not None and not is_ksuid(facts.id):
        raise InvalidInput("An id must be a KSUID of 27 characters.", {"id": facts.id[:40]})
    if facts.created_at and not EARLIEST <= facts.created_at <= LATEST:
        raise InvalidInput("created_at must lie between 2014-05-14 and 2150.", {"created_at": "out of range"})
    if not facts.file_name.strip() or len(facts.file_name) > 255:
        raise InvalidInput("A file name has 1 to 255 characters.", {"file_name": facts.file_name[:40]})
    for name, longest in LENGTHS.items():
        if len(getattr(facts, name)) > longest:
            raise InvalidInput(f"{name} has at most {longest} characters.", {name: "too long"})
    for name in ("file_name", *LENGTHS):
        if not is_storable(getattr(facts, name)):
            raise InvalidInput(f"{name} has a character that cannot be stored.", {name: "not storable"})
    check_metadata(facts.metadata)


def check_metadata(metadata: Mapping[str, object]) -> None:
    try:
        length = len(json.dumps(metadata, allow_nan=False))
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput("metadata cannot be written as JSON.", {"metadata": "not JSON"}) from error
    if length > METADATA_MAX:
        raise InvalidInput(f"metadata has at most {METADATA_MAX:,} characters.", {"metadata": "too long"})
    if not all(map(is_storable, texts_in(metadata))):
        raise InvalidInput("metadata has a character that cannot be stored.", {"metadata": "not storable"})


def texts_in(value: object) -> Iterator[str]:
    """Every name and text in a JSON value; raises InvalidInput where it is nested beyond reason."""
    level, depth = [value], 0
    while level:
        inner: list[object] = []
        for one in level:
            if isinstance(one, str):
                yield one
            elif isinstance(one, Mapping):
                inner += [*one.keys(), *one.values()]
            elif isinstance(one, list):
                inner += one
        level, depth = inner, depth + 1
        if depth > METADATA_LEVELS:
            raise InvalidInput("metadata is nested too deeply.", {"metadata": "too deep"})


def is_storable(text: str) -> bool:
    """PostgreSQL keeps neither NUL nor half of a surrogate pair, in text or in JSON."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def check_type(facts: AssetFacts, media: MediaType) -> None:
    """Raises UnsupportedMedia when the sender's word for the type is not what the bytes are."""
    if facts.type and facts.type != media.kind:
        raise UnsupportedMedia(
            f"The file is {media.content_type}, which is {media.kind}, not {facts.type}.",
            {"type": media.kind},
        )
