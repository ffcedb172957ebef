"""What is made of assets: a row comes with its asset by a trigger, so no way in can forget it."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


# The row goes with its asset in the database itself: Django would fetch every asset before deleting it.
CONSTRAINT = """
ALTER TABLE assets_preview ADD CONSTRAINT preview_asset FOREIGN KEY (asset_id)
REFERENCES assets_asset (id) ON DELETE CASCADE;
"""
TRIGGER = """
CREATE FUNCTION assets_expect_preview() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO assets_preview (asset_id) SELECT id FROM new_rows WHERE preview_status = 'pending';
    RETURN NULL;
END $$;
CREATE TRIGGER assets_expect_preview AFTER INSERT ON assets_asset REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION assets_expect_preview();
"""
EXISTING = (
    "INSERT INTO assets_preview (asset_id) SELECT id FROM assets_asset WHERE preview_status = 'pending';"
)
DROP = "DROP TRIGGER assets_expect_preview ON assets_asset; DROP FUNCTION assets_expect_preview();"


class Migration(migrations.Migration):
    dependencies = [
        ("assets", "0005_uploads_and_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Preview",
            fields=[
                (
                    "asset",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="preview",
                        serialize=False,
                        to="assets.asset",
                    ),
                ),
                ("picture_key", models.CharField(blank=True, db_default="", default="", max_length=1024)),
                (
                    "peaks",
                    models.BinaryField(
                        blank=True, help_text="a waveform: bars of 0 to 100, a byte each", null=True
                    ),
                ),
                (
                    "details",
                    models.JSONField(
                        blank=True, db_default={}, default=dict, help_text="codecs and the like"
                    ),
                ),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="that storage ended"),
                ),
                (
                    "claims",
                    models.PositiveSmallIntegerField(
                        db_default=0, default=0, help_text="that nothing was heard of"
                    ),
                ),
                (
                    "next_attempt_at",
                    models.DateTimeField(
                        blank=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        null=True,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_attempt_at__isnull", False)),
                        fields=["-asset"],
                        name="preview_due",
                    )
                ],
            },
        ),
        migrations.RunSQL(CONSTRAINT, migrations.RunSQL.noop),
        migrations.RunSQL(EXISTING, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGER, DROP),
    ]
