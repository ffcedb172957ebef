"""What a workspace holds, by kind, maker and month: read from the tallies, never from the assets."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from assets.kinds import Kind
from assets.models import AgentTally, Asset, MonthTally
from assets.tallies import Tallies
from promptrails.workspaces.models import Workspace

MOST_LINES, MOST_MONTHS, LARGEST = 8, 24, 10


@dataclass(frozen=True)
class Share:
    """Files and bytes of one value; an empty value is "none named", None is all the rest together."""

    value: str | None
    assets: int
    bytes: int


@dataclass(frozen=True)
class Month:
    """What was made in a month (its first day) and is still here, and the bytes of all until its end."""

    first: date
    assets: int
    bytes: int
    by_type: dict[str, int]
    until_then: int


def shares(groups: Iterable[tuple[str, int, int]]) -> list[Share]:
    """The largest by bytes, and the rest as one."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for value, assets, size in groups:
        sums[value][0] += assets
        sums[value][1] += size
    order = sorted(sums.items(), key=lambda item: (-item[1][1], item[0]))
    lines = [Share(value, *counted) for value, counted in order]
    if len(lines) <= MOST_LINES:
        return lines
    kept, rest = lines[: MOST_LINES - 1], lines[MOST_LINES - 1 :]
    return [*kept, Share(None, sum(one.assets for one in rest), sum(one.bytes for one in rest))]


def of_groups(tallies: Tallies, name: str) -> list[Share]:
    return shares((getattr(group, name), group.assets, group.bytes) for group in tallies.groups)


def of_agents(workspace: Workspace) -> list[Share]:
    agents: Any = AgentTally.objects.filter(workspace=workspace, assets__gt=0).values_list("agent_id")
    return shares(agents.annotate(Sum("assets"), Sum("bytes")))


def months(workspace: Workspace) -> list[Month]:
    """From the first month with assets to the last, gaps included: the latest two years of them."""
    counted: dict[date, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in MonthTally.objects.filter(workspace=workspace, assets__gt=0):
        counted[row.month][row.type] = (row.assets, row.bytes)
    if not counted:
        return []
    last = max(counted)
    first = max(min(counted), month_before(last, MOST_MONTHS - 1))
    until = sum(size for month, types in counted.items() if month < first for _, size in types.values())
    found, month = [], first
    while month <= last:
        types = counted.get(month, {})
        made = sum(size for _, size in types.values())
        until += made
        by_type = {kind: types.get(kind, (0, 0))[1] for kind in Kind.values}
        found.append(Month(month, sum(count for count, _ in types.values()), made, by_type, until))
        month = month_before(month, -1)
    return found


def month_before(month: date, count: int) -> date:
    """The first day of the month that lies `count` months before; not before the calendar's beginning."""
    number = max(month.year * 12 + month.month - 1 - count, 12)
    return date(number // 12, number % 12 + 1, 1)


def largest(workspace: Workspace) -> list[Asset]:
    assets = Asset.objects.in_workspace(workspace).order_by("-file_size", "-id")
    return list(assets.defer("search", "metadata")[:LARGEST])
