"""The floor: one keyset query, one plain template, no session, no rights, no links to storage."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from assets.models import Asset

COLUMNS = (
    "id", "type", "provider", "model", "file_name", "file_size", "content_type", "created_at",
    "width", "height", "duration",
)  # fmt: skip


def bare_list(request: HttpRequest) -> HttpResponse:
    assets = Asset.objects.filter(workspace_id=request.GET["workspace"])
    if before := request.GET.get("before"):
        assets = assets.filter(created_at__lt=datetime.fromisoformat(before))
    rows = assets.order_by("-created_at", "-id").only(*COLUMNS)[:51]
    return render(request, "bench/bare.html", {"assets": rows[:50]})
