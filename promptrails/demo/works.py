"""What a demo asset is made of: a recipe for its bytes, and what an agent would have recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Execution:
    """One run of an agent, some hours before the demo was made."""

    agent: str
    hours_ago: float


@dataclass(frozen=True)
class Work:
    """One asset; `source` is provider/model, `palette` hex colours without #, `seconds` its length."""

    file_name: str
    execution: str
    source: str
    prompt: str
    recipe: str
    palette: str = ""
    size: tuple[int, int] | None = None
    seconds: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    soundtrack: tuple[str, Mapping[str, Any]] = ("ambient", {"root": 50, "mode": "major"})
    cost: float | None = 0.04
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def extension(self) -> str:
        return self.file_name.rsplit(".", 1)[1]

    @property
    def provider(self) -> str:
        return self.source.split("/", 1)[0]

    @property
    def model(self) -> str:
        return self.source.split("/", 1)[1]

    @property
    def colours(self) -> list[str]:
        return [f"#{colour}" for colour in self.palette.split()]
