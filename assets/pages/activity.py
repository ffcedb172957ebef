"""The log as a page: newest first, narrowed by what, who, which asset and when; and as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from assets import retention
from assets.errors import InvalidInput
from assets.filters import MomentFilter
from assets.kinds import Kind
from assets.models import Activity, Asset
from assets.pages.exporting import export
from assets.pages.wording import age_text, days_text, exact_text, lifetime_text, size_text
from assets.tallies import MOST_CHOICES
from promptrails.workspaces.access import WorkspaceRequest, admin_required, member_required
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import Membership, Workspace

PAGE, CHUNK = 50, 2000
COLUMNS = ("at", "action", "who", "address", "asset_id", "details")
OPERATOR = "An operator, or the app itself"


class ActivityFilter(django_filters.FilterSet):
    action = django_filters.ChoiceFilter(
        choices=Activity.Action.choices,
        error_messages={"invalid_choice": "“%(value)s” is nothing that the log tells of."},
    )
    who = django_filters.CharFilter(max_length=254)
    asset_id = django_filters.CharFilter(max_length=27)
    after = MomentFilter(field_name="at", lookup_expr="gte")
    before = MomentFilter(field_name="at", lookup_expr="lte", ends_day=True)

    class Meta:
        model = Activity
        fields: list[str] = []

    @cached_property
    def sentences(self) -> list[str]:
        return [str(error) for errors in self.form.errors.values() for error in errors]


@dataclass(frozen=True)
class Line:
    """An entry as people read it; `asset_id` while there is one to look at, `address` for admins."""

    action: str
    label: str
    who: str
    what: str
    about: str
    asset_id: str
    age: str
    exact: str
    iso: str
    address: str


@require_safe
@member_required
def activity_list(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    owner, narrowed = request.membership.workspace, filter_of(request)
    entries = narrowed.qs if narrowed.is_valid() else Activity.objects.none()
    found = list(behind(entries, place(owner, request.GET.get("older_than", "")))[: PAGE + 1])
    asked = {name: narrowed.data.get(name, "")[:254] for name in narrowed.filters}
    state = urlencode({name: value for name, value in asked.items() if value})
    named = Asset.objects.in_workspace(owner).filter(id__in=[entry.asset_id for entry in found])
    there = set(named.values_list("id", flat=True))
    context = {
        "lines": [line_of(entry, entry.asset_id in there, request.membership) for entry in found[:PAGE]],
        "older": urlencode({"older_than": found[PAGE - 1].pk}) if len(found) > PAGE else "",
        "is_first": "older_than" not in request.GET,
        "asked": asked,
        "state": state,
        "errors": narrowed.sentences,
        "actions": Activity.Action.choices,
        "people": people(owner),
        "section": "activity",
    }
    return render(request, "assets/activity.html", context, status=400 if narrowed.sentences else 200)


@require_safe
@admin_required
def activity_export(request: WorkspaceRequest, workspace: str) -> StreamingHttpResponse:
    narrowed = filter_of(request)
    if not narrowed.is_valid():
        raise InvalidInput(" ".join(narrowed.sentences))
    rows = every_row(narrowed.qs)
    return export(rows, COLUMNS, request.GET.get("format", "csv"), f"{workspace}-activity")


def people(owner: Workspace) -> list[str]:
    """Whom one may ask for: members and keys of now; who has left can be typed."""
    emails = owner.memberships.order_by("user__email").values_list("user__email", flat=True)[:MOST_CHOICES]
    keys = owner.api_keys.order_by("name")[:MOST_CHOICES]
    return [*emails, *(Actor(api_key=key).name for key in keys), retention.ACTOR.name]


def filter_of(request: WorkspaceRequest) -> ActivityFilter:
    of_workspace = Activity.objects.filter(workspace=request.membership.workspace)
    return ActivityFilter(request.GET, queryset=of_workspace)


def behind(entries: "QuerySet[Activity]", last: Activity | None) -> "QuerySet[Activity]":
    """The entries older than this one, newest first."""
    if last:
        entries = entries.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk), at__lte=last.at)
    return entries.order_by("-at", "-pk")


def place(workspace: Workspace, text: str) -> Activity | None:
    """The entry that a page begins behind; an address that names none begins at the newest."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Activity.objects.filter(workspace=workspace, pk=int(text)).first()


def every_row(entries: "QuerySet[Activity]") -> Iterator[dict[str, Any]]:
    last: Activity | None = None
    while chunk := list(behind(entries, last)[:CHUNK]):
        for entry in chunk:
            yield {
                "at": entry.at.isoformat(),
                "action": entry.action,
                "who": entry.who,
                "address": entry.address,
                "asset_id": entry.asset_id,
                "details": entry.details,
            }
        last = chunk[-1]


def line_of(entry: Activity, is_there: bool, reader: Membership) -> Line:
    return Line(
        action=entry.action.partition(".")[2],
        label=entry.get_action_display(),
        who=entry.who or OPERATOR,
        what=what(entry),
        about=about(entry),
        asset_id=entry.asset_id if is_there else "",
        age=age_text(entry.at, timezone.now()),
        exact=exact_text(entry.at),
        iso=entry.at.isoformat(),
        address=(entry.address or "") if reader.is_admin else "",
    )


def what(entry: Activity) -> str:
    """The thing itself: a file, a key, a person."""
    details = entry.details
    if entry.action == Activity.Action.RETENTION_CHANGED:
        return f"{Kind(details['type']).label} files"
    return str(details.get("file_name") or details.get("name") or details.get("member") or entry.asset_id)


def about(entry: Activity) -> str:
    """What else one wants to know at a glance."""
    details = entry.details
    told = {
        "asset": lambda: f"{details.get('type', '')}, {size_text(details.get('file_size', 0))}",
        "link": lambda: f"lives {lifetime_text(details.get('expires_in', 0))}",
        "key": lambda: f"{details.get('prefix', '')}…, {', '.join(details.get('scopes', []))}",
        "retention": lambda: f"{days_text(details.get('before'))} → {days_text(details.get('days'))}",
        "member": lambda: " → ".join(filter(None, [details.get("before", ""), details.get("role", "")])),
    }
    return told[entry.action.partition(".")[0]]()
