"""Assets of one prompt, found by a hash of it in an index, however common its words are."""

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from assets.models import PROMPT_HASH_SQL, Asset, AssetQuerySet


def of_same_prompt(asset: Asset) -> AssetQuerySet:
    """The workspace's other assets with the very same prompt, newest first; none where it has none."""
    if not asset.prompt:
        return Asset.objects.none()
    same_hash = RawSQL(  # noqa: S611  the prompt is a parameter
        f"{PROMPT_HASH_SQL} = hashtextextended(%s, 0)", [asset.prompt], output_field=BooleanField()
    )
    others = Asset.objects.in_workspace(asset.workspace).exclude(id=asset.id).order_by("-created_at")
    return others.filter(same_hash, metadata__has_key="prompt", metadata__prompt=asset.prompt)
