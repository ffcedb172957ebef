"""What an import of many files knows of each, and what became of it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar

from assets.errors import Conflict, InvalidInput
from assets.ingest.facts import EARLIEST, LATEST, AssetFacts, check
from assets.ingest.manifest import Manifest
from assets.locks import session_lock
from promptrails.workspaces.ksuids import derived_ksuid, time_of_ksuid
from promptrails.workspaces.models import Workspace

T = TypeVar("T")


class Result(StrEnum):
    """What became of a file."""

    IMPORTED = "imported"
    THERE = "already there"
    SKIPPED = "skipped"
    REFUSED = "refused"
    MISSING = "missing"


@dataclass(frozen=True)
class Outcome:
    """`name` as the manifest would call the file, `size` in bytes; `reason` is a sentence, or empty."""

    name: str
    result: Result
    size: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Import:
    """Where files go, what is known of all of them, what a manifest says of each, whether to write.

    `defaults` are fields of AssetFacts, for files of which the manifest says nothing else.
    """

    workspace: Workspace
    defaults: Mapping[str, str] = field(default_factory=dict)
    manifest: Manifest | None = None
    dry_run: bool = False

    def __post_init__(self) -> None:
        """Raises InvalidInput for defaults that cannot be."""
        check(AssetFacts("any", **dict[str, Any](self.defaults)))

    def facts(self, names: tuple[str, ...], size: int, modified: datetime, own_id: str = "") -> AssetFacts:
        """What is known of the file of `names`, the last of which tells it from every other.

        Without a manifest's word the id is `own_id`, or made of time and name: the same in every run.
        Raises InvalidInput, also for a size (bytes) that is not the manifest's.
        """
        entry = self.manifest.take(*names) if self.manifest else None
        facts = entry.facts if entry else AssetFacts(file_name=names[-1].rpartition("/")[2][-255:])
        if entry and entry.size not in {None, size}:
            raise InvalidInput(
                f"It has {size:,} bytes, and the manifest says {entry.size:,} (line {entry.line})."
            )
        lacking: dict[str, Any] = {
            name: told for name, told in self.defaults.items() if not getattr(facts, name)
        }
        facts = replace(facts, **lacking)
        known_id = facts.id or own_id
        from_id = time_of_ksuid(known_id) if known_id else modified
        created_at = facts.created_at or min(max(from_id, EARLIEST), LATEST)
        asset_id = known_id or derived_ksuid(created_at, self.workspace.id, names[-1])
        facts = replace(facts, id=asset_id, created_at=created_at)
        check(facts)
        return facts

    def is_named(self, names: tuple[str, ...]) -> bool:
        """Whether the manifest says something of the file, which is then not missing."""
        return bool(self.manifest and self.manifest.take(*names))

    def missing(self) -> Iterator[Outcome]:
        """What the manifest names and nobody came across."""
        for line, name in self.manifest.unseen() if self.manifest else ():
            yield Outcome(
                name, Result.MISSING, reason=f"Line {line} of the manifest names it; it is not there."
            )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Raises Conflict while another import into the workspace is running."""
        with session_lock(f"import {self.workspace.id}") as ours:
            if not ours:
                raise Conflict(f"Another import into {self.workspace.name} is running.")
            yield


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
