"""The database refuses to empty the activity log, too."""

from django.db import migrations

CREATE = """
CREATE TRIGGER assets_activity_is_not_emptied BEFORE TRUNCATE ON assets_activity
FOR EACH STATEMENT EXECUTE FUNCTION assets_activity_is_append_only();
"""
DROP = "DROP TRIGGER assets_activity_is_not_emptied ON assets_activity;"


class Migration(migrations.Migration):
    dependencies = [("assets", "0014_retention")]
    operations = [migrations.RunSQL(CREATE, DROP)]
