"""Keeping one asset: no retention rule takes it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from assets import retention
from assets.access import visible_asset
from assets.filters import AssetFilter
from assets.pages.cards import Addresses
from assets.pages.detail import state_of
from promptrails.workspaces.access import WorkspaceRequest, admin_required


@require_POST
@admin_required
def asset_keep(request: WorkspaceRequest, workspace: str, asset_id: str) -> HttpResponse:
    """With keep=0 it may expire again, with anything else it is kept."""
    asset = visible_asset(request.membership.workspace, asset_id)
    kept = request.POST.get("keep") != "0"
    retention.keep(asset, kept, request.actor)
    said = "is kept: no retention rule deletes it." if kept else "is no longer kept."
    messages.success(request, f"“{asset.file_name}” {said}")
    addresses = Addresses(asset.workspace, state_of(AssetFilter(asset.workspace, request.GET), request))
    return redirect(addresses.detail(asset.id))
