"""An import as the tests run it, and the manifests that they write."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command

from promptrails.workspaces.models import Workspace

SPRING = datetime(2026, 4, 1, 8, 30, tzinfo=UTC)


class Run:
    """The command, for one workspace, and what the last one said."""

    out = ""

    def __call__(self, workspace: Workspace, *where: object, **options: Any) -> None:
        out = io.StringIO()
        options |= {"workspace": workspace.slug, "quiet": True, "stdout": out}
        try:
            call_command("import_assets", *map(str, where), **options)
        finally:
            self.out = out.getvalue()

    def said(self) -> dict[str, int]:
        """The summary: how many of each."""
        return {line[:18].strip(): int(line[18:28].replace(",", "")) for line in self.out.splitlines()}


run = Run()


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
