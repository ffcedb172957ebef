"""A pytest plugin: PostgreSQL and SeaweedFS for the tests alone, started once a run, before the settings."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from promptrails import embedded

# The tests' data must never meet an engine that the environment happens to name.
NAMED = [
    name
    for name in os.environ
    if name.startswith("STORAGE_") or name in {"DATABASE_URL", "DEBUG", "SECRET_KEY"}
]
engines = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    if "PYTEST_XDIST_WORKER" not in os.environ:  # workers inherit what the controller started
        for name in NAMED:
            del os.environ[name]
        folder = tempfile.mkdtemp(prefix="assets-tests-")
        engines.callback(shutil.rmtree, folder, ignore_errors=True)
        os.environ["DATA_DIR"] = folder
        engines.enter_context(embedded.provide(os.environ))
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    engines.close()
