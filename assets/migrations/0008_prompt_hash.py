"""What the same prompt made is found by a hash of it; the index is made while the table is in use."""

import django.db.models.expressions
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('assets', '0007_shape'),
        ('workspaces', '0002_api_keys'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='asset',
            index=models.Index(models.F('workspace'), django.db.models.expressions.RawSQL("hashtextextended(metadata ->> 'prompt', 0)", ()), models.OrderBy(models.F('created_at'), descending=True), condition=models.Q(('metadata__has_key', 'prompt')), name='asset_prompt'),
        ),
    ]
