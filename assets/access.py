"""The visible set: which assets whoever asks may see, the same for pages and API."""

from assets.errors import NotFound
from assets.models import Asset
from promptrails.workspaces.ksuids import is_ksuid
from promptrails.workspaces.models import Workspace


def visible_asset(workspace: Workspace, asset_id: str) -> Asset:
    """The workspace's asset of this id, its workspace at hand.

    Raises NotFound, alike for an id that was never made, was deleted or is another workspace's.
    """
    asset = None
    if is_ksuid(asset_id):
        asset = Asset.objects.in_workspace(workspace).defer("search").filter(id=asset_id).first()
    if asset is None:
        raise NotFound("This asset does not exist, or it was deleted.")
    asset.workspace = workspace
    return asset
