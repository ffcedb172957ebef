"""Compares storage and database, object by object, and says what is off; repairs what cannot lose data."""

import sys
from argparse import ArgumentParser
from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum
from django.utils import timezone
from tqdm import tqdm

from assets import reconciling
from assets.errors import StorageUnavailable
from assets.models import Tally
from assets.reconciling import Fault, Finding

MOST_MINUTES = 10_000_000  # nineteen years
SHOWN = 20  # findings of each kind, without --list
ADVICE = {
    Fault.MISSING: "Put the objects back from a backup, or delete the records with --delete-missing COUNT.",
    Fault.SIZE: "Put the object back from a backup, or delete the asset.",
    Fault.ORPHAN: "Take them in with import_assets --prefix, or delete them with --delete-orphans.",
    Fault.STRAY: "--fix removes them.",
    Fault.LOST: "--fix has them made again.",
}


class Command(BaseCommand):
    help = "Say whether every record has its object and every object its record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Ends with 1 when something is off that was not repaired, else with 0."
        parser.add_argument(
            "--fix", action="store_true", help="repair what cannot lose data: previews, lost and stray"
        )
        parser.add_argument(
            "--delete-orphans", action="store_true", help="delete objects that no record names, for good"
        )
        parser.add_argument(
            "--delete-missing", type=int, metavar="COUNT",
            help="delete the records whose object is missing, for good; just so many must be found",
        )  # fmt: skip
        parser.add_argument(
            "--older-than", type=int, default=60, metavar="MINUTES", help="leave younger ones alone (60)"
        )
        parser.add_argument(
            "--list", action="store_true", help="name every finding, not the first of each kind"
        )
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(
        self,
        *args: Any,
        fix: bool,
        delete_orphans: bool,
        delete_missing: int | None,
        older_than: int,
        **options: Any,
    ) -> None:
        if not 0 <= older_than <= MOST_MINUTES:
            raise CommandError(f"--older-than takes minutes, 0 or more (and {MOST_MINUTES:,} at most).")
        tally, repaired, started = reconciling.Tally(), Counter[Fault](), timezone.now()
        missing: list[Finding] = []
        known = Tally.objects.aggregate(sum=Sum("assets"))["sum"] or 0
        try:
            with tqdm(total=known, unit=" records", file=sys.stderr, disable=options["quiet"]) as bar:
                for finding in reconciling.compare(started - timedelta(minutes=older_than), tally):
                    bar.update(tally.records - bar.n)
                    done = (
                        delete_orphans and finding.fault is Fault.ORPHAN and reconciling.remove(finding)
                    ) or (fix and reconciling.repair(finding))
                    repaired[finding.fault] += done
                    if finding.fault is Fault.MISSING and len(missing) <= (delete_missing or 0):
                        missing.append(finding)
                    self.show(finding, tally.faults[finding.fault], everything=options["list"])
                bar.update(tally.records - bar.n)
            if delete_missing and len(missing) == delete_missing:
                repaired[Fault.MISSING] = reconciling.forget(missing)
        except StorageUnavailable as error:
            raise CommandError(
                f"{error.message} Run it again; nothing is half done.", returncode=2
            ) from error
        self.report(tally, repaired)
        found = tally.faults[Fault.MISSING]
        tally.faults -= repaired
        reconciling.write_down(tally, started)
        if delete_missing is not None and found != delete_missing:
            sentence = f"{found:,} records lack their object, not {delete_missing:,}: none was deleted."
            raise CommandError(sentence, returncode=1)
        if tally.faults:
            raise CommandError("Storage and database do not agree.", returncode=1)

    def show(self, finding: Finding, number: int, *, everything: bool) -> None:
        if everything or number <= SHOWN:
            self.stdout.write(f"{finding.fault}: {finding.key}")
        elif number == SHOWN + 1:
            self.stdout.write(f"{finding.fault}: more; --list names all")

    def report(self, tally: reconciling.Tally, repaired: Counter[Fault]) -> None:
        self.stdout.write(f"\n{tally.records:>12,}  records\n{tally.objects:>12,}  objects of the app")
        if tally.foreign:
            self.stdout.write(f"{tally.foreign:>12,}  other objects in the bucket, left alone")
        for fault, count in sorted(tally.faults.items()):
            rest = count - repaired[fault]
            what = f"{repaired[fault]:,} repaired" if not rest else ADVICE[fault]
            self.stdout.write(f"{count:>12,}  {fault}. {what}")
        if not tally.faults:
            self.stdout.write("Storage and database agree.")
