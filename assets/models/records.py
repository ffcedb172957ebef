"""What keeps storage and database true to each other, and what was done."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from promptrails.workspaces.ksuids import KSUIDField, new_ksuid
from promptrails.workspaces.models import ApiKey, User, Workspace


def in_a_day() -> datetime:
    return timezone.now() + timedelta(days=1)


class Upload(models.Model):
    """An intent: this object is about to be put, and becomes the asset of the same id, or is swept.

    Whoever puts the object itself has said before what it will be: `file_size` (bytes) and `facts`.
    """

    id = KSUIDField(primary_key=True, default=new_ksuid)
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    storage_key = models.CharField(max_length=1024, unique=True, db_collation="C")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=in_a_day, db_index=True)
    file_size = models.BigIntegerField(null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    if TYPE_CHECKING:
        workspace_id: str


class SignedPut(models.Model):
    """A URL was handed out by which this object can be put, even after it was refused or deleted.

    At the end an object that nothing else names is removed.
    """

    storage_key = models.CharField(max_length=1024, unique=True, db_collation="C")
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    asset_id = KSUIDField()
    ends_at = models.DateTimeField(default=in_a_day, db_index=True, help_text="a slow PUT may go on so long")


class Removal(models.Model):
    """An object that storage must still give up; the row goes when storage confirms that it is gone."""

    storage_key = models.CharField(max_length=1024, unique=True, db_collation="C")
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    asset_id = KSUIDField()
    requested_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_error = models.CharField(max_length=500, blank=True, default="")


class Activity(models.Model):
    """Who did what, to which asset, when, from where; the database refuses to change or delete an entry."""

    class Action(models.TextChoices):
        ASSET_UPLOADED = "asset.uploaded", "Uploaded"
        ASSET_IMPORTED = "asset.imported", "Imported"
        ASSET_DELETED = "asset.deleted", "Deleted"
        ASSET_KEPT = "asset.kept", "Kept"
        ASSET_RELEASED = "asset.released", "No longer kept"
        LINK_MADE = "link.made", "Link handed out"
        KEY_CREATED = "key.created", "API key created"
        KEY_REVOKED = "key.revoked", "API key revoked"
        MEMBER_ADDED = "member.added", "Member added"
        MEMBER_CHANGED = "member.changed", "Role changed"
        MEMBER_REMOVED = "member.removed", "Member removed"
        RETENTION_CHANGED = "retention.changed", "Retention changed"

    workspace = models.ForeignKey(Workspace, models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    action = models.CharField(max_length=50, choices=Action.choices)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    actor_email = models.CharField(max_length=254, blank=True, help_text="as it was then")
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, related_name="+")
    who = models.CharField(max_length=254, blank=True, default="", db_default="", help_text="email or key")
    address = models.GenericIPAddressField(null=True, help_text="of whoever asked")
    asset_id = models.CharField(max_length=27, db_collation="C", blank=True, default="")
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-at", "-id"], name="activity_at"),
            models.Index(fields=["workspace", "action", "-at", "-id"], name="activity_action"),
            models.Index(fields=["workspace", "who", "-at", "-id"], name="activity_who"),
            models.Index(
                fields=["workspace", "asset_id"], name="activity_asset", condition=~models.Q(asset_id="")
            ),
        ]


class Reconciliation(models.Model):
    """What came out when storage and database were last compared, whole."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    seconds = models.FloatField(help_text="that it took")
    objects_seen = models.BigIntegerField()
    records_seen = models.BigIntegerField()
    faults = models.JSONField(default=dict, help_text="how many of each; empty where all agree")


class IdempotentAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, to be said again for a day."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the request, hexadecimal")
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="idempotency_key_unique")]
