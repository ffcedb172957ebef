"""Private files under DATA_DIR."""

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step, readable by its owner only; a crash leaves the old or the new text."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def secret(path: Path, length: int = 24) -> str:
    """The secret in `path`, made of `length` random bytes (URL-safe text) at the first call."""
    if not path.exists() or not path.read_text().strip():
        write_private(path, secrets.token_urlsafe(length) + "\n")
    return path.read_text().strip()
