"""A bucket of these tests' own: what others have left in theirs would be told as found."""

import secrets
from collections.abc import Iterator

import pytest

from assets import storage
from assets.previews import Sandbox
from promptrails.workspaces.models import User, Workspace
from tests.faults.deeds import World
from tests.faults.lab import lab
from tests.storage_servers import using_storage


@pytest.fixture
def bucket(transactional_db: None) -> Iterator[str]:
    name = f"faults-{secrets.token_hex(4)}"
    with using_storage(bucket=name):
        storage.client().create_bucket(Bucket=name)
        yield name


@pytest.fixture
def world(bucket: str, acme: Workspace, ada: User) -> Iterator[World]:
    with lab(bucket) as processes:
        yield World(processes, acme, ada)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.stop()
