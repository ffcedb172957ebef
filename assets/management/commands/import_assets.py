"""Brings existing files in: those of a folder, or objects that are in the bucket already."""

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat
from tqdm import tqdm

from assets import ingest, storage
from assets.errors import DomainError, StorageUnavailable
from assets.ingest import Import, Manifest, Outcome, Result
from promptrails.workspaces.models import Workspace

NOT_IN = (Result.REFUSED, Result.MISSING)
INTERRUPTED = 130  # the shell's status for SIGINT


class Command(BaseCommand):
    help = "Import the files of a folder, or objects that are in the bucket already, as assets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Run it again after an interruption: what is there already is passed over."
        parser.add_argument("folder", nargs="?", type=Path, help="a folder whose files are to be uploaded")
        parser.add_argument("--workspace", required=True, help="slug of the workspace")
        parser.add_argument("--prefix", help="instead of a folder: where the objects lie in the bucket")
        parser.add_argument(
            "--manifest", type=Path, help="what else is known: .jsonl or .csv, one line a file"
        )
        parser.add_argument("--provider", default="", help="for files of which the manifest names none")
        parser.add_argument("--execution-id", default="", help="the same")
        parser.add_argument("--agent-id", default="", help="the same")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, prefix = options["folder"], options["prefix"]
        if (folder is None) == (prefix is None):
            raise CommandError("Name a folder, or --prefix with a place in the bucket: one of the two.")
        if folder and not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        try:
            job = self.job(options)
            total = count(folder, prefix, job.manifest)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be read: {error.strerror}.") from error
        outcomes = ingest.import_folder(job, folder) if folder else ingest.import_objects(job, prefix)
        self.run(outcomes, total, options)

    def job(self, options: dict[str, Any]) -> Import:
        slug = options["workspace"]
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            raise CommandError(f"There is no workspace “{slug}”.")
        defaults = {name: options[name] for name in ("provider", "execution_id", "agent_id") if options[name]}
        manifest = Manifest(options["manifest"]) if options["manifest"] else None
        return Import(workspace, defaults, manifest, options["dry_run"])

    def run(self, outcomes: Iterator[Outcome], total: int, options: dict[str, Any]) -> None:
        counts: Counter[Result] = Counter()
        sizes: Counter[Result] = Counter()
        stopped = ""
        with tqdm(total=total, unit=" files", file=sys.stderr, disable=options["quiet"]) as bar:
            try:
                for outcome in outcomes:
                    counts[outcome.result] += 1
                    sizes[outcome.result] += outcome.size
                    bar.update(outcome.result != Result.MISSING)
                    if outcome.reason:
                        bar.write(
                            f"{outcome.result}: {shown(outcome.name)}: {outcome.reason}", file=sys.stderr
                        )
            except KeyboardInterrupt:
                stopped = "Interrupted"
            except StorageUnavailable as error:
                stopped = f"Stopped, as storage does not answer ({storage.reason(error)})"
            except DomainError as refusal:
                raise CommandError(refusal.message) from refusal
            except OSError as error:
                stopped = f"Stopped: {shown(str(error.filename))} cannot be read: {error.strerror}"
        self.summarise(counts, sizes, dry_run=options["dry_run"])
        if stopped:
            status = INTERRUPTED if stopped == "Interrupted" else 1
            raise CommandError(f"{stopped}. Run the same command again to go on.", returncode=status)
        if problems := sum(counts[result] for result in NOT_IN):
            raise CommandError(
                f"{problems:,} of {counts.total():,} could not be imported; the reasons stand above."
            )

    def summarise(self, counts: Counter[Result], sizes: Counter[Result], *, dry_run: bool) -> None:
        for result in Result:
            label = "would be imported" if dry_run and result == Result.IMPORTED else str(result)
            size = filesizeformat(sizes[result]).replace("\xa0", " ") if sizes[result] else ""
            self.stdout.write(f"{label.capitalize():<18} {counts[result]:>9,}  {size}".rstrip())


def count(folder: Path | None, prefix: str, manifest: Manifest | None) -> int:
    """How many files the bar is of."""
    if folder:
        return sum(1 for _ in ingest.files_in(folder, manifest.path if manifest else None))
    return sum(1 for _ in storage.list_objects(prefix))


def shown(name: str) -> str:
    """Names of files need not be text."""
    return name.encode(errors="backslashreplace").decode()
