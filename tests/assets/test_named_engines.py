"""Nothing embedded starts where database and storage are named."""

from typing import Any

import pytest

from promptrails.embedded import missing_engines

NAMED = {"DATABASE_URL": "postgresql://a@localhost/a", "STORAGE_BUCKET": "b"}


@pytest.mark.parametrize("more", [{}, {"STORAGE_ENDPOINT": "http://localhost:9000"}, {"DEBUG": "1"}])
def test_with_database_and_storage_named_nothing_embedded_starts(more: dict[str, str]) -> None:
    assert missing_engines({**NAMED, **more}) == []


def test_only_what_is_not_named_is_embedded(tmp_path: Any) -> None:
    here = {"DATA_DIR": str(tmp_path)}
    storage_alone = missing_engines({**here, "DATABASE_URL": NAMED["DATABASE_URL"]})
    assert [engine.name for engine in storage_alone] == ["SeaweedFS"]
    database_alone = missing_engines({**here, "STORAGE_BUCKET": "b"})
    assert [engine.name for engine in database_alone] == ["PostgreSQL"]
