"""Bytes and files of each month, kept by triggers like the other tallies, and counted once for what is here.

Writers wait while that is counted (about a second for a million assets); readers do not.
"""

import django.db.models.deletion
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION assets_month_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO assets_monthtally AS t (workspace_id, month, type, assets, bytes)
    SELECT workspace_id, {month}, type, sum(n), sum(n * file_size) FROM ({rows}) changed
    GROUP BY 1, 2, 3 HAVING sum(n) <> 0 OR sum(n * file_size) <> 0 ORDER BY 1, 2, 3
    ON CONFLICT (workspace_id, month, type)
    DO UPDATE SET assets = t.assets + excluded.assets, bytes = t.bytes + excluded.bytes;
    RETURN NULL;
END $$;
CREATE TRIGGER assets_month_{name} AFTER {event} ON assets_asset REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION assets_month_{name}();
"""
MONTH = "date_trunc('month', created_at AT TIME ZONE 'UTC')::date"
NEW, OLD = "SELECT 1 AS n, * FROM new_rows", "SELECT -1 AS n, * FROM old_rows"
EVENTS = {
    "insert": ("INSERT", "NEW TABLE AS new_rows", NEW),
    "update": ("UPDATE", "NEW TABLE AS new_rows OLD TABLE AS old_rows", f"{NEW} UNION ALL {OLD}"),
    "delete": ("DELETE", "OLD TABLE AS old_rows", OLD),
}
TRUNCATE = """
CREATE FUNCTION assets_month_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM assets_monthtally;
    RETURN NULL;
END $$;
CREATE TRIGGER assets_month_truncate AFTER TRUNCATE ON assets_asset
FOR EACH STATEMENT EXECUTE FUNCTION assets_month_truncate();
"""
COUNT = f"""
LOCK TABLE assets_asset IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO assets_monthtally (workspace_id, month, type, assets, bytes)
SELECT workspace_id, {MONTH}, type, count(*), sum(file_size) FROM assets_asset GROUP BY 1, 2, 3;
"""  # noqa: S608  nothing of it comes from outside


def create(name: str) -> str:
    event, tables, rows = EVENTS[name]
    return FUNCTION.format(name=name, event=event, tables=tables, rows=rows, month=MONTH)


def drop(name: str) -> str:
    return f"DROP TRIGGER assets_month_{name} ON assets_asset; DROP FUNCTION assets_month_{name}();"


class Migration(migrations.Migration):
    dependencies = [("assets", "0012_preview_failed"), ("workspaces", "__first__")]
    operations = [
        migrations.CreateModel(
            name="MonthTally",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "workspace_id",
                        "month",
                        "type",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("month", models.DateField()),
                ("type", models.CharField(max_length=10)),
                ("assets", models.BigIntegerField()),
                ("bytes", models.BigIntegerField()),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        *(migrations.RunSQL(create(name), drop(name)) for name in EVENTS),
        migrations.RunSQL(TRUNCATE, drop("truncate")),
    ]
