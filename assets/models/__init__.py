"""Every table of the app's own."""

from assets.models.asset import (
    PROMPT_HASH_SQL,
    AgentTally,
    Asset,
    AssetQuerySet,
    MonthTally,
    Orientation,
    Preview,
    PreviewStatus,
    SearchVectorField,
    Tally,
)
from assets.models.bulk import BulkDeletion, BulkItem
from assets.models.records import (
    Activity,
    IdempotentAnswer,
    Reconciliation,
    Removal,
    SignedPut,
    Upload,
    in_a_day,
)
from assets.models.retention import LONGEST_DAYS, RetentionRule

__all__ = [
    "LONGEST_DAYS",
    "PROMPT_HASH_SQL",
    "Activity",
    "AgentTally",
    "Asset",
    "AssetQuerySet",
    "BulkDeletion",
    "BulkItem",
    "IdempotentAnswer",
    "MonthTally",
    "Orientation",
    "Preview",
    "PreviewStatus",
    "Reconciliation",
    "Removal",
    "RetentionRule",
    "SearchVectorField",
    "SignedPut",
    "Tally",
    "Upload",
    "in_a_day",
]
