"""Retention rules: what is set, what a change would delete, and the change once it is confirmed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assets import retention
from assets.kinds import Kind
from assets.models import LONGEST_DAYS, RetentionRule
from assets.pages.bulk_deleting import KINDS, TYPED, counted
from assets.pages.cards import Addresses, Card, to_cards
from assets.pages.wording import days_text, exact_text, size_text
from promptrails.workspaces.access import WorkspaceRequest, admin_required
from promptrails.workspaces.models import Workspace

NOTICE, PREVIEW_LIVES = timedelta(days=1), timedelta(hours=1)
SHOWN = 6  # thumbnails a type


class RuleForm(forms.Form):
    """Days for each type; an empty one is for ever."""

    image = forms.IntegerField(label="Images", required=False, min_value=1, max_value=LONGEST_DAYS)
    audio = forms.IntegerField(label="Audio", required=False, min_value=1, max_value=LONGEST_DAYS)
    video = forms.IntegerField(label="Video", required=False, min_value=1, max_value=LONGEST_DAYS)


class ConfirmForm(forms.Form):
    """What was seen (as of when), when it shall begin, and the number typed."""

    at = forms.DateTimeField()
    start = forms.ChoiceField(choices=[("tomorrow", "In 24 hours"), ("now", "Now")])
    count = forms.CharField(required=False, max_length=20)


@dataclass(frozen=True)
class Change:
    """A type whose rule would change, and what the new one would delete."""

    label: str
    before: str
    after: str
    assets: int
    bytes: int
    text: str
    url: str
    cards: list[Card]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@admin_required
def retention_page(request: WorkspaceRequest, workspace: str) -> HttpResponse:
    if request.method == "POST":
        return save(request)
    asked = any(name in request.GET for name in Kind.values)
    form = RuleForm(request.GET) if asked else RuleForm(initial=days_now(request.membership.workspace))
    return page(request, form, now())


def save(request: WorkspaceRequest) -> HttpResponse:
    owner, form, confirmed = request.membership.workspace, RuleForm(request.POST), ConfirmForm(request.POST)
    if not form.is_valid():
        return page(request, form, now())
    if not confirmed.is_valid() or not now() - PREVIEW_LIVES < confirmed.cleaned_data["at"] <= now():
        return page(request, form, now(), "Look at what this would delete again. Nothing was changed.")
    at: datetime = confirmed.cleaned_data["at"]
    typed = confirmed.cleaned_data["count"].strip().replace(",", "")
    total = sum(change.assets for change in changes(owner, form, at))
    if total > TYPED and typed != str(total):
        return page(request, form, at, f"Type {total} to save this. Nothing was changed.")
    starts_at = now() + (NOTICE if confirmed.cleaned_data["start"] == "tomorrow" else timedelta())
    if retention.save(owner, form.cleaned_data, starts_at, request.actor):
        messages.success(request, "The rules were saved.")
    else:
        messages.info(request, "Nothing has changed.")
    return redirect("retention", owner.slug)


def page(request: WorkspaceRequest, form: RuleForm, at: datetime, error: str = "") -> HttpResponse:
    owner = request.membership.workspace
    found = changes(owner, form, at) if form.is_bound and form.is_valid() else []
    total = sum(change.assets for change in found)
    rules = retention.rules_of(owner)
    context: dict[str, object] = {
        "section": "storage",
        "form": form,
        "fields": [(form[kind], rule_text(rules.get(kind))) for kind in Kind.values],
        "changes": found,
        "unchanged": form.is_bound and form.is_valid() and not found,
        "total": total,
        "count": counted(total, "asset", "assets"),
        "size": size_text(sum(change.bytes for change in found)),
        "must_type": total > TYPED,
        "at": at.isoformat(),
        "error": error,
    }
    failed = error or (form.is_bound and not form.is_valid())
    return render(request, "assets/retention.html", context, status=400 if failed else 200)


def days_now(workspace: Workspace) -> dict[str, int]:
    return {kind: rule.days for kind, rule in retention.rules_of(workspace).items()}


def rule_text(rule: RetentionRule | None) -> str:
    """Who set the rule, and since when it deletes."""
    if rule is None:
        return "Kept for ever now."
    by = rule.changed_by.email if rule.changed_by else "an operator"
    start = f" It deletes from {exact_text(rule.starts_at)}." if rule.starts_at > now() else ""
    return f"Kept for {days_text(rule.days)} now, set by {by} on {exact_text(rule.changed_at)}.{start}"


def changes(owner: Workspace, form: RuleForm, at: datetime) -> list[Change]:
    """Of a valid form."""
    before, addresses = days_now(owner), Addresses(owner)
    found = []
    for kind in Kind.values:
        days: int | None = form.cleaned_data[kind]
        if days == before.get(kind):
            continue
        assets, size, cards, url = 0, 0, [], ""
        if days is not None:
            taken = retention.reach(owner, kind, days, at)
            assets, size = taken.assets, taken.bytes
            first = retention.oldest(owner, kind, days, at).defer("search", "metadata")[:SHOWN]
            cards = to_cards(list(first), addresses)
            until = (at - timedelta(days=days)).isoformat()
            url = addresses.filtered(urlencode({"type": kind, "created_before": until, "sort": "created_at"}))
        found.append(
            Change(
                label=str(form.fields[kind].label),
                before=days_text(before.get(kind)),
                after=days_text(days),
                assets=assets,
                bytes=size,
                text=f"{counted(assets, *KINDS[kind])}, {size_text(size)}" if assets else "nothing",
                url=url if assets else "",
                cards=cards,
            )
        )
    return found
