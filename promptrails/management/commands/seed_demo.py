"""manage.py seed_demo: the demo workspaces, their people and their media."""

import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assets.errors import StorageUnavailable
from promptrails.demo_password import demo_password


class Command(BaseCommand):
    help = "Adds the demo workspaces, people and media where they are missing. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        from promptrails.demo.seed import seed  # numpy, only where it is wanted

        start = time.monotonic()
        try:
            seeded = seed(demo_password(settings.DATA_DIR, os.environ), self.say)
        except StorageUnavailable as error:
            raise CommandError(
                f"{error} What was made so far is kept; run seed_demo again to go on."
            ) from error
        if not seeded.made:
            self.say(f"The demo is complete: all {seeded.already_there} assets were there already.")
            return
        self.say(
            f"The demo is ready: {seeded.made} assets made ({seeded.bytes / 1e6:.1f} MB, "
            f"{time.monotonic() - start:.0f} s), {seeded.already_there} were there already."
        )

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
