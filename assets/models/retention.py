"""How long a workspace keeps what."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from assets.kinds import Kind
from promptrails.workspaces.models import User, Workspace

LONGEST_DAYS = 36_500


class RetentionRule(models.Model):
    """Assets of this type expire when they are `days` old; none expires before `starts_at`."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    type = models.CharField(max_length=10, choices=Kind.choices)
    days = models.PositiveIntegerField()
    starts_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "type"], name="retention_rule_unique"),
            models.CheckConstraint(condition=models.Q(type__in=Kind.values), name="retention_type_known"),
            models.CheckConstraint(
                condition=models.Q(days__gte=1, days__lte=LONGEST_DAYS), name="retention_days_sensible"
            ),
        ]

    def expires_at(self, created_at: datetime) -> datetime:
        """When an asset of this age goes, if nobody keeps it."""
        return max(created_at + timedelta(days=self.days), self.starts_at)
