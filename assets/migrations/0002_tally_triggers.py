"""Triggers keep the tallies: exact counts and choices without counting (docs/architecture.md)."""

from django.db import migrations

# Sorted, so that concurrent statements lock the same rows in the same order.
FUNCTION = """
CREATE FUNCTION assets_count_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO assets_tally AS t (workspace_id, type, provider, model, assets, bytes)
    SELECT workspace_id, type, provider, model, sum(n), sum(n * file_size) FROM ({rows}) changed
    GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 OR sum(n * file_size) <> 0 ORDER BY 1, 2, 3, 4
    ON CONFLICT (workspace_id, type, provider, model)
    DO UPDATE SET assets = t.assets + excluded.assets, bytes = t.bytes + excluded.bytes;

    INSERT INTO assets_agenttally AS t (workspace_id, agent_id, type, provider, model, assets, bytes)
    SELECT workspace_id, agent_id, type, provider, model, sum(n), sum(n * file_size) FROM ({rows}) changed
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0 OR sum(n * file_size) <> 0 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (workspace_id, agent_id, type, provider, model)
    DO UPDATE SET assets = t.assets + excluded.assets, bytes = t.bytes + excluded.bytes;
    RETURN NULL;
END $$;
CREATE TRIGGER assets_count_{name} AFTER {event} ON assets_asset REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION assets_count_{name}();
"""
NEW, OLD = "SELECT 1 AS n, * FROM new_rows", "SELECT -1 AS n, * FROM old_rows"
EVENTS = {
    "insert": ("INSERT", "NEW TABLE AS new_rows", NEW),
    "update": ("UPDATE", "NEW TABLE AS new_rows OLD TABLE AS old_rows", f"{NEW} UNION ALL {OLD}"),
    "delete": ("DELETE", "OLD TABLE AS old_rows", OLD),
}
TRUNCATE = """
CREATE FUNCTION assets_count_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM assets_tally;
    DELETE FROM assets_agenttally;
    RETURN NULL;
END $$;
CREATE TRIGGER assets_count_truncate AFTER TRUNCATE ON assets_asset
FOR EACH STATEMENT EXECUTE FUNCTION assets_count_truncate();
"""


def create(name: str) -> str:
    event, tables, rows = EVENTS[name]
    return FUNCTION.format(name=name, event=event, tables=tables, rows=rows)


def drop(name: str) -> str:
    return f"DROP TRIGGER assets_count_{name} ON assets_asset; DROP FUNCTION assets_count_{name}();"


class Migration(migrations.Migration):
    dependencies = [("assets", "0001_initial")]
    operations = [
        *(migrations.RunSQL(create(name), drop(name)) for name in EVENTS),
        migrations.RunSQL(TRUNCATE, drop("truncate")),
    ]
