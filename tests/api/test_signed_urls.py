"""The signed URL of an asset's file."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from assets.models import Asset
from promptrails.workspaces.models import Workspace
from tests.api.calling import ASSETS, fault, fetch
from tests.factories import make_asset, png, store_asset

pytestmark = pytest.mark.django_db


def signed(api: Client, asset: Asset, **query: str) -> Any:
    answer = api.get(f"{ASSETS}/{asset.id}/signed-url", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


@pytest.mark.parametrize(
    ("query", "way"),
    [({}, "attachment"), ({"disposition": ""}, "attachment"), ({"disposition": "inline"}, "inline")],
)
def test_a_signed_url_serves_the_file_under_its_name(
    api: Client, acme: Workspace, query: dict[str, str], way: str
) -> None:
    asset = store_asset(acme, png(30, 20), file_name="Kıyı ☀.png")
    status, headers, body = fetch(signed(api, asset, **query)["url"])
    assert (status, body) == (200, png(30, 20))
    assert headers["Content-Type"] == "image/png"
    told, _, name = headers["Content-Disposition"].partition("; ")
    assert (told, unquote(name.partition("UTF-8''")[2])) == (way, "Kıyı ☀.png")


def test_what_could_carry_script_is_never_inline(api: Client, acme: Workspace) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    asset = store_asset(acme, svg, file_name="a.svg", content_type="image/svg+xml")
    _, headers, _ = fetch(signed(api, asset, disposition="inline")["url"])
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(("asked", "seconds"), [("", 3600), ("1", 1), ("90", 90), ("604800", 604_800)])
def test_a_signed_url_lives_as_long_as_asked(api: Client, acme: Workspace, asked: str, seconds: int) -> None:
    data = signed(api, make_asset(acme), expires_in=asked)
    left = datetime.fromisoformat(data["expires_at"]) - datetime.now(UTC)
    assert data["expires_in"] == seconds
    assert f"X-Amz-Expires={seconds}&" in data["url"]
    assert abs(left - timedelta(seconds=seconds)) < timedelta(seconds=5)
    assert data["expires_at"].endswith("Z")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("expires_in", "0"),
        ("expires_in", "604801"),
        ("expires_in", "-5"),
        ("expires_in", "1h"),
        ("disposition", "inline; filename=x.html"),
    ],
)
def test_a_signed_url_that_cannot_be_is_refused_by_name(
    api: Client, acme: Workspace, name: str, value: str
) -> None:
    answer = api.get(f"{ASSETS}/{make_asset(acme).id}/signed-url", {name: value})
    assert list(fault(answer, 400, "validation_error")) == [name]
