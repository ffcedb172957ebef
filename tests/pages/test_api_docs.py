"""The page that reads the API out: complete, open to everyone, and from nowhere else."""

import re
from html import unescape

import pytest
from django.test import Client

from assets.api import examples
from assets.api.documents import schema
from assets.api.faults import CODES, INTERNAL
from assets.api.representation import AssetSchema, asset_json
from assets.errors import DomainError
from promptrails.workspaces.ksuids import is_ksuid
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset
from tests.people import signed_in

pytestmark = pytest.mark.django_db
DOCS = "/api/docs"


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.fixture
def body() -> str:
    return Client().get(DOCS).content.decode()


def sections(body: str) -> dict[str, str]:
    """The text of each call's section, by the call's id."""
    parts = re.split(r'<h[23] id="([^"]+)">', body)
    return {name: text_of(part) for name, part in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_operation_is_told_with_all_that_the_document_knows(body: str) -> None:
    told = sections(body)
    operations = [
        (path, method.upper(), one) for path, its in schema()["paths"].items() for method, one in its.items()
    ]
    assert len(operations) == 8
    for path, method, one in operations:
        part = told[one["operationId"]]
        assert f"{method} {path}" in part
        assert one["summary"] in text_of(body)
        assert f"Needs the scope {one['x-scope']}." in part
        for parameter in one["parameters"]:
            assert f"{parameter['name']} " in part
            assert parameter["description"] in part
        for status, answer in one["responses"].items():
            assert status in part
            assert answer["description"] in part
        assert "curl " in part


def test_bounds_defaults_and_values_are_told(body: str) -> None:
    told = sections(body)["list_assets"]
    assert "limit integer, 1 to 100, default 20" in told
    assert "page integer, 1 or more, default 1" in told
    assert "provider string, up to 100 characters" in told
    assert "audio image video speech" in told
    assert "expires_in integer, 1 to 604,800" in sections(body)["get_signed_url"]
    assert "file file required" in sections(body)["upload_asset"]
    assert "ids list of strings, 1 to 1,000 of them required" in sections(body)["delete_assets"]


def test_every_field_has_a_description() -> None:
    schemas = schema()["components"]["schemas"]
    for name in ("AssetSchema", "Meta", "Signed", "Requested", "DeletedIds", "ErrorBody", "UploadSchema"):
        for field, told in schemas[name]["properties"].items():
            assert told.get("description", "").endswith("."), (name, field)


def test_the_asset_stands_there_field_by_field(body: str, acme: Workspace) -> None:
    told = sections(body)["asset"]
    fields = list(asset_json(make_asset(acme)))
    assert fields == list(examples.ASSET)
    assert set(fields) == set(AssetSchema().fields)
    for name in fields:
        assert f"{name} " in told


def test_every_code_of_an_error_stands_there(body: str) -> None:
    told = sections(body)["errors"]
    known = {(status, code) for status, (code, _) in CODES.items()} | {(500, INTERNAL[0])}
    for status, code in known | {(error.status, error.code) for error in DomainError.__subclasses__()}:
        assert code in told, code
        assert str(status) in told, status


def test_it_is_open_to_visitors_and_to_people_signed_in(body: str, mel: User) -> None:
    assert 'href="/sign-in/"' in body
    seen = signed_in(mel).get(DOCS).content.decode()
    assert "Sign out" in seen
    assert sections(seen).keys() == sections(body).keys()
    assert Client().get(f"{DOCS}/").status_code == 200
    assert Client().post(DOCS).status_code == 405


def test_nothing_is_loaded_from_another_host_or_written_into_the_page(body: str) -> None:
    loaded = re.findall(r'<(?:script|link|img|use|iframe|source)[^>]*?(?:src|href)="([^"]*)"', body)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded), loaded
    assert not re.search(r"<style|<script(?![^>]*src=)| style=| on\w+=\"|url\(|@import", body)


def test_the_contents_lead_to_headings_that_exist(body: str) -> None:
    ids = re.findall(r' id="([^"]+)"', body)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="#([^"]+)"', body) + re.findall(r'data-copy="#([^"]+)"', body):
        assert target in ids


def test_examples_carry_the_address_that_one_came_by() -> None:
    seen = text_of(Client().get(DOCS, headers={"Host": "localhost:8123"}).content.decode())
    assert "curl -X DELETE http://localhost:8123/api/v1/assets/" in seen
    assert text_of(Client().get(DOCS, headers={"Host": "localhost"}).content.decode()).count(":8123") == 0


def test_ids_of_the_examples_are_ids() -> None:
    assert all(map(is_ksuid, (examples.ASSET_ID, examples.WORKSPACE_ID, examples.UNKNOWN_ID)))


def test_the_document_is_made_once_a_process() -> None:
    assert schema() is schema()
