"""One asset: the media large, where it came from, and what the same execution made."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from assets import retention
from assets.access import visible_asset
from assets.filters import LIST_COLUMNS, AssetFilter
from assets.models import Asset, Preview
from assets.pages.awaited import awaited_itself, tries_of, with_awaited
from assets.pages.cards import Addresses, Card, previews_of, to_card, to_cards
from assets.pages.comparing import MOST, compare_url
from assets.pages.download import lifetimes
from assets.pages.waveform import wave_path, wave_width
from assets.pages.wording import ahead_text, exact_text, metadata_text
from assets.prompts import of_same_prompt
from promptrails.workspaces.access import WorkspaceRequest, member_required

SIBLINGS = 12
BARS = 200
SHOWN_APART = {"prompt", "model"}


@dataclass(frozen=True)
class Fact:
    """A line beside the media; `url` leads to everything from this, `copy` offers the value to copy."""

    label: str
    value: str
    url: str = ""
    copy: bool = False
    exact: str = ""


@dataclass(frozen=True)
class Waveform:
    """A path as wide as `width` units; `seconds` in all, `step` of them for an arrow key."""

    path: str
    width: int
    seconds: float
    step: float


@require_safe
@member_required
def asset_detail(request: WorkspaceRequest, workspace: str, asset_id: str) -> HttpResponse:
    asset = visible_asset(request.membership.workspace, asset_id)
    asset_filter = AssetFilter(request.membership.workspace, request.GET)
    addresses = Addresses(asset.workspace, state_of(asset_filter, request))
    preview = previews_of([asset]).get(asset.pk)
    card = to_card(asset, addresses, preview=preview)
    shown = {"card": card, "waveform": waveform(asset, preview), "may_delete": request.membership.is_admin}
    if "HX-Request" in request.headers and "tries" in request.GET:
        itself = awaited_itself(card, addresses, tries_of(request))
        return render(request, "assets/detail_awaited.html", shown | itself)
    context = {
        **shown,
        **awaited_itself(card, addresses),
        "prompt": asset.prompt,
        "facts": [fact for fact in facts(asset, card, addresses) if fact.value],
        "metadata": [Fact(key, metadata_text(value)) for key, value in shown_metadata(asset)],
        "back_url": addresses.back,
        "lifetimes": lifetimes(),
        "link_url": addresses.page(asset.id, "link"),
        **keeping(asset, addresses),
        **neighbours(asset_filter, asset, addresses),
        **siblings(asset, addresses),
        **same_prompt(asset, addresses),
    }
    return render(request, "assets/detail.html", context)


def keeping(asset: Asset, addresses: Addresses) -> dict[str, object]:
    """Whether a retention rule will take it, and when."""
    rule = retention.rules_of(asset.workspace).get(asset.type)
    expires_at = rule.expires_at(asset.created_at) if rule and not asset.kept else None
    return {
        "kept": asset.kept,
        "keep_url": addresses.page(asset.id, "keep"),
        "expires": ahead_text(expires_at, now()) if expires_at else "",
        "expires_exact": exact_text(expires_at) if expires_at else "",
    }


def state_of(asset_filter: AssetFilter, request: HttpRequest) -> str:
    """The query string of the list one came from; an address that is none leads to the whole list."""
    if not asset_filter.is_valid():
        return ""
    return asset_filter.query(cursor=request.GET.get("cursor", "")[:2000])


def same_prompt(asset: Asset, addresses: Addresses) -> dict[str, str]:
    """The way to a comparison with what the same prompt made, by another model or seed."""
    others = list(of_same_prompt(asset).values_list("id", flat=True)[:MOST])
    if not others:
        return {}
    shown = others[: MOST - 1]
    newest = "the newest " if len(others) > len(shown) else ""
    label = f"Compare with {newest}{len(shown)} of the same prompt"
    return {"same_prompt_url": compare_url(addresses, [asset.id, *shown]), "same_prompt_label": label}


def neighbours(asset_filter: AssetFilter, asset: Asset, addresses: Addresses) -> dict[str, str]:
    previous_id, next_id = asset_filter.neighbours(asset) if asset_filter.is_valid() else (None, None)
    return {
        "previous_url": addresses.detail(previous_id) if previous_id else "",
        "next_url": addresses.detail(next_id) if next_id else "",
    }


def waveform(asset: Asset, preview: Preview | None) -> Waveform | None:
    if not preview or not preview.bars or not asset.duration:
        return None
    step = max(0.1, round(asset.duration / 100, 1))
    return Waveform(wave_path(preview.bars, BARS), wave_width(BARS), asset.duration, step)


def facts(asset: Asset, card: Card, addresses: Addresses) -> Iterator[Fact]:
    def everything(name: str, value: str) -> str:
        return f"{addresses.list}?{urlencode({name: value})}" if value else ""

    yield Fact("Model", asset.model, everything("model", asset.model))
    yield Fact("Provider", asset.provider, everything("provider", asset.provider))
    yield Fact("Agent", asset.agent_id, everything("agent_id", asset.agent_id), copy=True)
    yield Fact("Execution", asset.execution_id, everything("execution_id", asset.execution_id), copy=True)
    yield Fact("Created", exact_text(asset.created_at), exact=card.created_iso)
    yield Fact("Size", card.size, exact=f"{asset.file_size:,} bytes")
    yield Fact("Dimensions", card.dimensions)
    yield Fact("Duration", card.duration, exact=f"{asset.duration} seconds" if asset.duration else "")
    yield Fact("Content type", asset.content_type)
    yield Fact("Asset ID", asset.id, copy=True)
    yield Fact("Storage key", asset.storage_key, copy=True)


def shown_metadata(asset: Asset) -> Iterator[tuple[str, object]]:
    """Every key but those that stand on the page already."""
    shown = {"prompt": asset.prompt, "model": asset.model}
    for key, value in asset.metadata.items():
        if key not in SHOWN_APART or value != shown[key]:
            yield str(key), value


def siblings(asset: Asset, addresses: Addresses) -> dict[str, object]:
    """What else the same execution made, newest first."""
    if not asset.execution_id:
        return {}
    query = urlencode({"execution_id": asset.execution_id})
    within = Addresses(asset.workspace, query)
    of_execution = Asset.objects.in_workspace(asset.workspace).filter(execution_id=asset.execution_id)
    others = of_execution.exclude(id=asset.id).order_by("-created_at", "-id").only(*LIST_COLUMNS)[:SIBLINGS]
    siblings_url = addresses.filtered(query)
    return {"siblings_url": siblings_url, **with_awaited(to_cards(list(others), within), "", within)}
