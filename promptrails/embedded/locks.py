"""Locks on files, which the system releases however a process ends."""

from pathlib import Path
from typing import IO

import portalocker

SHARED = portalocker.LockFlags.SHARED
EXCLUSIVE = portalocker.LockFlags.EXCLUSIVE


class FileLock:
    """A lock that processes share or hold alone; not inherited by child processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[str] | None = None

    def share(self) -> None:
        """Hold it together with others; waits for a process that holds it alone."""
        portalocker.lock(self.opened(), SHARED)

    def hold(self) -> None:
        """Hold it alone; waits for everybody else."""
        portalocker.lock(self.opened(), EXCLUSIVE)

    def try_hold(self) -> bool:
        """Hold it alone if nobody else has it now."""
        try:
            portalocker.lock(self.opened(), EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.exceptions.LockException:
            self.release()
            return False
        return True

    def release(self) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None

    def opened(self) -> IO[str]:
        self.release()
        self.file = self.path.open("a")
        return self.file

    def __enter__(self) -> "FileLock":
        self.hold()
        return self

    def __exit__(self, *exception: object) -> None:
        self.release()


def only_one(path: Path) -> FileLock | None:
    """A lock held alone until it is released; None when another process has it."""
    lock = FileLock(path)
    return lock if lock.try_hold() else None
