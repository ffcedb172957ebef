"""Other S3 servers for the tests of storage, started once a run when the first test asks."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assets import storage
from promptrails.embedded import SeaweedFS
from promptrails.workspaces.models import Workspace
from tests.assets.importing import SPRING
from tests.factories import png
from tests.storage_servers import (
    DOMAIN,
    Second,
    moto_server,
    named,
    second_seaweedfs,
    using_storage,
)


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[Second]:
    with second_seaweedfs(f"-s3.domainName={DOMAIN}") as server:
        yield server


@pytest.fixture(scope="session")
def moto() -> Iterator[dict[str, Any]]:
    with moto_server() as names:
        yield names


@pytest.fixture(params=["seaweedfs", "moto"])
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """The app on each of two other servers."""
    server = request.getfixturevalue(request.param)
    with using_storage(**(named(server) if isinstance(server, SeaweedFS) else server)):
        yield request.param


@pytest.fixture
def second(seaweedfs: Second) -> Iterator[Second]:
    """The app on the second SeaweedFS."""
    with using_storage(**named(seaweedfs)):
        yield seaweedfs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, one in a folder of its own, each of another day."""
    made = tmp_path / "exports"
    for number, name in enumerate(["a.png", "b.png", "days/Kıyı ☀.png"]):
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(10 + number, 5))
        os.utime(path, (SPRING.timestamp(), SPRING.timestamp() + number))
    return made


@pytest.fixture
def bucket(acme: Workspace) -> str:
    """The prefix of three objects that no record names."""
    prefix = f"exports-{acme.id}/"
    for number, name in enumerate(["a.png", "b.png", "days/c.png"]):
        storage.put(prefix + name, io.BytesIO(png(10 + number, 5)), "application/octet-stream")
    return prefix
