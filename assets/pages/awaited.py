"""Cards whose previews were on their way when the page was made take their places when those have come."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assets.filters import LIST_COLUMNS
from assets.models import Asset
from assets.pages.cards import Addresses, Card, to_cards
from assets.pagination import PAGE_SIZE
from promptrails.workspaces.access import WorkspaceRequest, member_required
from promptrails.workspaces.ksuids import is_ksuid

FIRST_PAUSE, MOST_TRIES = 2, 30  # seconds until they are asked for again, a second longer each time
LONGEST_QUERY = 2000  # characters


def with_awaited(cards: list[Card], layout: str, addresses: Addresses, tries: int = 0) -> dict[str, Any]:
    """The cards, and where to ask for those that still lack their previews; empty after many tries."""
    ids = [card.id for card in cards if card.awaited]
    state = {"id": ids, "layout": layout, "tries": tries + 1, "list": addresses.query.removeprefix("?")}
    query = urlencode(state, doseq=True)
    return {
        "cards": cards,
        "layout": layout,
        "awaited_url": f"{addresses.list}cards/?{query}" if ids and tries < MOST_TRIES else "",
        "awaited_pause": FIRST_PAUSE + tries,
    }


def awaited_itself(card: Card, addresses: Addresses, tries: int = 0) -> dict[str, Any]:
    """Where the asset's own page asks for its preview; empty when it has come, and after many tries."""
    asks = card.awaited and tries < MOST_TRIES
    query = f"{addresses.query}&" if addresses.query else "?"
    url = f"{addresses.list}{card.id}/{query}tries={tries + 1}" if asks else ""
    return {"itself_url": url, "itself_pause": FIRST_PAUSE + tries}


def tries_of(request: HttpRequest) -> int:
    """How often a page has asked before; whatever else the address says, no more is asked."""
    tries = request.GET.get("tries", "")
    return int(tries) if tries in map(str, range(MOST_TRIES)) else MOST_TRIES


@require_safe
@member_required
def asset_cards(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    """Those of the assets whose previews have come, for htmx to put in their places."""
    owner, asked = request.membership.workspace, request.GET
    ids = [text for text in asked.getlist("id")[:PAGE_SIZE] if is_ksuid(text)]
    addresses = Addresses(owner, asked.get("list", "")[:LONGEST_QUERY])
    found = Asset.objects.in_workspace(owner).filter(id__in=ids).only(*LIST_COLUMNS)
    context = with_awaited(
        to_cards(list(found), addresses), asked.get("layout", ""), addresses, tries_of(request)
    )
    ready = [card for card in context["cards"] if not card.awaited]
    response = render(request, "assets/list_awaited.html", {**context, "cards": ready})
    response["Cache-Control"] = "no-store"
    return response
