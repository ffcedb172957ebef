"""What retention must pass over reads an index of it alone, made while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("assets", "0015_activity_truncate")]

    operations = [
        # Where 0014 made it already, or where making it was interrupted.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS asset_kept", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="asset",
            index=models.Index(
                condition=models.Q(("kept", True)),
                fields=["workspace", "type", "created_at"],
                name="asset_kept",
            ),
        ),
    ]
