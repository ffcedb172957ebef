"""The log: who did what, when, from which address. The database refuses to change or delete an entry."""

from collections.abc import Iterable
from typing import Any

from django.dispatch import receiver

from assets.models import Activity, Asset
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.journal import happened
from promptrails.workspaces.models import Workspace

LONG_LINK = 3600  # seconds: a signed link that lives longer is written down
Action = Activity.Action
# What the log keeps of an asset, so that one can say later what was there.
KEPT = (
    "file_name", "file_size", "type", "content_type", "provider", "execution_id", "agent_id", "model",
    "checksum", "storage_key",
)  # fmt: skip


def record(
    workspace: Workspace, action: str, actor: Actor, details: dict[str, Any], asset_id: str = ""
) -> None:
    """To be called in the transaction of what it tells of."""
    entry(workspace.pk, action, actor, details, asset_id).save(force_insert=True)


def record_assets(assets: Iterable[Asset], action: str, actor: Actor) -> None:
    """An entry for each, with what it was."""
    Activity.objects.bulk_create(
        entry(asset.workspace_id, action, actor, what_it_was(asset), asset.pk) for asset in assets
    )


def entry(
    workspace_id: str, action: str, actor: Actor, details: dict[str, Any], asset_id: str = ""
) -> Activity:
    return Activity(
        workspace_id=workspace_id,
        action=action,
        actor=actor.user,
        actor_email=actor.email,
        api_key=actor.api_key,
        who=actor.name,
        address=actor.address,
        asset_id=asset_id,
        details=details,
    )


def what_it_was(asset: Asset) -> dict[str, Any]:
    facts = {name: getattr(asset, name) for name in KEPT}
    return {**facts, "created_at": asset.created_at.isoformat()}


def record_link(asset: Asset, seconds: int, actor: Actor) -> None:
    """Of links that live long, which may go from hand to hand."""
    if seconds > LONG_LINK:
        told = {"file_name": asset.file_name, "expires_in": seconds}
        record(asset.workspace, Action.LINK_MADE, actor, told, asset.pk)


@receiver(happened)
def record_happening(
    workspace: Workspace, action: str, actor: Actor, details: dict[str, Any], **rest: object
) -> None:
    record(workspace, action, actor, details)
