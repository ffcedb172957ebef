"""An asset as a list shows it: every value ready, so that a template only places it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from assets import delivery, retention
from assets.kinds import PLAYED, Kind
from assets.models import Asset, Preview, PreviewStatus, RetentionRule
from assets.pages.waveform import wave_path
from assets.pages.wording import age_text, ahead_text, duration_text, exact_text, size_text
from promptrails.workspaces.models import Workspace

WAVE_BARS = 56
ANNOUNCED = timedelta(days=7)  # before an asset expires
KIND_LABELS: dict[str, str] = {kind.value: str(kind.label) for kind in Kind}


@dataclass(frozen=True, slots=True)
class Card:
    """One asset; `width` and `height` in pixels, all else as text. `media_url` is signed, or empty.

    `picture_url` and `wave` (an SVG path of WAVE_BARS bars) are previews; one that is `awaited` is on its
    way, `failed` says why there is none. `format` is content type and codec; `unheard` is
    the codec of a film's sound that browsers do not play. `notice` tells that it expires within a week, or is
    kept.

    `shown` is the kind, or nothing for what no browser may show; `source` is provider and model; `shape` and
    `extent` are attributes of markup. All are made here because a template's tests and variables,
    fifty times over, are the larger part of a page's time.
    """

    id: str
    url: str
    download_url: str
    delete_url: str
    name: str
    kind: str
    kind_label: str
    provider: str
    model: str
    size: str
    age: str
    created_iso: str
    created_exact: str
    media_url: str
    format: str
    unheard: str
    alt: str
    width: int | None
    height: int | None
    dimensions: str
    duration: str
    shown: str
    source: str
    shape: SafeString
    extent: SafeString
    picture_url: str
    wave: str
    awaited: bool
    failed: str
    notice: str


class Addresses:
    """The pages of one workspace's assets, each with the query string of the list one is in."""

    def __init__(self, workspace: Workspace, query: str = "") -> None:
        self.workspace = workspace
        self.list = reverse("assets:list", args=[workspace.slug])
        self.query = f"?{query}" if query else ""
        self.back = self.list + self.query

    def detail(self, asset_id: str) -> str:
        return f"{self.list}{asset_id}/{self.query}"

    def page(self, asset_id: str, name: str) -> str:
        return f"{self.list}{asset_id}/{name}/{self.query}"

    def filtered(self, query: str) -> str:
        return f"{self.list}?{query}" if query else self.list


def previews_of(assets: Sequence[Asset]) -> dict[str, Preview]:
    """What workers have made of these assets, by id, and the rule by which each expires, in one query."""
    found = retention.previews_and_rules([asset.pk for asset in assets])
    return {preview.pk: preview for preview in found}


def to_cards(assets: Sequence[Asset], addresses: Addresses) -> list[Card]:
    previews, now = previews_of(assets), timezone.now()
    return [to_card(asset, addresses, now, previews.get(asset.pk)) for asset in assets]


def to_card(
    asset: Asset,
    addresses: Addresses,
    now: datetime | None = None,
    preview: Preview | None = None,
) -> Card:
    codec = preview.details.get(f"{asset.type}_codec", "") if preview else ""
    media_url = delivery.preview_url(asset, codec) or ""
    width, height = asset.width, asset.height
    return Card(
        id=asset.id,
        url=addresses.detail(asset.id),
        download_url=f"{addresses.list}{asset.id}/download/",
        delete_url=addresses.page(asset.id, "delete"),
        name=asset.file_name,
        kind=asset.type,
        kind_label=KIND_LABELS[asset.type],
        provider=asset.provider,
        model=asset.model,
        size=size_text(asset.file_size),
        age=age_text(asset.created_at, now or timezone.now()),
        created_iso=asset.created_at.isoformat(),
        created_exact=exact_text(asset.created_at),
        media_url=media_url,
        unheard=unheard_codec(asset, preview) if media_url else "",
        format=f"{asset.content_type} ({codec})" if codec else asset.content_type,
        alt=asset.file_name,
        width=width,
        height=height,
        dimensions=f"{width} × {height}" if width and height else "",
        duration=duration_text(asset.duration),
        shown=asset.type if media_url else "",
        source=f"{asset.provider} · {asset.model}" if asset.model else asset.provider,
        shape=SafeString(f' data-width="{width:d}" data-height="{height:d}"' if width and height else ""),
        extent=SafeString(f' width="{width:d}" height="{height:d}"' if width and height else ""),
        picture_url=delivery.shown_url(preview.picture_key) if preview and preview.picture_key else "",
        wave=wave_path(preview.bars, WAVE_BARS) if preview else "",
        awaited=asset.preview_status == PreviewStatus.PENDING,
        failed=preview.reason if preview and asset.preview_status == PreviewStatus.FAILED else "",
        notice=notice(asset, retention.rule_of(preview), now or timezone.now()),
    )


def unheard_codec(asset: Asset, preview: Preview | None) -> str:
    """That of a film's sound, where browsers show the pictures and are silent."""
    codec = preview.details.get("audio_codec", "") if preview and asset.type == Kind.VIDEO else ""
    return "" if codec in PLAYED else codec


def notice(asset: Asset, rule: RetentionRule | None, now: datetime) -> str:
    """What retention has to say of the asset, from a week before it goes."""
    if rule is None or asset.kept:
        return "kept" if rule else ""
    expires_at = rule.expires_at(asset.created_at)
    return f"expires {ahead_text(expires_at, now)}" if expires_at - now <= ANNOUNCED else ""
