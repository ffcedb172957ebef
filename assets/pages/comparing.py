"""A few assets side by side: the same prompt by another model, another seed, another agent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assets.errors import InvalidInput, NotFound
from assets.filters import LIST_COLUMNS
from assets.models import Asset
from assets.pages.awaited import LONGEST_QUERY
from assets.pages.cards import Addresses, Card, to_cards
from assets.pages.wording import exact_text, metadata_text
from promptrails.workspaces.access import WorkspaceRequest, member_required
from promptrails.workspaces.ksuids import is_ksuid
from promptrails.workspaces.models import Workspace

FEWEST, MOST = 2, 6
NOTED = {"cost": "Cost", "cost_usd": "Cost (USD)", "seed": "Seed"}  # shown before size and the rest
SHOWN_APART = {"prompt", "model", *NOTED}
ALWAYS_APART = {"Created"}
MOST_KEYS, LONGEST_VALUE = 12, 200  # characters
NOTHING = "–"


@dataclass(frozen=True)
class Line:
    """One fact of each asset, in their order; `differs` where that tells something."""

    label: str
    values: list[str]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1 and self.label not in ALWAYS_APART


@require_safe
@member_required
def asset_compare(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    assets = chosen(request.membership.workspace, request.GET.getlist("id"))
    addresses = Addresses(request.membership.workspace, request.GET.get("list", "")[:LONGEST_QUERY])
    cards = to_cards(assets, addresses)
    lines = [line for line in facts(assets, cards) if any(value != NOTHING for value in line.values)]
    context = {
        "cards": cards,
        "lines": lines,
        "summary": summary(lines),
        "back_url": addresses.back,
        "has_images": any(card.shown == "image" for card in cards),
        "has_films": sum(card.shown == "video" for card in cards) > 1,
    }
    return render(request, "assets/compare.html", context)


def compare_url(addresses: Addresses, ids: Sequence[str]) -> str:
    query = urlencode({"id": list(ids), "list": addresses.query.removeprefix("?")}, doseq=True)
    return f"{addresses.list}compare/?{query}"


def chosen(workspace: Workspace, ids: list[str]) -> list[Asset]:
    """The assets in the order of their ids.

    Raises InvalidInput for too few, too many or the same one twice, NotFound for what the workspace lacks.
    """
    if not FEWEST <= len(ids) <= MOST:
        raise InvalidInput(f"{FEWEST} to {MOST} assets can be compared; the address names {len(ids)}.")
    if len(set(ids)) < len(ids):
        raise InvalidInput("The address names an asset twice. Choose different ones to compare.")
    known = [id for id in ids if is_ksuid(id)]
    found = Asset.objects.in_workspace(workspace).filter(id__in=known).only(*LIST_COLUMNS, "metadata")
    by_id = {asset.id: asset for asset in found}
    if len(by_id) < len(ids):
        raise NotFound("One of these assets does not exist, or it was deleted.")
    return [by_id[id] for id in ids]


def facts(assets: list[Asset], cards: list[Card]) -> Iterator[Line]:
    def of_asset(label: str, value: Callable[[Asset], str]) -> Line:
        return Line(label, [value(asset) or NOTHING for asset in assets])

    def of_card(label: str, value: Callable[[Card], str]) -> Line:
        return Line(label, [value(card) or NOTHING for card in cards])

    def of_key(label: str, key: str) -> Line:
        return of_asset(label, lambda asset: metadata_text(asset.metadata.get(key, "")))

    yield of_asset("Prompt", lambda asset: asset.prompt)
    yield of_card("Model", lambda card: card.model)
    yield of_card("Provider", lambda card: card.provider)
    yield from (of_key(label, key) for key, label in NOTED.items())
    yield of_card("Size", lambda card: card.size)
    yield of_card("Dimensions", lambda card: card.dimensions)
    yield of_card("Duration", lambda card: card.duration)
    yield from (of_key(key, key) for key in shared_keys(assets))
    yield of_asset("Created", lambda asset: exact_text(asset.created_at))


def shared_keys(assets: list[Asset]) -> list[str]:
    """What else their senders noted, in the order they noted it; what is long or nested stays out."""
    values: dict[str, list[object]] = {}
    for asset in assets:
        for key, value in asset.metadata.items():
            values.setdefault(key, []).append(value)
    short = [key for key, noted in values.items() if all(is_short(value) for value in noted)]
    return [key for key in short if key not in SHOWN_APART][:MOST_KEYS]


def is_short(value: object) -> bool:
    return isinstance(value, str | int | float) and len(str(value)) <= LONGEST_VALUE


def summary(lines: list[Line]) -> str:
    """In what they differ, as a sentence."""
    same = any(line.label == "Prompt" and not line.differs for line in lines)
    labels = [line.label[:1].lower() + line.label[1:] for line in lines if line.differs]
    apart = [label for label in dict.fromkeys(labels) if label != "prompt"]
    prompt = "The same prompt" if same else "Different prompts"
    if not apart:
        return f"{prompt}."
    listed = ", ".join(apart[:-1]) + " and " + apart[-1] if len(apart) > 1 else apart[0]
    return f"{prompt}; they differ in {listed}."
