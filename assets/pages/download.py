"""The ways out for people: a download, and a link that ends when they say."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assets import activity, delivery
from assets.access import visible_asset
from assets.errors import InvalidInput
from assets.pages.cards import Addresses, to_card
from assets.pages.listing import Choice
from assets.pages.wording import exact_text
from promptrails.workspaces.access import WorkspaceRequest, member_required

LIFETIMES = {900: "15 minutes", 3600: "1 hour", 86_400: "1 day", 604_800: "7 days"}  # seconds


def lifetimes(chosen: int = 3600) -> list[Choice]:
    return [Choice(str(seconds), label, "", seconds == chosen) for seconds, label in LIFETIMES.items()]


@require_safe
@never_cache
@member_required
def asset_download(request: WorkspaceRequest, workspace: str, asset_id: str) -> HttpResponse:
    """Sends the browser to storage for the file; signed now, so a page left open keeps working."""
    asset = visible_asset(request.membership.workspace, asset_id)
    return HttpResponseRedirect(delivery.download_url(asset, settings.STORAGE.signed_url_ttl).url)


@require_safe
@never_cache
@member_required
def asset_link(request: WorkspaceRequest, workspace: str, asset_id: str) -> HttpResponse:
    asset = visible_asset(request.membership.workspace, asset_id)
    seconds = seconds_in(request.GET.get("expires_in", "3600"))
    link = delivery.download_url(asset, seconds)
    activity.record_link(asset, link.expires_in, request.actor)
    addresses = Addresses(asset.workspace)
    context = {
        "card": to_card(asset, addresses),
        "url": link.url,
        "expires_exact": exact_text(link.expires_at),
        "expires_iso": link.expires_at.isoformat(),
        "lifetimes": lifetimes(seconds),
        "link_url": addresses.page(asset.id, "link"),
        "back_url": addresses.detail(asset.id),
    }
    return render(request, "assets/link_result.html" if request.htmx else "assets/link.html", context)


def seconds_in(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput("A link's lifetime is a number of seconds.", {"expires_in": text[:40]})
    return int(text)
