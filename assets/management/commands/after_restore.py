"""Once, on a database that was restored from a backup, before web processes and workers start."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assets import restoring
from assets.errors import StorageUnavailable

REPORT = """\
{uploads:>8,}  uploads under way forgotten; what came of them stays in the bucket
{deletions:>8,}  deletions of many cancelled
{rules:>8,}  retention rules wait a week
{sessions:>8,}  sessions ended
{removals:>8,}  recorded removals go on: these assets were deleted before the backup
{keys:>8,}  API keys are valid: revoke again those that were revoked since

Now `manage.py reconcile --older-than 0` says in what the bucket differs (docs/operations.md)."""


class Command(BaseCommand):
    help = "Stop what a restored database would go on with, so that it does nothing to newer files."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = restoring.after_restore()
        except StorageUnavailable as error:
            raise CommandError(f"{error.message} Nothing was changed.") from error
        self.stdout.write(REPORT.format(**vars(done)))
