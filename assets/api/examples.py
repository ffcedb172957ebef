"""What the OpenAPI document shows of each call: a request that could be sent, and its answer."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

ASSET_ID, WORKSPACE_ID = "3Aq6Z8v1FGZnCxtvZsmPM6GleYi", "37pcl8FlQHeCS1dATanqyPQ5Twf"
UNKNOWN_ID = "3Aq6fz2HH3fTUYQhAu1GKEfbZsq"
KEY = f"assets/{WORKSPACE_ID}/{ASSET_ID}.png"
NOTED: dict[str, Any] = {
    "provider": "fal",
    "model": "flux-pro",
    "prompt": "A harbour at dusk",
    "execution_id": "exec_81",
    "agent_id": "agent_7",
}
ASSET: dict[str, Any] = {
    "id": ASSET_ID,
    "workspace_id": WORKSPACE_ID,
    "execution_id": NOTED["execution_id"],
    "agent_id": NOTED["agent_id"],
    "type": "image",
    "media_type": "image",
    "provider": NOTED["provider"],
    "model": NOTED["model"],
    "prompt": NOTED["prompt"],
    "file_name": "harbour.png",
    "file_size": 1_482_113,
    "size": 1_482_113,
    "content_type": "image/png",
    "mime_type": "image/png",
    "storage_key": KEY,
    "storage_path": KEY,
    "metadata": {"seed": 7, "model": NOTED["model"], "prompt": NOTED["prompt"]},
    "created_at": "2026-03-12T09:30:05.210344Z",
    "updated_at": "2026-03-12T09:30:05.210344Z",
    "width": None,
    "height": None,
    "duration": None,
    "preview_status": "pending",
}
PAGE = {
    "data": [ASSET],
    "meta": {
        "total": 42,
        "total_is_exact": True,
        "page": 1,
        "limit": 1,
        "pages": 42,
        "total_pages": 42,
        "next_cursor": "WyItY3JlYXRlZF9hdCIsICIyMDI2LTAzLTEyVDA5OjMwOjA1Il0",
    },
}
SIGNED = {
    "url": f"https://files.example.com/{KEY}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&…",
    "expires_at": "2026-03-12T09:45:05Z",
    "expires_in": 900,
}
UPLOAD = {"file": "@harbour.png", **NOTED, "metadata": {"seed": 7}}
DIRECT_UPLOAD = {
    "file_name": "launch.mp4",
    "file_size": 734_003_200,
    "content_type": "video/mp4",
    "provider": "runway",
    "execution_id": NOTED["execution_id"],
}
REQUESTED = {
    "id": ASSET_ID,
    "upload_url": f"https://files.example.com/assets/{WORKSPACE_ID}/{ASSET_ID}.mp4?X-Amz-Algorithm=…",
    "headers": {"Content-Type": "video/mp4", "If-None-Match": "*"},
    "expires_at": "2026-03-12T10:30:05Z",
}
DELETE = {"ids": [ASSET_ID, UNKNOWN_ID]}
DELETED = {"deleted": [ASSET_ID], "not_found": [UNKNOWN_ID]}


def sent(value: dict[str, Any]) -> dict[str, Any]:
    """As an extension: of OpenAPI's own examples schemathesis makes valid requests that it then faults."""
    return {"x-example": value}


def answered(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("answer", value=value, response_only=True)]
