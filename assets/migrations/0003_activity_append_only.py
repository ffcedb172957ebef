"""The database itself refuses to change or delete what the activity log says."""

from django.db import migrations

CREATE = """
CREATE FUNCTION assets_activity_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'assets_activity is append-only: % refused', TG_OP;
END $$;
CREATE TRIGGER assets_activity_is_append_only BEFORE UPDATE OR DELETE ON assets_activity
FOR EACH ROW EXECUTE FUNCTION assets_activity_is_append_only();
"""
DROP = """
DROP TRIGGER assets_activity_is_append_only ON assets_activity;
DROP FUNCTION assets_activity_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("assets", "0002_tally_triggers")]
    operations = [migrations.RunSQL(CREATE, DROP)]
