"""What the log keeps more: who by name, from which address; assets' checksums."""

from django.conf import settings
from django.db import migrations, models

# What was written down before has its name too; nobody but a migration may do so.
NAME_THEM = """
ALTER TABLE assets_activity DISABLE TRIGGER assets_activity_is_append_only;
UPDATE assets_activity SET who = actor_email WHERE actor_email <> '';
ALTER TABLE assets_activity ENABLE TRIGGER assets_activity_is_append_only;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assets', '0008_prompt_hash'),
        ('workspaces', '0002_api_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='address',
            field=models.GenericIPAddressField(help_text='of whoever asked', null=True),
        ),
        migrations.AddField(
            model_name='activity',
            name='who',
            field=models.CharField(blank=True, db_default='', default='', help_text='email or key', max_length=254),
        ),
        migrations.AddField(
            model_name='asset',
            name='checksum',
            field=models.CharField(blank=True, db_default='', default='', help_text="sha256:… or storage's etag:…", max_length=150),
        ),
        migrations.AlterField(
            model_name='activity',
            name='action',
            field=models.CharField(choices=[('asset.uploaded', 'Uploaded'), ('asset.imported', 'Imported'), ('asset.deleted', 'Deleted'), ('link.made', 'Link handed out'), ('key.created', 'API key created'), ('key.revoked', 'API key revoked'), ('member.added', 'Member added'), ('member.changed', 'Role changed'), ('member.removed', 'Member removed')], max_length=50),
        ),
        migrations.RunSQL(NAME_THEM, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(fields=['workspace', 'action', '-at', '-id'], name='activity_action'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(fields=['workspace', 'who', '-at', '-id'], name='activity_who'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(condition=models.Q(('asset_id', ''), _negated=True), fields=['workspace', 'asset_id'], name='activity_asset'),
        ),
    ]
