"""POST /api/v1/assets: a file with its fields in one multipart request; nothing is left of a refused one."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from assets import storage
from assets.models import Asset
from promptrails.workspaces.models import Workspace
from tests.api.calling import (
    ASSETS,
    BOUNDARY,
    FORM,
    Wire,
    fault,
    field_part,
    file_part,
    form,
    left_behind,
    part,
    picture,
)
from tests.factories import png

pytestmark = pytest.mark.django_db
MP3 = b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\0" + bytes(400)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def upload(api: Client, file: Any = None, **fields: Any) -> Any:
    return api.post(ASSETS, {"file": file or picture(), **fields})


def send(api: Client, body: bytes, content_type: str = FORM) -> Any:
    return api.generic("POST", ASSETS, body, content_type)


def body_of(asset: Asset) -> bytes:
    found = storage.peek(asset.storage_key, 100_000)
    assert found
    return found[1]


def test_a_file_becomes_an_asset_with_all_its_fields(api: Client, acme: Workspace) -> None:
    fields = {
        "type": "image", "provider": "fal", "execution_id": "run 7/ä", "agent_id": "painter", "model": "flux",
        "prompt": "a harbour\nat dawn", "file_name": "Kıyı ☀.png", "content_type": "image/png",
    }  # fmt: skip
    answer = upload(api, **fields, metadata=json.dumps({"seed": 7, "model": "older", "cost": {"usd": 0.1}}))
    assert answer.status_code == 201, answer.content
    asset = answer.json()["data"]
    assert {name: asset[name] for name in fields} == fields
    noted = {"model": "flux", "prompt": "a harbour\nat dawn"}
    assert asset["metadata"] == {"seed": 7, "cost": {"usd": 0.1}, **noted}
    assert (asset["file_size"], asset["workspace_id"]) == (len(png()), acme.id)
    assert answer.headers["Location"] == f"{ASSETS}/{asset['id']}"
    assert api.get(answer.headers["Location"]).json()["data"] == asset
    assert body_of(Asset.objects.get()) == png()
    assert len(left_behind(acme)) == 2, "the row and the object"


def test_a_file_alone_is_enough(api: Client) -> None:
    asset = upload(api, picture(name="sea.png")).json()["data"]
    assert (asset["file_name"], asset["provider"], asset["metadata"]) == ("sea.png", "", {})
    assert (asset["execution_id"], asset["agent_id"], asset["prompt"]) == (None, None, None)


@pytest.mark.parametrize(
    ("body", "declared", "kind", "content_type"),
    [
        (png(), "", "image", "image/png"),
        (png(), "application/octet-stream", "image", "image/png"),
        (MP3, "audio/mp3", "audio", "audio/mpeg"),
        (b"\x1aE\xdf\xa3\x42\x82\x84webm\x86\x85A_OPUS" + bytes(50), "video/webm", "audio", "audio/webm"),
        (SVG, "image/svg+xml", "image", "image/svg+xml"),
    ],
)
def test_the_bytes_say_what_the_file_is(
    api: Client, body: bytes, declared: str, kind: str, content_type: str
) -> None:
    answer = upload(api, picture(body, "file.bin", declared))
    asset = answer.json()["data"]
    assert (asset["type"], asset["content_type"]) == (kind, content_type)
    assert storage.head(asset["storage_key"]).content_type == content_type  # type: ignore[union-attr]


def test_speech_is_audio(api: Client) -> None:
    assert upload(api, picture(MP3, "a.mp3", "audio/mpeg"), type="speech").json()["data"]["type"] == "audio"


@pytest.mark.parametrize(
    ("body", "declared", "fields"),
    [
        (png(), "image/jpeg", {}),
        (png(), "text/plain", {}),
        (png(), "image/png", {"content_type": "audio/mpeg"}),
        (png(), "image/png", {"type": "audio"}),
        (png(), "image/png", {"type": "speech"}),
        (b"<html><script>alert(1)</script></html>", "image/png", {}),
        (b"MZ" + bytes(5000), "", {}),
        (b"BM, he wrote, is two letters", "image/bmp", {}),
        (b"x", "video/mp4", {}),
        (b"%PDF-1.7\n" + bytes(100_000), "application/pdf", {}),
    ],
)
def test_what_is_not_the_media_that_it_is_said_to_be_is_415(
    api: Client, acme: Workspace, body: bytes, declared: str, fields: dict[str, str]
) -> None:
    fault(upload(api, picture(body, "a.png", declared), **fields), 415, "unsupported_media_type")
    assert left_behind(acme) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "text"),
        ("provider", "x" * 101),
        ("execution_id", "x" * 201),
        ("agent_id", "nul\0"),
        ("file_name", "x" * 256),
        ("file_name", "nul\0"),
        ("model", "x" * 201),
        ("metadata", "no JSON"),
        ("metadata", "[1]"),
        ("metadata", '{"a": NaN}'),
        ("metadata", '{"nul": "\\u0000"}'),
        ("metadata", '{"half": "\\ud800"}'),
        ("metadata", json.dumps({"long": "x" * 100_001})),
        ("metadata", '{"a":' * 5000 + "1" + "}" * 5000),
    ],
)
def test_a_field_that_cannot_be_is_refused_by_name(
    api: Client, acme: Workspace, name: str, value: str
) -> None:
    assert list(fault(upload(api, **{name: value}), 400, "validation_error")) == [name]
    assert left_behind(acme) == []


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ([], "file"),
        ([field_part("file", "no file, a field")], "file"),
        ([field_part("provider", "fal")], "file"),
        ([file_part(b"")], "file"),
        ([file_part(png()), file_part(png())], "file"),
        ([file_part(png()), part('name="other"; filename="b.png"', png(), "image/png")], "other"),
        ([part('name="picture"; filename="b.png"', png(), "image/png")], "picture"),
    ],
    ids=["nothing", "a field", "no file", "empty", "two", "another beside it", "another name"],
)
def test_one_file_a_request_in_the_field_of_its_name(
    api: Client, acme: Workspace, parts: list[bytes], wrong: str
) -> None:
    assert list(fault(send(api, form(*parts)), 400, "validation_error")) == [wrong]
    assert left_behind(acme) == []


@pytest.mark.parametrize("is_first", [True, False])
def test_fields_may_stand_before_the_file_or_after_it(api: Client, is_first: bool) -> None:
    parts = [file_part(png()), field_part("provider", "fal"), field_part("metadata", '{"seed": 7}')]
    answer = send(api, form(*parts if is_first else reversed(parts)))
    asset = answer.json()["data"]
    assert (asset["provider"], asset["metadata"], asset["size"]) == ("fal", {"seed": 7}, len(png()))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"no multipart at all", FORM),
        (form(file_part(png())), "multipart/form-data"),
        (form(file_part(png())), "multipart/form-data; boundary=another"),
        (file_part(png(200, 200))[:-10], FORM),
        (form(file_part(png())), f'multipart/form-data; boundary="{BOUNDARY}é"'),
    ],
    ids=["text", "no boundary", "another boundary", "no end", "not ASCII"],
)
def test_a_broken_multipart_body_is_400(api: Client, acme: Workspace, body: bytes, content_type: str) -> None:
    fault(send(api, body, content_type), 400, "validation_error")
    assert left_behind(acme) == []


def test_the_size_of_a_file_has_its_limit(api: Client, acme: Workspace, settings: Any) -> None:
    file = png(64, 64)
    settings.UPLOAD_MAX_BYTES = len(file)
    assert upload(api, picture(file)).status_code == 201
    settings.UPLOAD_MAX_BYTES -= 1
    Asset.objects.all().delete()
    kept = left_behind(acme)
    fault(upload(api, picture(file)), 413, "payload_too_large")
    assert left_behind(acme) == kept


def test_a_file_too_large_is_refused_in_the_middle_too(api: Client, acme: Workspace, settings: Any) -> None:
    """Its object has been begun by then, and its first parts are in storage."""
    settings.UPLOAD_MAX_BYTES = 20 * 1024 * 1024
    fault(upload(api, picture(png() + bytes(settings.UPLOAD_MAX_BYTES))), 413, "payload_too_large")
    assert left_behind(acme) == []


@pytest.mark.parametrize(
    "parts",
    [
        [file_part(png()), field_part("prompt", "x" * 3_000_000)],
        [field_part(f"field{number}", "") for number in range(1001)],
    ],
    ids=["long", "many"],
)
def test_the_fields_have_their_limit(api: Client, acme: Workspace, parts: list[bytes]) -> None:
    fault(send(api, form(*parts)), 413, "payload_too_large")
    assert left_behind(acme) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("..\\..\\windows\\win.png", "win.png"),
        ("Kıyı ☀ 海.png", "Kıyı ☀ 海.png"),
        ("a'b;c d%2F&e.png", "a'b;c d%2F&e.png"),
        ("<script>alert(1)</script>.png", "script>.png"),
        (".htaccess", ".htaccess"),
        ("nul\0.png", "nul.png"),
    ],
)
def test_a_hostile_file_name_is_a_label_and_nothing_else(
    api: Client, acme: Workspace, sent: str, kept: str
) -> None:
    asset = send(api, form(file_part(png(), sent))).json()["data"]
    assert asset["file_name"] == kept
    assert re.fullmatch(rf"assets/{acme.id}/{asset['id']}\.png", asset["storage_key"])


@pytest.mark.parametrize("name", ["x" * 300 + ".png", "   ", "", "..", "/"])
def test_a_file_name_that_cannot_be_kept_is_refused(api: Client, acme: Workspace, name: str) -> None:
    fault(send(api, form(file_part(png(), name))), 400, "validation_error")
    assert left_behind(acme) == []


@pytest.mark.django_db(transaction=True)
def test_an_upload_that_breaks_off_leaves_nothing(wire: Wire, acme: Workspace) -> None:
    body = form(file_part(png() + bytes(9 * 1024 * 1024)))
    connection = wire.begin(body[: len(body) // 2], len(body))
    connection.shutdown(1)  # no more is sent; the answer is still read
    answer = connection.makefile("rb").read()
    connection.close()
    assert answer.startswith(b"HTTP/1.1 400")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["details"] == {"body": "cut off"}
    assert left_behind(acme) == []


@pytest.mark.django_db(transaction=True)
def test_an_upload_must_say_how_long_it_is(wire: Wire, acme: Workspace) -> None:
    body = form(file_part(png()))
    answer = wire.send("POST", ASSETS, iter([body]), Content_Type=FORM, Transfer_Encoding="chunked")
    assert fault(answer, 411, "length_required") == {"Content-Length": "missing"}
    assert left_behind(acme) == []
