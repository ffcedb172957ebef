"""Files of a folder become assets: each is streamed to storage; what is there already is not read."""

import os
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.db import connection

from assets.errors import DomainError, InvalidInput, StorageUnavailable
from assets.ingest.facts import AssetFacts, check_type
from assets.ingest.imports import Import, Outcome, Result, batches
from assets.ingest.streams import check_size, store
from assets.models import Asset
from assets.sniffing import HEAD, media_of

BATCH = 100  # files at once
THREADS = 4  # files on their way at once


@dataclass(frozen=True)
class LocalFile:
    """`name` is its path inside the folder, with slashes; `size` in bytes."""

    path: Path
    name: str
    size: int
    modified: datetime


def files_in(folder: Path, besides: Path | None = None) -> Iterator[LocalFile]:
    """Every file, hidden ones left out, in the order of names; raises OSError for an unreadable folder."""

    def refuse(error: OSError) -> None:
        raise error

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith(".") or not path.is_file() or (besides and path.samefile(besides)):
                continue
            found = path.stat()
            modified = datetime.fromtimestamp(found.st_mtime, UTC)
            yield LocalFile(path, path.relative_to(folder).as_posix(), found.st_size, modified)


def import_folder(job: Import, folder: Path) -> Iterator[Outcome]:
    """What became of each file; raises StorageUnavailable, after which a second run goes on."""
    besides = job.manifest.path if job.manifest else None
    with job.alone():
        pool = ThreadPoolExecutor(THREADS)
        try:
            for batch in batches(files_in(folder, besides), BATCH):
                planned = [(file, planned_facts(job, file)) for file in batch]
                ids = [facts.id for _, facts in planned if isinstance(facts, AssetFacts)]
                there = set(
                    Asset.objects.in_workspace(job.workspace).filter(id__in=ids).values_list("id", flat=True)
                )
                yield from pool.map(partial(taken_in, job, there), planned)
            yield from job.missing()
        finally:
            pool.shutdown(cancel_futures=True)


def planned_facts(job: Import, file: LocalFile) -> AssetFacts | DomainError:
    try:
        return job.facts((file.name,), file.size, file.modified)
    except DomainError as refusal:
        return refusal


def taken_in(
    job: Import, there: Collection[str], planned: tuple[LocalFile, AssetFacts | DomainError]
) -> Outcome:
    """In a thread of its own, whose database connection goes back to the pool."""
    file, facts = planned
    try:
        if isinstance(facts, DomainError):
            raise facts
        if facts.id in there:
            return Outcome(file.name, Result.THERE, file.size)
        with file.path.open("rb") as body:
            if job.dry_run:
                if not file.size:
                    raise InvalidInput("The file is empty.")
                check_size(file.size)
                check_type(facts, media_of(body.read(HEAD), facts.content_type))
            else:
                store(job.workspace, body, facts=facts)
    except StorageUnavailable:
        raise
    except DomainError as refusal:
        return Outcome(file.name, Result.REFUSED, file.size, refusal.message)
    except OSError as error:
        return Outcome(file.name, Result.REFUSED, file.size, f"It cannot be read: {error.strerror}.")
    finally:
        connection.close()
    return Outcome(file.name, Result.IMPORTED, file.size)
