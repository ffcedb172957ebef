"""Orientation, and indexes for it and for durations."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0006_previews'),
        ('workspaces', '0002_api_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='asset',
            name='orientation',
            field=models.GeneratedField(db_persist=True, expression=django.db.models.expressions.RawSQL("CASE WHEN width > height THEN 'landscape' WHEN width < height THEN 'portrait' WHEN width = height THEN 'square' END", ()), output_field=models.CharField(max_length=10, null=True)),
        ),
        migrations.AddIndex(
            model_name='asset',
            index=models.Index(fields=['workspace', 'orientation', '-created_at', '-id'], name='asset_orientation'),
        ),
        migrations.AddIndex(
            model_name='asset',
            index=models.Index(condition=models.Q(('duration__isnull', False)), fields=['workspace', 'duration'], name='asset_duration'),
        ),
    ]
