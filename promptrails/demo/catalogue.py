"""Every demo asset with the facts that are stored about it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ksuid import Ksuid

from promptrails.demo.executions import EXECUTIONS
from promptrails.demo.film_works import FILMS
from promptrails.demo.northwind_works import NORTHWIND
from promptrails.demo.picture_works import PICTURES
from promptrails.demo.sound_works import SOUNDS
from promptrails.demo.works import Work

WORKS = {"demo": [*PICTURES, *SOUNDS, *FILMS], "northwind": NORTHWIND}
BETWEEN_FILES = timedelta(seconds=38)

CONTENT_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",  # RFC 7845, section 9: Opus in Ogg
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "webm": "video/webm",
}


@dataclass(frozen=True)
class DemoAsset:
    """A work in its place: the same id and date whenever it is computed for the same anchor."""

    id: str
    work: Work
    created_at: datetime
    agent_id: str
    execution_id: str
    metadata: dict[str, Any]


def demo_assets(slug: str, anchor: datetime) -> list[DemoAsset]:
    """The assets of one workspace, newest first, dated backwards from the anchor."""
    return sorted(_placed(slug, anchor), key=lambda asset: asset.created_at, reverse=True)


def _placed(slug: str, anchor: datetime) -> Iterator[DemoAsset]:
    made: dict[str, int] = {}
    for work in WORKS[slug]:
        run = EXECUTIONS[work.execution]
        order = made[work.execution] = made.get(work.execution, -1) + 1
        at = (anchor - timedelta(hours=run.hours_ago) + order * BETWEEN_FILES).replace(microsecond=0)
        yield DemoAsset(
            id=_ksuid(at, f"{slug}/{work.file_name}"),
            work=work,
            created_at=at,
            agent_id=run.agent,
            execution_id="exec_" + _ksuid(anchor - timedelta(hours=run.hours_ago), work.execution),
            metadata=metadata(work),
        )


def _ksuid(at: datetime, name: str) -> str:
    """The moment, and in place of chance a digest of the name: a second run finds the first one's ids."""
    payload = hashlib.sha256(f"promptrails demo {name}".encode()).digest()[: Ksuid.PAYLOAD_LENGTH_IN_BYTES]
    return str(Ksuid(datetime=at, payload=payload))


def metadata(work: Work) -> dict[str, Any]:
    """What an agent of that provider would have kept beside the file."""
    digest = int.from_bytes(hashlib.sha256(work.file_name.encode()).digest()[:4], "big")
    facts: dict[str, Any] = {"model": work.model, "prompt": work.prompt, "cost_usd": work.cost}
    if work.recipe != "speak":
        facts["seed"] = digest
    if work.size:
        facts["size"] = f"{work.size[0]}x{work.size[1]}"
    if work.size and not work.seconds and work.provider in {"fal", "replicate", "stability"}:
        facts |= {"steps": 24 + digest % 5 * 4, "guidance": 3.5 + digest % 4 * 0.5}
    if work.seconds:
        facts["duration_ms"] = int(work.seconds * 1000)
    return {name: value for name, value in (facts | dict(work.extra)).items() if value not in ("", None)}
