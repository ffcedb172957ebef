"""Makes thumbnails, posters and waveforms here and now, beside what workers do."""

import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from tqdm import tqdm

from assets import previewing
from assets.models import PreviewStatus
from assets.previews import Sandbox
from promptrails.workspaces.models import Workspace


class Command(BaseCommand):
    help = "Make the previews that are due, with progress. Workers do so by themselves; this is for many."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "May run beside workers and be interrupted: none is made twice, none is lost."
        parser.add_argument("--missing", action="store_true", help="also of assets that were never looked at")
        parser.add_argument(
            "--failed", action="store_true", help="also of files that could not be shown before"
        )
        parser.add_argument("--workspace", help="slug: of this workspace alone")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *args: Any, missing: bool, failed: bool, workspace: str | None, **options: Any) -> None:
        assets, rows = Q(), Q()
        if workspace is not None:
            owner = Workspace.objects.filter(slug=workspace).first()
            if owner is None:
                raise CommandError(f"There is no workspace “{workspace}”.")
            assets, rows = Q(workspace=owner), Q(asset__workspace=owner)
        if missing:
            self.ask(assets & Q(preview=None), "without a preview")
        if failed:
            self.ask(assets & Q(preview_status=PreviewStatus.FAILED), "that failed")
        total = previewing.due(rows).count()
        made: Counter[PreviewStatus] = Counter()
        sandbox = Sandbox()
        try:
            with tqdm(total=total, unit=" previews", file=sys.stderr, disable=options["quiet"]) as bar:
                for status in previewing.make_due(sandbox, rows):
                    made[status] += 1
                    bar.update()
        except KeyboardInterrupt as stop:
            raise CommandError("Interrupted. Run it again to go on.", returncode=130) from stop
        finally:
            sandbox.stop()
            self.stdout.write(
                f"{made[PreviewStatus.READY]:,} made, {made[PreviewStatus.FAILED]:,} cannot be made, "
                f"{made[PreviewStatus.PENDING]:,} wait for storage."
            )

    def ask(self, which: Q, what: str) -> None:
        """Page by page in the order of ids: what a worker ends meanwhile is not asked for a second time."""
        total, last = 0, ""
        while asked := previewing.ask_again(which & Q(pk__gt=last)):
            total, last = total + len(asked), asked[-1]
        self.stdout.write(f"{total:,} {what}.")
