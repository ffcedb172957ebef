"""How much a workspace holds, of what, and since when; for admins also what storage still has to give up."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from assets import usage
from assets.kinds import Kind
from assets.models import Reconciliation, Removal
from assets.pages.wording import MONTHS, age_text, exact_text, size_text
from assets.tallies import Tallies
from assets.usage import Month, Share
from promptrails.workspaces.access import WorkspaceRequest, member_required
from promptrails.workspaces.models import Workspace

ROW, COLUMNS_HIGH = 36, 160  # CSS pixels
MOST_REMOVALS = 50


@dataclass(frozen=True)
class Bar:
    """A line of a breakdown and of its chart: `width` in percent of the longest, `y` in CSS pixels."""

    label: str
    link: str
    files: str
    size: str
    share: str
    width: str
    y: int


@dataclass(frozen=True)
class Breakdown:
    title: str
    column: str
    bars: list[Bar]
    height: int


@dataclass(frozen=True)
class Column:
    """A month: left edge and width in percent, its parts as (series, top, height) in CSS pixels."""

    label: str
    link: str
    files: str
    size: str
    total: str
    x: str
    width: str
    parts: list[tuple[int, str, str]]
    tick: str


@require_safe
@member_required
def storage_page(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    owner = request.membership.workspace
    tallies, held = Tallies.of(owner), usage.months(owner)
    context: dict[str, object] = {
        "section": "storage",
        "files": f"{tallies.assets:,}",
        "files_word": "file" if tallies.assets == 1 else "files",
        "size": size_text(sum(group.bytes for group in tallies.groups)),
        "breakdowns": [
            breakdown("Types", "type", usage.of_groups(tallies, "type")),
            breakdown("Providers", "provider", usage.of_groups(tallies, "provider")),
            breakdown("Models", "model", usage.of_groups(tallies, "model")),
            breakdown("Agents", "agent_id", usage.of_agents(owner)),
        ],
        "columns": columns(held),
        "growth": growth(held),
        "most": size_text(max((month.bytes for month in held), default=0)),
        "kinds": [(number, label) for number, (_, label) in enumerate(Kind.choices, 1)],
        "largest": [
            {"asset": asset, "size": size_text(asset.file_size), "age": age_text(asset.created_at, now())}
            for asset in usage.largest(owner)
        ],
    }
    if request.membership.is_admin:
        context |= {"removals": removals(owner), "agreement": agreement(), "is_admin": True}
    return render(request, "assets/storage.html", context)


def breakdown(title: str, name: str, shares: list[Share]) -> Breakdown:
    longest = max((share.bytes for share in shares), default=0) or 1
    whole = sum(share.bytes for share in shares) or 1
    bars = [
        Bar(
            label=label_of(name, share.value),
            link=urlencode({name: share.value}) if share.value else "",
            files=f"{share.assets:,}",
            size=size_text(share.bytes),
            share=percent(share.bytes / whole),
            width=f"{max(100 * share.bytes / longest, 0.4):.2f}",
            y=ROW * number,
        )
        for number, share in enumerate(shares)
    ]
    return Breakdown(title, title.removesuffix("s"), bars, ROW * len(bars))


def label_of(name: str, value: str | None) -> str:
    if value is None:
        return "All others"
    return Kind(value).label if name == "type" else value or "None named"


def percent(share: float) -> str:
    return "<1%" if 0 < share < 0.01 else f"{share:.0%}"


def columns(held: list[Month]) -> list[Column]:
    most = max((month.bytes for month in held), default=0) or 1
    step = 100 / max(len(held), 6)
    made = []
    for number, month in enumerate(held):
        top, parts = float(COLUMNS_HIGH), []
        for series, kind in enumerate(Kind.values, 1):
            height = COLUMNS_HIGH * month.by_type[kind] / most
            top -= height
            parts.append((series, f"{top:.2f}", f"{height:.2f}"))
        label, until = month_text(month), usage.month_before(month.first, -1) - timedelta(days=1)
        made.append(
            Column(
                label=label,
                link=urlencode({"created_after": month.first, "created_before": until}),
                files=f"{month.assets:,}",
                size=size_text(month.bytes),
                total=size_text(month.until_then),
                x=f"{step * number:.3f}",
                width=f"{step * 0.8:.3f}",
                parts=parts,
                tick=label if number % 6 == 0 and (number == 0 or len(held) - number > 1) else "",
            )
        )
    return made


def month_text(month: Month) -> str:
    return f"{MONTHS[month.first.month - 1]} {month.first.year}"


def growth(held: list[Month]) -> str:
    """Points of a polyline in a field of 100 by 100: all bytes until the end of each month."""
    if not held:
        return ""
    most, last = held[-1].until_then or 1, len(held) - 1
    heights = [100 - 100 * month.until_then / most for month in held]
    if not last:
        return f"0,{heights[0]:.2f} 100,{heights[0]:.2f}"
    return " ".join(f"{100 * number / last:.2f},{height:.2f}" for number, height in enumerate(heights))


def removals(owner: Workspace) -> dict[str, object]:
    """What waits to be removed, longest first; an object just deleted is in hand, not stuck."""
    waiting = Removal.objects.filter(workspace=owner)
    lines = [
        {
            "key": removal.storage_key,
            "since": age_text(removal.requested_at, now()),
            "exact": exact_text(removal.requested_at),
            "attempts": removal.attempts,
            "next": exact_text(removal.next_attempt_at),
            "why": removal.last_error or "Not tried yet.",
        }
        for removal in waiting.order_by("requested_at", "pk")[:MOST_REMOVALS]
    ]
    return {"lines": lines, "count": waiting.count()}


def agreement() -> dict[str, str] | None:
    """When storage and records were last compared, and when they last agreed; None before the first time.

    The comparison is of the whole installation: its numbers are for operators, not for one workspace.
    """
    last = Reconciliation.objects.order_by("-at").first()
    if not last:
        return None
    agreed = last if not last.faults else Reconciliation.objects.filter(faults={}).order_by("-at").first()
    return {
        "at": age_text(last.at, now()),
        "exact": exact_text(last.at),
        "differs": "yes" if last.faults else "",
        "agreed": exact_text(agreed.at) if agreed else "",
    }
