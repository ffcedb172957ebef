"""Exact counts and the filters' choices, read from the tally tables and never from the assets."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from assets.models import AgentTally, Tally
from promptrails.workspaces.models import Workspace

COLUMNS = ("type", "provider", "model", "assets", "bytes")
COUNTED = {"type", "provider", "model", "agent_id"}
MOST_CHOICES = 200


class Group(NamedTuple):
    """The assets of one type, provider and model; `bytes` is their size together."""

    type: str
    provider: str
    model: str
    assets: int
    bytes: int


class Tallies:
    """The groups of one workspace, or of one agent in it."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.groups = list(groups)

    @classmethod
    def of(cls, workspace: Workspace, agent_id: str = "") -> "Tallies":
        rows: Any = Tally.objects.filter(workspace=workspace, assets__gt=0)
        if agent_id:
            rows = AgentTally.objects.filter(workspace=workspace, agent_id=agent_id, assets__gt=0)
        return cls(Group(*row) for row in rows.values_list(*COLUMNS))

    def matching(self, values: Mapping[str, Any]) -> "Tallies":
        """The groups that have the type, provider and model named in `values`."""
        named = [(name, values[name]) for name in ("type", "provider", "model") if values.get(name)]
        return Tallies(
            group for group in self.groups if all(getattr(group, name) == value for name, value in named)
        )

    @property
    def assets(self) -> int:
        return sum(group.assets for group in self.groups)

    def counts(self, name: str) -> Counter[str]:
        """How many assets there are of each type, provider or model."""
        counts: Counter[str] = Counter()
        for group in self.groups:
            counts[getattr(group, name)] += group.assets
        return counts


def agent_choices(workspace: Workspace) -> list[str]:
    """The first agents by name, a minute old at most; the filter takes any other as typed."""
    return agents_at(workspace.id, int(time.monotonic() // 60))


@lru_cache(maxsize=256)
def agents_at(workspace_id: str, minute: int) -> list[str]:
    agents = AgentTally.objects.filter(workspace_id=workspace_id, assets__gt=0).exclude(agent_id="")
    return list(agents.order_by("agent_id").values_list("agent_id", flat=True).distinct()[:MOST_CHOICES])
