"""The floors: one query, one plain template or JSON; no session, no rights, no links to storage."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from assets.api.representation import COLUMNS as JSON_COLUMNS
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


def bare_json(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"data": None})


def bare_json_one(request: HttpRequest) -> JsonResponse:
    assets = Asset.objects.filter(workspace_id=request.GET["workspace"], id=request.GET["id"])
    return JsonResponse({"data": assets.values(*JSON_COLUMNS)[0]})


def bare_json_list(request: HttpRequest) -> JsonResponse:
    assets = Asset.objects.filter(workspace_id=request.GET["workspace"]).order_by("-created_at", "-id")
    return JsonResponse({"data": list(assets.values(*JSON_COLUMNS)[:20])})
