"""The password of the demo's users: DEMO_PASSWORD, or a random one kept for the operator alone."""

from collections.abc import Mapping
from pathlib import Path

from promptrails.private_files import secret


def demo_password(data_dir: Path, environ: Mapping[str, str]) -> str:
    """What is set, else what was kept, else a new one, written to DATA_DIR/demo-password (mode 0600)."""
    if given := environ.get("DEMO_PASSWORD", "").strip():
        return given
    data_dir.mkdir(parents=True, exist_ok=True)
    return secret(data_dir / "demo-password", 12)
