"""Who uses the engines of a DATA_DIR: locks of the operating system, which vanish with their process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import portalocker
from portalocker import LockFlags


class EngineError(Exception):
    """An engine could not be started; the message is a sentence for a person."""


@contextmanager
def starting(folder: Path) -> Iterator[None]:
    """Held while engines are started or stopped, by one process at a time."""
    with (folder / "starting.lock").open("a") as file:
        portalocker.lock(file, LockFlags.EXCLUSIVE)
        yield


class Users:
    """A share in the engines; call within `starting`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "users.lock"
        self.file: IO[str] | None = None

    def join(self) -> None:
        self.file = self.path.open("a")
        portalocker.lock(self.file, LockFlags.SHARED)

    def leave_last(self) -> bool:
        """Gives the share up; whether nobody else has one."""
        if self.file is None:
            return False
        self.file.close()
        with self.path.open("a") as file:
            try:
                portalocker.lock(file, LockFlags.EXCLUSIVE | LockFlags.NON_BLOCKING)
            except portalocker.LockException:
                return False
        return True


def only_one(path: Path) -> IO[str] | None:
    """An exclusive lock held until the file is closed; None when another process has it."""
    file = path.open("a")
    try:
        portalocker.lock(file, LockFlags.EXCLUSIVE | LockFlags.NON_BLOCKING)
    except portalocker.LockException:
        file.close()
        return None
    return file
