"""Other S3 servers for the tests of storage, started once a run when the first test asks."""

from collections.abc import Iterator
from typing import Any

import pytest

from promptrails.embedded import SeaweedFS
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
