"""What the documentation shows is run as it stands: Python with the official client, and curl."""

import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from assets import deletion
from assets.api import examples
from assets.errors import DomainError
from assets.models import Asset
from promptrails.workspaces.models import Workspace
from tests.factories import png, store_asset

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
SDK = Path(sys.prefix) / "sdk"
FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100_000)
DOCS = ["api.md", "agents.md"]
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
needs_sdk = pytest.mark.skipif(not SDK.exists(), reason="the official client is not installed: make setup")


def snippets(document: str, language: str) -> list[str]:
    text = (ROOT / "docs" / document).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that the examples name."""
    (tmp_path / "harbour.png").write_bytes(png(30, 20))
    (tmp_path / "launch.mp4").write_bytes(FILM)
    return tmp_path


@pytest.fixture
def environ(live_server: Any, secret: str) -> dict[str, str]:
    address = {"PROMPTRAILS_URL": str(live_server.url), "PROMPTRAILS_API_KEY": secret}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(SDK), "PYTHONUTF8": "1", **address}


def run(words: list[str], folder: Path, environ: dict[str, str]) -> str:
    ran = subprocess.run(
        words, cwd=folder, env=environ, capture_output=True, text=True, timeout=90, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def run_python(document: str, folder: Path, environ: dict[str, str]) -> list[str]:
    program = "\n".join(snippets(document, "python"))
    return run([sys.executable, "-W", "error", "-c", program], folder, environ).splitlines()


def run_shell(program: str, folder: Path, environ: dict[str, str]) -> str:
    """Lines that would set address and key stay out: they are set."""
    program = re.sub(r"^(export PROMPTRAILS_|pip install).*\n", "", program, flags=re.MULTILINE)
    return run(["sh", "-eu", "-c", program.replace("curl -f ", "curl -sSf ")], folder, environ)


@needs_sdk
def test_the_python_of_the_api_runs_from_top_to_bottom(
    folder: Path, environ: dict[str, str], acme: Workspace
) -> None:
    said = run_python("api.md", folder, environ)
    uploaded = said[0]
    assert said[1] == f"{uploaded} harbour.png {len(png(30, 20))}", "the list with filters"
    assert said[2] == "1"
    assert said[3] == uploaded, "by cursor"
    assert said[4] == f"['{uploaded}']", "by number"
    assert said[5] == "image flux-pro 7"
    assert (folder / "copy.png").read_bytes() == png(30, 20)
    video, size = said[7].split()
    assert int(size) == len(FILM)
    assert said[8] == f"['{video}'] []"
    first, second = said[9].split(), said[10].split()
    assert first == [second[0], "None"]
    assert second[1] == "true"
    assert said[11].startswith("404 not_found ")
    assert [asset.id for asset in Asset.objects.all()] == [first[0]]


@needs_sdk
def test_the_python_for_agents_saves_with_everything_that_is_known(
    folder: Path, environ: dict[str, str], acme: Workspace
) -> None:
    picture, video = (
        Asset.objects.in_workspace(acme).get(id=id) for id in run_python("agents.md", folder, environ)
    )
    assert (picture.execution_id, picture.agent_id, picture.provider) == ("exec_81", "agent_7", "fal")
    assert picture.metadata == {"model": "flux-pro", "prompt": "A harbour at dusk", "seed": 7, "cost": 0.04}
    assert (picture.file_name, picture.content_type) == ("harbour.png", "image/png")
    assert (video.type, video.file_size, video.model) == ("video", len(FILM), "gen-4")


def test_saving_takes_the_ten_lines_that_are_promised() -> None:
    assert len(snippets("agents.md", "python")[0].splitlines()) == 10


@needs_curl
def test_the_curl_of_the_api_runs_from_top_to_bottom(
    folder: Path, environ: dict[str, str], acme: Workspace
) -> None:
    environ["ASSET_ID"] = store_asset(acme, file_name="harbour dusk.png").id
    said = run_shell("\n".join(snippets("api.md", "sh")), folder, environ)
    assert '"next_cursor"' in said
    assert '"expires_in":900' in said
    assert Asset.objects.get().file_name == "harbour.png", "the others were deleted"


@needs_curl
def test_the_curl_for_agents_does_what_the_python_does(
    folder: Path, environ: dict[str, str], acme: Workspace
) -> None:
    run_shell("\n".join(snippets("agents.md", "sh")), folder, environ)
    picture = Asset.objects.get()
    assert (picture.execution_id, picture.agent_id, picture.model) == ("exec_81", "agent_7", "flux-pro")


@needs_curl
def test_every_command_of_the_page_runs(folder: Path, environ: dict[str, str], acme: Workspace) -> None:
    """Each with the id of an asset of its own."""
    host = environ["PROMPTRAILS_URL"].removeprefix("http://")
    body = Client(headers={"Host": host}).get("/api/docs").content.decode()
    commands = re.findall(r'<code id="curl-(\w+)">(.*?)</code>', body, re.DOTALL)
    assert len(commands) == 8
    for name, text in commands:
        asset = store_asset(acme)
        program = unescape(text).replace(examples.ASSET_ID, asset.id).replace("curl ", "curl -sSf ", 1)
        run(["sh", "-eu", "-c", program], folder, environ)
        if "delete" in name:
            assert not Asset.objects.filter(id=asset.id).exists()


def test_every_error_of_the_application_is_documented() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    for error in DomainError.__subclasses__():
        assert f"`{error.code}`" in text, error
        assert f"| {error.status} |" in text


def test_the_limit_of_a_deletion_is_the_documented_one() -> None:
    assert f"| ids in one deletion | {deletion.BATCH:,} |" in (ROOT / "docs" / "api.md").read_text()
