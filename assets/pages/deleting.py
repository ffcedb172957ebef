"""Deleting one asset: a page that says what will be gone, then the deed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assets import deletion
from assets.access import visible_asset
from assets.filters import AssetFilter
from assets.models import Asset
from assets.pages.cards import Addresses, previews_of, to_card
from assets.pages.detail import state_of
from assets.pages.wording import size_text
from promptrails.workspaces.access import WorkspaceRequest, admin_required

DONE = "“%s” was deleted, the file and its record."
LATER = "“%s” was deleted. Storage did not answer, so its file will be removed as soon as it does."


@require_http_methods(["GET", "HEAD", "POST"])
@admin_required
def asset_delete(request: WorkspaceRequest, workspace: str, asset_id: str) -> HttpResponse:
    asset = visible_asset(request.membership.workspace, asset_id)
    asset_filter = AssetFilter(request.membership.workspace, request.GET)
    addresses = Addresses(asset.workspace, state_of(asset_filter, request))
    if request.method != "POST":
        return confirmation(request, asset, addresses)
    removed = deletion.delete_asset(asset.workspace, asset.id, request.actor)
    if removed:
        messages.success(request, DONE % asset.file_name)
    else:
        messages.warning(request, LATER % asset.file_name)
    return redirect(addresses.back)


def confirmation(request: WorkspaceRequest, asset: Asset, addresses: Addresses) -> HttpResponse:
    card = to_card(asset, addresses, preview=previews_of([asset]).get(asset.pk))
    context = {
        "card": card,
        "removed": [f"{asset.file_name}, {size_text(asset.file_size)}"],
        "button": f"Delete this {card.kind_label.lower()}",
        "back_url": addresses.detail(asset.id),
    }
    return render(request, "assets/delete_dialog.html" if request.htmx else "assets/delete.html", context)
