"""Private files under DATA_DIR."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step, readable by its owner only; a crash leaves the old or the new text."""
    draft(path, text).replace(path)


def draft(path: Path, text: str) -> Path:
    """A whole private file beside `path`, to be put in its place."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return beside


def secret(path: Path, length: int = 24) -> str:
    """The secret in `path`, made of `length` random bytes (URL-safe text) at the first call.

    Of two first calls at once, both get the secret of the one that was first: a link never replaces.
    """
    if not path.exists():
        made = draft(path, secrets.token_urlsafe(length) + "\n")
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    elif not path.read_text().strip():
        write_private(path, secrets.token_urlsafe(length) + "\n")
    return path.read_text().strip()
