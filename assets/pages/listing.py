"""The list: its whole state is in the query string, htmx swaps the results alone."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assets.errors import InvalidInput
from assets.filters import NARROWING, AssetFilter, Page
from assets.kinds import TABLE
from assets.models import Orientation
from assets.pages.awaited import with_awaited
from assets.pages.cards import Addresses, to_cards
from assets.pages.exporting import FORMATS
from assets.pagination import Cursor, Slice
from assets.tallies import COUNTED, MOST_CHOICES, agent_choices
from promptrails.workspaces.access import WorkspaceRequest, member_required, remember

LAYOUTS = ("grid", "table")
LAYOUT_COOKIE = "layout"
SEGMENTS = (("", "All"), ("image", "Images"), ("audio", "Audio"), ("video", "Video"))
SORT_LABELS = {
    "-created_at": "Newest first",
    "created_at": "Oldest first",
    "-file_size": "Largest first",
    "file_size": "Smallest first",
    "file_name": "Name, A to Z",
    "-file_name": "Name, Z to A",
}
# What a file is called, for browsers that know no type for its ending; the bytes decide in the end.
UPLOAD_TYPES = {media.extension: media.content_type for media in TABLE}
API_EXAMPLE = """\
curl -H "X-API-Key: $PROMPTRAILS_API_KEY" \\
  -F file=@picture.png -F provider=fal \\
  -F model=flux-pro -F prompt="a harbour" \\
  {server}/api/v1/assets"""
MORE = ("agent_id", "execution_id", "created_after", "created_before", "orientation", "min_duration")
NOTHING = Page(Slice([], 0, None, None), 0, True)


@dataclass(frozen=True)
class Choice:
    """An option of a select or a segment; `count` is text, empty where it would not be exact."""

    value: str
    label: str
    count: str
    selected: bool
    url: str = ""


@dataclass(frozen=True)
class ShownChip:
    label: str
    value: str
    url: str


@require_safe
@member_required
def asset_list(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    asset_filter = AssetFilter(request.membership.workspace, request.GET)
    page, errors = page_or_errors(asset_filter, request.GET.get("cursor", ""))
    layout = chosen_layout(request)
    addresses = Addresses(asset_filter.workspace, list_query(asset_filter, request))
    context = {
        "layout": layout,
        "errors": errors,
        "may_delete": request.membership.is_admin,
        "may_upload": request.membership.is_admin,
        "upload_types": UPLOAD_TYPES,
        "api_example": API_EXAMPLE.format(server=request.build_absolute_uri("/").rstrip("/")),
        **toolbar(asset_filter, addresses),
        **results(asset_filter, addresses, page, layout),
    }
    only_results = request.htmx.target == "results"
    template = "assets/list_results.html" if only_results else "assets/list.html"
    response = render(request, template, context, status=400 if errors else 200)
    response["Vary"] = "HX-Target, Cookie"
    if request.GET.get("layout") == layout:
        remember(response, LAYOUT_COOKIE, layout)
    return response


def page_or_errors(asset_filter: AssetFilter, cursor_text: str) -> tuple[Page, list[str]]:
    """The page, or the sentences that say what cannot be understood in the address."""
    if not asset_filter.is_valid():
        return NOTHING, [error for errors in asset_filter.errors_by_field.values() for error in errors]
    try:
        cursor = Cursor.decode(cursor_text, asset_filter.order) if cursor_text else None
        page = asset_filter.page(cursor)
        if cursor and cursor.backward and not page.slice.newer:
            page = asset_filter.page()  # the first page is always a full one
    except InvalidInput as error:
        return NOTHING, [error.message]
    return page, []


def chosen_layout(request: WorkspaceRequest) -> str:
    """What the address says, else what was chosen last, else the grid."""
    wanted = request.GET.get("layout") or request.COOKIES.get(LAYOUT_COOKIE, "")
    return wanted if wanted in LAYOUTS else LAYOUTS[0]


def list_query(asset_filter: AssetFilter, request: WorkspaceRequest) -> str:
    """The state of this very page, which its assets' pages carry to find back."""
    cursor = request.GET.get("cursor", "")
    return asset_filter.query(cursor=cursor) if asset_filter.is_valid() else ""


def toolbar(asset_filter: AssetFilter, addresses: Addresses) -> dict[str, Any]:
    search = {name: asset_filter.data.get(name, "").strip()[:200] for name in (*NARROWING, "sort")}
    return {
        "search": search,
        "segments": segments(asset_filter, addresses),
        "provider_choices": choices(asset_filter, "provider"),
        "model_choices": choices(asset_filter, "model"),
        "agent_choices": agent_choices(asset_filter.workspace),
        "sort_choices": [
            Choice(value, label, "", value == asset_filter.order) for value, label in SORT_LABELS.items()
        ],
        "chips": [
            ShownChip(chip.label, chip.value, addresses.filtered(chip.query)) for chip in asset_filter.chips()
        ],
        "orientations": Orientation.choices,
        "more_is_on": any(search[name] for name in MORE),
        "clear_url": addresses.list,
    }


def segments(asset_filter: AssetFilter, addresses: Addresses) -> list[Choice]:
    """All, images, audio, video, with counts where the tallies know them exactly."""
    others = asset_filter.values | {"type": ""}
    counts = asset_filter.tallies.matching(others).counts("type")
    known = {name for name, value in others.items() if value} <= COUNTED
    chosen = asset_filter.values.get("type", "")
    return [
        Choice(
            value=value,
            label=label,
            count=f"{counts[value] if value else counts.total():,}" if known else "",
            selected=value == chosen,
            url=addresses.filtered(asset_filter.query(type=value)),
        )
        for value, label in SEGMENTS
    ]


def choices(asset_filter: AssetFilter, name: str) -> list[Choice]:
    """The most used providers or models among what the other filters leave; the chosen one always."""
    counts = asset_filter.tallies.matching(asset_filter.values | {name: ""}).counts(name)
    chosen = asset_filter.values.get(name, "")
    values = {value for value, _ in counts.most_common(MOST_CHOICES) if value} | ({chosen} - {""})
    return [
        Choice(value, value, f"{counts[value]:,}", value == chosen)
        for value in sorted(values, key=str.casefold)
    ]


def results(asset_filter: AssetFilter, addresses: Addresses, page: Page, layout: str) -> dict[str, Any]:
    other_layouts = {
        f"layout_url_{name}": addresses.filtered(asset_filter.query(layout=name)) for name in LAYOUTS
    }
    return {
        **with_awaited(to_cards(page.slice.assets, addresses), layout, addresses),
        "list_query": addresses.query.removeprefix("?"),
        **{f"export_url_{name}": export_url(addresses, asset_filter, name) for name in FORMATS},
        "page": page_context(asset_filter, addresses, page),
        "empty": not asset_filter.values and not asset_filter.tallies.groups and asset_filter.is_valid(),
        **other_layouts,
    }


def export_url(addresses: Addresses, asset_filter: AssetFilter, wanted: str) -> str:
    return f"{addresses.list}export/?{asset_filter.query(format=wanted)}"


def page_context(asset_filter: AssetFilter, addresses: Addresses, page: Page) -> dict[str, str]:
    def address(cursor: Cursor | None) -> str:
        return addresses.filtered(asset_filter.query(cursor=cursor.encode())) if cursor else ""

    first, last = page.slice.position + 1, page.slice.position + len(page.slice.assets)
    total = f"{max(page.total, last):,}" + ("" if page.exact else "+")
    return {
        "first": f"{first:,}",
        "last": f"{last:,}",
        "count": total,
        "count_label": f"{first:,}–{last:,} of {total}" if page.slice.assets else "",
        "newer_url": address(page.slice.newer),
        "older_url": address(page.slice.older),
    }
