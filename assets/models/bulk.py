"""Deletions of many assets: the set as it was confirmed, and how far the work has come."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from promptrails.workspaces.ksuids import KSUIDField, new_ksuid
from promptrails.workspaces.models import ApiKey, User, Workspace


class BulkDeletion(models.Model):
    """Some or many assets to delete: a draft until somebody confirms it, then work for a worker.

    `total` and `total_bytes` are what was confirmed; `deleted` is done, `gone` was deleted by others
    meanwhile.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Not confirmed"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    id = KSUIDField(primary_key=True, default=new_ksuid)
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    matching = models.CharField(max_length=2000, blank=True, help_text="query string of the list")
    kinds = models.JSONField(default=dict, help_text="how many of each type")
    total = models.BigIntegerField(default=0)
    total_bytes = models.BigIntegerField(default=0)
    deleted = models.BigIntegerField(default=0)
    gone = models.BigIntegerField(default=0)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, related_name="+")
    address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        workspace_id: str

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                name="bulk_open",
                condition=models.Q(state__in=("draft", "running")),
            ),
        ]

    @property
    def left(self) -> int:
        return self.total - self.deleted - self.gone


class BulkItem(models.Model):
    """An asset of the set that is not deleted yet."""

    pk = models.CompositePrimaryKey("deletion_id", "asset_id")
    deletion = models.ForeignKey(BulkDeletion, models.CASCADE, db_index=False, related_name="items")
    asset_id = KSUIDField()
