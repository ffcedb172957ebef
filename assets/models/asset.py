"""Asset, its preview, and the tallies that count it."""

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils import timezone

from assets.kinds import Kind
from promptrails.workspaces.ksuids import KSUIDField, new_ksuid
from promptrails.workspaces.models import Workspace

# 200 characters keep a model's name inside a B-tree entry whatever an agent writes into metadata.
MODEL_SQL = "COALESCE(left(metadata ->> 'model', 200), '')"
ORIENTATION_SQL = (
    "CASE WHEN width > height THEN 'landscape' WHEN width < height THEN 'portrait' "
    "WHEN width = height THEN 'square' END"
)
PROMPT_HASH_SQL = "hashtextextended(metadata ->> 'prompt', 0)"
# Words of file name, model and prompt; then one lexeme for the workspace and one for the month, so
# that one GIN index bounds a search to both (assets.search). A colon never comes out of a word.
SEARCH_SQL = r"""
to_tsvector('simple', translate(
    file_name || ' ' || COALESCE(left(metadata ->> 'model', 200), '') || ' '
        || COALESCE(left(metadata ->> 'prompt', 20000), ''),
    '_-./\:@+&=#~', '            '))
|| array_to_tsvector(ARRAY[
    'w:' || workspace_id,
    'm:' || (extract(year from created_at AT TIME ZONE 'UTC') * 12
             + extract(month from created_at AT TIME ZONE 'UTC') - 1)::int::text])
"""


class AssetQuerySet(models.QuerySet["Asset"]):
    def in_workspace(self, workspace: Workspace) -> Self:
        """Where every query for assets starts: another workspace's assets do not exist."""
        return self.filter(workspace=workspace)


class SearchVectorField(models.Field):
    """PostgreSQL's tsvector; filled by the database, never fetched with a list."""

    def db_type(self, connection: object) -> str:
        return "tsvector"


class PreviewStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Orientation(models.TextChoices):
    """How an image or a video stands, by its width and height in pixels."""

    LANDSCAPE = "landscape", "Landscape"
    PORTRAIT = "portrait", "Portrait"
    SQUARE = "square", "Square"


class Asset(models.Model):
    """One generated file: what it is, where it lies, which execution of which agent made it."""

    id = KSUIDField(primary_key=True, default=new_ksuid)
    workspace = models.ForeignKey(Workspace, models.PROTECT, db_index=False, related_name="+")
    execution_id = models.CharField(max_length=200, blank=True, default="")
    agent_id = models.CharField(max_length=200, blank=True, default="")
    type = models.CharField(max_length=10, choices=Kind.choices)
    provider = models.CharField(max_length=100)
    file_name = models.CharField(max_length=255)
    file_size = models.BigIntegerField(help_text="bytes")
    content_type = models.CharField(max_length=127)
    storage_key = models.CharField(max_length=1024, unique=True, db_collation="C")
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    width = models.PositiveIntegerField(null=True, blank=True, help_text="pixels")
    height = models.PositiveIntegerField(null=True, blank=True, help_text="pixels")
    duration = models.FloatField(null=True, blank=True, help_text="seconds")
    checksum = models.CharField(
        max_length=150, blank=True, default="", db_default="", help_text="sha256:… or storage's etag:…"
    )
    preview_status = models.CharField(
        max_length=10,
        choices=PreviewStatus.choices,
        default=PreviewStatus.PENDING,
        db_default=PreviewStatus.PENDING,
    )
    kept = models.BooleanField(default=False, db_default=False, help_text="no retention rule takes it")
    model = models.GeneratedField(
        expression=RawSQL(MODEL_SQL, ()),  # noqa: S611  takes no input
        output_field=models.CharField(max_length=200),
        db_persist=True,
    )
    orientation = models.GeneratedField(
        expression=RawSQL(ORIENTATION_SQL, ()),  # noqa: S611  takes no input
        output_field=models.CharField(max_length=10, null=True),
        db_persist=True,
    )
    search = models.GeneratedField(
        expression=RawSQL(SEARCH_SQL, ()),  # noqa: S611  takes no input
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = AssetQuerySet.as_manager()

    if TYPE_CHECKING:
        workspace_id: str

    class Meta:
        # One index for each filter that narrows, in the order of a keyset page (docs/architecture.md).
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="asset_created"),
            models.Index(fields=["workspace", "type", "-created_at", "-id"], name="asset_type"),
            models.Index(fields=["workspace", "provider", "-created_at", "-id"], name="asset_provider"),
            models.Index(
                fields=["workspace", "provider", "type", "-created_at", "-id"], name="asset_provider_type"
            ),
            models.Index(fields=["workspace", "model", "-created_at", "-id"], name="asset_model"),
            models.Index(fields=["workspace", "agent_id", "-created_at", "-id"], name="asset_agent"),
            models.Index(fields=["workspace", "execution_id", "-created_at", "-id"], name="asset_execution"),
            models.Index(fields=["workspace", "orientation", "-created_at", "-id"], name="asset_orientation"),
            models.Index(
                fields=["workspace", "duration"],
                name="asset_duration",
                condition=models.Q(duration__isnull=False),
            ),
            models.Index(
                "workspace",
                RawSQL(PROMPT_HASH_SQL, ()),  # noqa: S611  takes no input
                models.F("created_at").desc(),
                name="asset_prompt",
                condition=models.Q(metadata__has_key="prompt"),
            ),
            models.Index(fields=["workspace", "file_size", "id"], name="asset_size"),
            models.Index(fields=["workspace", "file_name", "id"], name="asset_name"),
            models.Index(
                fields=["workspace", "type", "created_at"], name="asset_kept", condition=models.Q(kept=True)
            ),
            GinIndex(fields=["search"], name="asset_search"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(type__in=Kind.values), name="asset_type_known"),
            models.CheckConstraint(condition=models.Q(file_size__gte=0), name="asset_size_not_negative"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def prompt(self) -> str:
        prompt = self.metadata.get("prompt")
        return prompt if isinstance(prompt, str) else ""


class Preview(models.Model):
    """What a worker made of an asset, or has to make: `next_attempt_at` is when, NULL when it is done.

    A trigger adds the row with its asset, and it goes with its asset (migration 0006).
    """

    asset = models.OneToOneField(
        Asset, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="preview"
    )
    picture_key = models.CharField(max_length=1024, blank=True, default="", db_default="")
    peaks = models.BinaryField(null=True, blank=True, help_text="a waveform: bars of 0 to 100, a byte each")
    details = models.JSONField(default=dict, db_default={}, blank=True, help_text="codecs and the like")
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="that storage ended")
    claims = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="that nothing was heard of")
    next_attempt_at = models.DateTimeField(null=True, blank=True, default=timezone.now, db_default=Now())

    if TYPE_CHECKING:
        asset_id: str

    class Meta:
        indexes = [  # newest first: that is what people look at
            models.Index(
                fields=["-asset"], name="preview_due", condition=models.Q(next_attempt_at__isnull=False)
            ),
            models.Index(
                fields=["-asset"],
                name="preview_failed",
                condition=models.Q(next_attempt_at__isnull=True) & ~models.Q(reason=""),
            ),
        ]

    @property
    def bars(self) -> bytes:
        """The waveform, empty where there is none."""
        return bytes(self.peaks or b"")


class Tally(models.Model):
    """How many assets, and bytes, of each type, provider and model: kept by triggers on Asset."""

    pk = models.CompositePrimaryKey("workspace_id", "type", "provider", "model")
    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    type = models.CharField(max_length=10)
    provider = models.CharField(max_length=100)
    model = models.CharField(max_length=200)
    assets = models.BigIntegerField()
    bytes = models.BigIntegerField()


class AgentTally(models.Model):
    """The same for each agent: choices for the filter, and exact counts where an agent is named."""

    pk = models.CompositePrimaryKey("workspace_id", "agent_id", "type", "provider", "model")
    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    agent_id = models.CharField(max_length=200)
    type = models.CharField(max_length=10)
    provider = models.CharField(max_length=100)
    model = models.CharField(max_length=200)
    assets = models.BigIntegerField()
    bytes = models.BigIntegerField()


class MonthTally(models.Model):
    """The same for each month of creation (UTC, its first day): how storage grew."""

    pk = models.CompositePrimaryKey("workspace_id", "month", "type")
    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    month = models.DateField()
    type = models.CharField(max_length=10)
    assets = models.BigIntegerField()
    bytes = models.BigIntegerField()
