"""Reading: the list, one asset, and a signed URL for its file."""

from math import ceil
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assets import activity, deletion, delivery
from assets.access import visible_asset
from assets.api import schemas
from assets.api.representation import COLUMNS, asset_json, moment_text
from assets.api.views import ApiView
from assets.errors import InvalidInput
from assets.filters import AssetFilter, Page
from assets.pagination import Cursor

LIMIT, MOST = 20, 100
LAST_PAGE = 10**9
ALIASES = {"media_type": "type"}
AUDIO = {"speech": "audio"}  # what the SDKs' documentation calls audio


def asset_list(request: Request, caller_workspace: Any) -> Response:
    asset_filter = AssetFilter(caller_workspace, known_names(request.query_params))
    if not asset_filter.is_valid():
        fields = as_sent(asset_filter.errors_by_field, request.query_params)
        raise InvalidInput(" ".join(text for texts in fields.values() for text in texts), fields)
    limit = number(request.query_params, "limit", LIMIT, MOST)
    numbered = number(request.query_params, "page", 1, LAST_PAGE)
    if text := request.query_params.get("cursor", ""):
        cursor = Cursor.decode(text, asset_filter.order)
        page = asset_filter.page(cursor, limit, COLUMNS)
    else:
        page = asset_filter.numbered_page(numbered, limit, COLUMNS)
        cursor = None
    shown = numbered if cursor is None else page.slice.position // limit + 1
    data = [asset_json(asset) for asset in page.slice.assets]
    return Response({"data": data, "meta": meta(page, shown, limit)})


def known_names(query: QueryDict) -> dict[str, str]:
    """The query as the filter names it: Go says media_type, and the SDKs call audio speech.

    An empty value counts as not sent, so it takes nothing from the other name's; raises InvalidInput where
    the two say different things.
    """
    sent = {name: str(query[name]) for name in query}
    for alias, name in ALIASES.items():
        told, same = (AUDIO.get(text, text) for text in (sent.pop(alias, ""), sent.get(name, "")))
        if told and same and told != same:
            sentence = f"{alias} is the same as {name}: send one of them."
            raise InvalidInput(sentence, {alias: sentence})
        sent[name] = told or same
    return sent


def as_sent(errors: dict[str, list[str]], query: QueryDict) -> dict[str, list[str]]:
    """The errors under the names that the client used."""
    sent = {inner: alias for alias, inner in ALIASES.items() if query.get(alias)}
    return {sent.get(name, name): texts for name, texts in errors.items()}


def number(query: QueryDict, name: str, default: int, most: int) -> int:
    """A whole number from 1 to `most`; raises InvalidInput that names it."""
    text = query.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= most):
        sentence = f"{name} must be a whole number from 1 to {most:,}."
        raise InvalidInput(sentence, {name: sentence})
    return int(text)


def meta(page: Page, shown: int, limit: int) -> dict[str, Any]:
    """`total` is a lower bound where nobody counted to the end, and grows while one walks."""
    seen = page.slice.position + len(page.slice.assets) + bool(page.slice.older)
    total = max(page.total, seen) if page.slice.assets else page.total
    pages = ceil(total / limit)
    older = page.slice.older
    return {
        "total": total,
        "total_is_exact": page.exact,
        "page": shown,
        "limit": limit,
        "pages": pages,
        "total_pages": pages,
        "next_cursor": older.encode() if older else None,
    }


class OneAsset(ApiView):
    @extend_schema(**schemas.GET_ASSET)
    def get(self, request: Request, asset_id: str) -> Response:
        return Response({"data": asset_json(visible_asset(self.caller.workspace, asset_id))})

    @extend_schema(**schemas.DELETE_ASSET)
    def delete(self, request: Request, asset_id: str) -> Response:
        asset = visible_asset(self.caller.workspace, asset_id)
        deletion.delete_asset(self.caller.workspace, asset.id, self.caller.actor)
        return Response(status=204)


class SignedUrl(ApiView):
    @extend_schema(**schemas.SIGNED_URL)
    def get(self, request: Request, asset_id: str) -> Response:
        asset = visible_asset(self.caller.workspace, asset_id)
        seconds = request.query_params.get("expires_in")
        lifetime = number(request.query_params, "expires_in", 1, delivery.LONGEST) if seconds else None
        signed = delivery.download_url(asset, lifetime, inline=wants_inline(request.query_params))
        activity.record_link(asset, signed.expires_in, self.caller.actor)
        lives = {"expires_at": moment_text(signed.expires_at), "expires_in": signed.expires_in}
        return Response({"data": {"url": signed.url, **lives}})


def wants_inline(query: QueryDict) -> bool:
    wanted = query.get("disposition") or "attachment"
    if wanted not in {"attachment", "inline"}:
        sentence = "disposition must be attachment or inline."
        raise InvalidInput(sentence, {"disposition": sentence})
    return wanted == "inline"
