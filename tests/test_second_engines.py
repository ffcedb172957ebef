"""With a database and storage named, the app lives on them alone: tried on engines that it did not start."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptrails import embedded

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent
STORE = """
import io
from assets import delivery, storage
from assets.ingest import AssetFacts, store
from promptrails.workspaces.models import Workspace
from tests.factories import png
workspace = Workspace.objects.create(slug="acme", name="Acme")
facts = AssetFacts(file_name="a.png", content_type="image/png", provider="fal")
asset = store(workspace, io.BytesIO(png()), facts=facts)
print(storage.head(asset.storage_key).size == asset.file_size, delivery.preview_url(asset))
"""


@pytest.fixture
def named(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables of a second PostgreSQL and a second SeaweedFS, with data and credentials of their own."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    variables = {**inherited, "DATA_DIR": str(tmp_path / "theirs")}
    with embedded.provide(variables):
        yield variables | {"DATA_DIR": str(tmp_path / "ours"), "PYTHONPATH": str(ROOT)}


def manage(environ: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environ, capture_output=True, text=True,
        timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_rows_and_objects_go_to_the_engines_that_are_named_and_nothing_embedded_starts(
    named: dict[str, str],
) -> None:
    assert named["DATABASE_URL"] != os.environ["DATABASE_URL"]
    assert named["STORAGE_ACCESS_KEY_ID"] != os.environ["STORAGE_ACCESS_KEY_ID"]
    manage(named, "migrate", "--verbosity=0")
    stored, url = manage(named, "shell", "--verbosity=0", "-c", STORE).split()
    assert stored == "True"
    assert url.startswith(f"{named['STORAGE_ENDPOINT']}/{named['STORAGE_BUCKET']}/assets/")
    manage(named, "check_storage")
    assert {path.name for path in Path(named["DATA_DIR"]).iterdir()} <= {"secret-key"}, "no engine's folder"
