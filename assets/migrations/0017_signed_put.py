"""Objects for which a URL to PUT them was handed out: whatever comes of them is known."""

import assets.models.records
import django.db.models.deletion
import promptrails.workspaces.ksuids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0016_kept_index'),
        ('workspaces', '0002_api_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignedPut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('storage_key', models.CharField(db_collation='C', max_length=1024, unique=True)),
                ('asset_id', promptrails.workspaces.ksuids.KSUIDField()),
                ('ends_at', models.DateTimeField(db_index=True, default=assets.models.records.in_a_day, help_text='a slow PUT may go on so long')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workspaces.workspace')),
            ],
        ),
    ]
