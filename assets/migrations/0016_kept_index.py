"""What retention must pass over reads an index of it alone, made while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("assets", "0015_activity_truncate")]

    operations = [
        AddIndexConcurrently(
            model_name="asset",
            index=models.Index(
                condition=models.Q(("kept", True)),
                fields=["workspace", "type", "created_at"],
                name="asset_kept",
            ),
        ),
    ]
