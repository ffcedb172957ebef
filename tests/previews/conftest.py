"""One sandbox for all of them: it has to live on whatever it was shown."""

from collections.abc import Iterator

import pytest

from assets.previews import Limits, Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(Limits(cpu=20, wall=30))
    yield made
    made.stop()
