"""More statistics on the words, so that the planner tells a rare word from a common one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("assets", "0003_activity_append_only")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE assets_asset ALTER COLUMN search SET STATISTICS 1000",
            "ALTER TABLE assets_asset ALTER COLUMN search SET STATISTICS -1",
        ),
    ]
