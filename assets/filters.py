"""The filter as a noun: one FilterSet for pages and API, which knows its query, its count and its chips."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.utils.dateparse import parse_date, parse_datetime

from assets import pagination, search
from assets.errors import InvalidInput
from assets.kinds import Kind
from assets.models import Asset, AssetQuerySet, Orientation
from assets.pagination import PAGE_SIZE, Cursor, Slice
from assets.tallies import COUNTED, Tallies
from promptrails.workspaces.models import Workspace

NARROWING = (
    "q", "type", "provider", "model", "agent_id", "execution_id", "created_after", "created_before",
    "orientation", "min_duration",
)  # fmt: skip
LABELS = {
    "q": "Search",
    "type": "Type",
    "provider": "Provider",
    "model": "Model",
    "agent_id": "Agent",
    "execution_id": "Execution",
    "created_after": "From",
    "created_before": "Until",
    "orientation": "Orientation",
    "min_duration": "Seconds at least",
}
AT_ONCE = 1000  # rows of a walk over everything
DEFAULT_SORT = "-created_at"
DEEPEST_SEARCH = 10_000  # hits


# What a list shows; `metadata` (prompts, mostly) and `search` are left in the table.
LIST_COLUMNS = (
    "id", "type", "provider", "model", "file_name", "file_size", "content_type", "storage_key",
    "created_at", "width", "height", "duration", "preview_status", "kept",
)  # fmt: skip


@dataclass(frozen=True)
class Chip:
    """One thing that narrows the list, and the query string of the list without it."""

    name: str
    label: str
    value: str
    query: str


@dataclass(frozen=True)
class Page:
    """A page of the list; `total` is a lower bound unless `exact`."""

    slice: Slice
    total: int
    exact: bool


class MomentField(forms.Field):
    """An ISO 8601 date or time; a date alone is its first moment, or its last one if `ends_day`."""

    def __init__(self, *, ends_day: bool = False, **kwargs: Any) -> None:
        self.ends_day = ends_day
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if "T" in text:
            text = text.replace(" ", "+")  # the plus of an offset, not quoted in the address
        if not text:
            return None
        try:
            moment = self.of_date(text) or parse_datetime(text)
            if moment is None or not 1970 <= moment.year <= 9000:
                raise ValueError
        except ValueError as error:
            message = f"“{text[:40]}” is not a date. Write it like 2026-03-31 or 2026-03-31T14:00:00Z."
            raise forms.ValidationError(message, code="invalid") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def of_date(self, text: str) -> datetime | None:
        day = parse_date(text)
        if day is None:
            return None
        start = datetime.combine(day, time.min, UTC)
        return start + timedelta(days=1, microseconds=-1) if self.ends_day else start


class SecondsFilter(django_filters.Filter):
    """Seconds, from 0 to a year."""

    field_class = forms.FloatField

    def __init__(self, **kwargs: Any) -> None:
        sentence = "Write how many seconds, such as 30 or 2.5."
        wrong = dict.fromkeys(["invalid", "min_value", "max_value"], sentence)
        super().__init__(min_value=0, max_value=31_536_000, error_messages=wrong, **kwargs)


class MomentFilter(django_filters.Filter):
    field_class = MomentField


def type_choice_error() -> dict[str, str]:
    return {"invalid_choice": "“%(value)s” is not a type. Choose audio, image or video."}


class AssetFilter(django_filters.FilterSet):
    """What a person or program asked to see of one workspace's assets."""

    type = django_filters.ChoiceFilter(choices=Kind.choices, error_messages=type_choice_error())
    provider = django_filters.CharFilter(max_length=100)
    model = django_filters.CharFilter(max_length=200)
    agent_id = django_filters.CharFilter(max_length=200)
    execution_id = django_filters.CharFilter(max_length=200)
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lte", ends_day=True)
    orientation = django_filters.ChoiceFilter(
        choices=Orientation.choices,
        error_messages={"invalid_choice": "“%(value)s” is none of landscape, portrait and square."},
    )
    min_duration = SecondsFilter(field_name="duration", lookup_expr="gte")
    q = django_filters.CharFilter(method="narrow_later", max_length=search.MAX_LENGTH)
    sort = django_filters.ChoiceFilter(
        choices=[(sort, sort) for sort in pagination.SORTS],
        method="narrow_later",
        error_messages={"invalid_choice": "“%(value)s” is not an order that the list can take."},
    )

    class Meta:
        model = Asset
        fields: list[str] = []

    def __init__(self, workspace: Workspace, parameters: Mapping[str, str]) -> None:
        self.workspace = workspace
        super().__init__(parameters, queryset=Asset.objects.in_workspace(workspace))

    def narrow_later(self, assets: AssetQuerySet, name: str, value: str) -> AssetQuerySet:
        """Search and order need the cursor too, so `page` applies them."""
        return assets

    @cached_property
    def values(self) -> dict[str, Any]:
        """The cleaned values that narrow the list, without the empty ones."""
        cleaned = self.form.cleaned_data if self.is_valid() else {}
        return {name: cleaned[name] for name in NARROWING if cleaned.get(name)}

    @cached_property
    def order(self) -> str:
        return (self.is_valid() and self.form.cleaned_data["sort"]) or DEFAULT_SORT

    @property
    def errors_by_field(self) -> dict[str, list[str]]:
        return {name: [str(error) for error in errors] for name, errors in self.form.errors.items()}

    @cached_property
    def tallies(self) -> Tallies:
        return Tallies.of(self.workspace, self.values.get("agent_id", ""))

    @property
    def nothing_can_match(self) -> bool:
        """No asset has this type, provider, model and agent together: no index need be asked."""
        return not self.tallies.matching(self.values).groups

    def matching(self) -> AssetQuerySet:
        """Everything that matches, for what takes all of it; raises InvalidInput for an impossible search."""
        if self.nothing_can_match:
            return self.qs.none()
        return search.narrow(self.workspace, self.qs, self.values["q"]) if "q" in self.values else self.qs

    def page(
        self,
        cursor: Cursor | None = None,
        size: int = PAGE_SIZE,
        columns: tuple[str, ...] = LIST_COLUMNS,
    ) -> Page:
        """The page behind the cursor; raises InvalidInput or SearchTooSlow."""
        if self.nothing_can_match:
            return Page(Slice([], 0, None, None), 0, True)
        if "q" in self.values:
            return self.page_of_search(cursor, size, columns)
        rows = pagination.ordered(self.qs, self.order, cursor).only(*columns)[: size + 1]
        page = pagination.to_slice(list(rows), self.order, cursor, size)
        return Page(page, *self.count(page))

    def every(self, columns: tuple[str, ...]) -> Iterator[Asset]:
        """Every asset that matches, in order, read AT_ONCE at a time; raises as `page` does."""
        cursor: Cursor | None = None
        while not self.nothing_can_match:
            if "q" in self.values:
                hits = search.find(self.workspace, self.qs, self.values["q"], self.order, cursor, AT_ONCE)
                rows = self.in_order(hits.ids, columns)
                full = len(hits.ids) == AT_ONCE
            else:
                rows = list(pagination.ordered(self.qs, self.order, cursor).only(*columns)[:AT_ONCE])
                full = len(rows) == AT_ONCE
            yield from rows
            if not full or not rows:
                return
            cursor = pagination.cursor_at(rows[-1], self.order, 0)

    def numbered_page(self, number: int, size: int, columns: tuple[str, ...] = LIST_COLUMNS) -> Page:
        """The page of this number, from 1, for clients that count pages; raises as `page` does.

        What it costs grows with the number: a cursor is what a program should walk with.
        """
        offset = (number - 1) * size
        if number == 1 or self.nothing_can_match:
            return self.page(None, size, columns)
        if "q" in self.values:
            return self.page_of_search(None, size, columns, offset)
        total, exact = self.count(Slice([], offset, None, None), whole=False)
        if exact and offset >= total:
            return Page(Slice([], offset, None, None), total, True)
        rows = self.in_order(pagination.at_offset(self.qs, self.order, offset, size + 1), columns)
        page = pagination.to_slice(rows, self.order, None, size, offset)
        if rows and not page.older:
            total, exact = offset + len(rows), True
        return Page(page, total, exact)

    def in_order(self, ids: list[str], columns: tuple[str, ...]) -> list[Asset]:
        found = {asset.id: asset for asset in self.qs.filter(id__in=ids).only(*columns)}
        return [found[id] for id in ids if id in found]

    def page_of_search(
        self, cursor: Cursor | None, size: int, columns: tuple[str, ...], offset: int = 0
    ) -> Page:
        if offset > DEEPEST_SEARCH:
            sentence = f"A search is counted up to its {DEEPEST_SEARCH:,}th hit. Walk on with next_cursor."
            raise InvalidInput(sentence, {"page": sentence})
        limit = offset + size + 1
        hits = search.find(self.workspace, self.qs, self.values["q"], self.order, cursor, limit)
        rows = self.in_order(hits.ids[offset:], columns)
        page = pagination.to_slice(rows, self.order, cursor, size, offset)
        behind = page.position if cursor and not cursor.backward else 0
        return Page(page, behind + hits.total, hits.exact and not (cursor and cursor.backward))

    def count(self, page: Slice, whole: bool = True) -> tuple[int, bool]:
        """Exact from the tallies or from a page that is the whole list; else counted up to a cap."""
        if self.values.keys() <= COUNTED:
            return self.tallies.matching(self.values).assets, True
        if whole and not page.newer and not page.older:
            return len(page.assets), True
        return pagination.capped_count(self.qs)

    def neighbours(self, asset: Asset) -> tuple[str | None, str | None]:
        """The ids right before and right after this asset in the list."""
        if self.nothing_can_match:
            return None, None
        before, after = (self.neighbour(asset, backward) for backward in (True, False))
        return before, after

    def neighbour(self, asset: Asset, backward: bool) -> str | None:
        place = pagination.cursor_at(asset, self.order, 0, backward)
        if "q" in self.values:
            hits = search.find(self.workspace, self.qs, self.values["q"], self.order, place, 1)
            return hits.ids[0] if hits.ids else None
        return pagination.ordered(self.qs, self.order, place).values_list("id", flat=True).first()

    def query(self, **changes: str) -> str:
        """The list's state as a query string, with some of it changed; an empty value leaves it out."""
        state = {name: self.data.get(name, "") for name in (*NARROWING, "sort")} | changes
        return urlencode({name: value for name, value in state.items() if value})

    def chips(self) -> list[Chip]:
        return [
            Chip(name, LABELS[name], str(self.data.get(name, "")).strip(), self.query(**{name: ""}))
            for name in self.values
        ]
