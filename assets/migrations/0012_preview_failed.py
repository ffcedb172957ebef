"""Counting previews that failed reads an index of them alone, made while the table is in use."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("assets", "0011_reconciliation"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="preview",
            index=models.Index(
                fields=["-asset"],
                name="preview_failed",
                condition=models.Q(("next_attempt_at__isnull", True), models.Q(("reason", ""), _negated=True)),
            ),
        ),
    ]
