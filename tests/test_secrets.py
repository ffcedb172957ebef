"""Secrets that a local run makes: private, kept, and the same for all who ask first at once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from promptrails.private_files import secret


def test_a_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    made = secret(tmp_path / "key")
    assert len(made) >= 32
    assert secret(tmp_path / "key") == made
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_all_who_ask_first_at_once_get_the_same(tmp_path: Path) -> None:
    for turn in range(50):
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(secret, [tmp_path / f"key{turn}"] * 8))) == 1
