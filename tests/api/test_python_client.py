"""The official Python client, unmodified, against the real server: as its own documentation uses it."""

import asyncio
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.request import urlopen

import pytest

from assets import storage
from assets.errors import StorageUnavailable
from assets.models import Asset
from promptrails.workspaces import keys
from promptrails.workspaces.models import ApiKey, Scope, Workspace
from tests.factories import make_asset, make_assets, png, store_asset

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
SDK = Path(sys.prefix) / "sdk"  # `make setup` installs it beside the environment: its package has our name
NEVER_MADE = "2" * 27
SCRIPT = """
import sys, urllib.request
from promptrails import NotFoundError, PromptRails

client = PromptRails(api_key=sys.argv[1], base_url=sys.argv[2])
page = client.assets.list(type="image", provider="fal", page=1, limit=20)
for asset in page.data:
    signed = client.assets.get_signed_url(asset.id)
    print(asset.file_name, len(urllib.request.urlopen(signed.url).read()), asset.file_size)
    client.assets.delete(asset.id)
    try:
        client.assets.get(asset.id)
    except NotFoundError as error:
        print(error.code, error.status_code)
print(client.assets.list().meta.total)
"""


def load(name: str) -> ModuleType:
    """The package under another name: its imports are relative, so nothing of it changes."""
    place = SDK / "promptrails" / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, place, submodule_search_locations=[str(place.parent)])
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sdk() -> Iterator[ModuleType]:
    sys.path.append(str(SDK))  # last, so that ours stays ours
    yield load("promptrails_sdk")
    sys.path.remove(str(SDK))


@pytest.fixture
def url(live_server: Any) -> str:
    return str(live_server.url)


@pytest.fixture
def client(sdk: ModuleType, url: str, secret: str) -> Iterator[Any]:
    with sdk.PromptRails(secret, base_url=url, max_retries=0) as client:
        yield client


def test_a_script_of_a_user_runs_as_it_is(url: str, secret: str, acme: Workspace, tmp_path: Path) -> None:
    asset = store_asset(acme, png(30, 20), file_name="Kıyı ☀.png")
    environ = {"PYTHONPATH": str(SDK), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, secret, url], cwd=tmp_path, env=environ, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.stderr == ""
    size = asset.file_size
    assert ran.stdout.splitlines() == [f"Kıyı ☀.png {size} {size}", "not_found 404", "0"]
    assert storage.head(asset.storage_key) is None


def test_the_client_is_the_pinned_one() -> None:
    """By what was installed: the client's own __version__ may lag behind."""
    installed = {one.name: one.version for one in importlib.metadata.distributions(path=[str(SDK)])}
    assert f"promptrails=={installed['promptrails']}" in (ROOT / "requirements-sdk.txt").read_text()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"type": "speech"}, {"voice"}),
        ({"type": "audio"}, {"voice"}),
        ({"type": "image"}, {"picture"}),
        ({"type": "video"}, {"film"}),
        ({"provider": "elevenlabs"}, {"voice"}),
        ({"execution_id": "run 7/ä"}, {"film", "voice"}),
        ({"agent_id": "painter"}, {"picture"}),
        ({"execution_id": "run 7/ä", "type": "video"}, {"film"}),
        ({"agent_id": "nobody"}, set()),
    ],
)
def test_each_filter_of_the_client_narrows_the_list(
    client: Any, acme: Workspace, wanted: dict[str, str], found: set[str]
) -> None:
    make_asset(acme, file_name="picture", agent_id="painter")
    make_asset(acme, file_name="film", type="video", execution_id="run 7/ä")
    make_asset(acme, file_name="voice", type="audio", provider="elevenlabs", execution_id="run 7/ä")
    page = client.assets.list(**wanted)
    assert {asset.file_name for asset in page.data} == found
    assert page.meta.total == len(found)


def test_pages_are_walked_by_number_to_the_end(client: Any, acme: Workspace) -> None:
    made = make_assets(acme, 45)
    seen, number, pages = [], 1, 1
    while number <= pages:
        page = client.assets.list(page=number, limit=20)
        assert (page.meta.page, page.meta.limit, page.meta.total) == (number, 20, 45)
        seen += [asset.id for asset in page.data]
        number, pages = number + 1, page.meta.pages
    assert seen == [asset.id for asset in made]
    assert pages == 3
    assert client.assets.list(page=9).data == []


def test_an_asset_has_every_field_that_the_client_knows(client: Any, acme: Workspace) -> None:
    facts: Any = {"execution_id": "e1", "agent_id": "a1", "metadata": {"model": "flux", "seed": 7}}
    stored = store_asset(acme, **facts)
    asset = client.assets.get(stored.id)
    assert (asset.id, asset.workspace_id, asset.type, asset.provider) == (stored.id, acme.id, "image", "fal")
    assert (asset.model, asset.file_name, asset.file_size) == ("flux", "picture.png", stored.file_size)
    assert (asset.mime_type, asset.storage_path) == ("image/png", stored.storage_key)
    assert (asset.execution_id, asset.agent_id, asset.metadata["seed"]) == ("e1", "a1", 7)
    assert asset.created_at.endswith("Z")
    bare = client.assets.get(store_asset(acme).id)
    assert (bare.execution_id, bare.agent_id) == (None, None)


def test_a_signed_url_gives_the_bytes(client: Any, acme: Workspace) -> None:
    signed = client.assets.get_signed_url(store_asset(acme, png(31, 7)).id)
    with urlopen(signed.url, timeout=10) as answer:
        assert answer.read() == png(31, 7)
        assert answer.headers["Content-Disposition"].startswith("attachment")
    assert signed.expires_at.endswith("Z")


def test_a_deleted_asset_is_gone_from_storage_too(client: Any, acme: Workspace) -> None:
    asset = store_asset(acme)
    assert client.assets.delete(asset.id) is None
    assert storage.head(asset.storage_key) is None
    assert not Asset.objects.exists()


def test_what_is_not_there_raises_not_found(client: Any, sdk: ModuleType) -> None:
    for call in (client.assets.get, client.assets.delete, client.assets.get_signed_url):
        with pytest.raises(sdk.NotFoundError) as raised:
            call(NEVER_MADE)
        assert (raised.value.status_code, raised.value.code) == (404, "not_found")
        assert raised.value.message.endswith(".")


def test_a_wrong_value_raises_a_validation_error_that_names_the_field(client: Any, sdk: ModuleType) -> None:
    with pytest.raises(sdk.ValidationError) as raised:
        client.assets.list(type="text", limit=20)
    assert raised.value.code == "validation_error"
    assert list(raised.value.details) == ["type"]
    assert "text" in raised.value.message


@pytest.mark.parametrize("state", ["malformed", "unknown", "revoked", "expired"])
def test_every_useless_key_raises_the_same_unauthorized_error(
    sdk: ModuleType, url: str, secret: str, acme: Workspace, state: str
) -> None:
    if state == "revoked":
        keys.revoke(acme, ApiKey.objects.get().pk, None)
    if state == "expired":
        ApiKey.objects.update(expires_at="2020-01-01T00:00:00Z")
    sent = {"malformed": "no key", "unknown": keys.PREFIX + "x" * 43}.get(state, secret)
    with sdk.PromptRails(sent, base_url=url) as client, pytest.raises(sdk.UnauthorizedError) as raised:
        client.assets.list()
    assert (raised.value.status_code, raised.value.code, raised.value.details) == (401, "unauthorized", {})
    assert raised.value.message == "Send a valid API key in the X-API-Key header."


def test_a_key_that_only_reads_raises_forbidden_on_delete(sdk: ModuleType, url: str, acme: Workspace) -> None:
    asset = make_asset(acme)
    secret = keys.issue(acme, name="reader", scopes=[Scope.READ])[1]
    with sdk.PromptRails(secret, base_url=url) as client:
        assert client.assets.get(asset.id).id == asset.id
        with pytest.raises(sdk.ForbiddenError) as raised:
            client.assets.delete(asset.id)
    assert (raised.value.code, raised.value.details) == ("forbidden", {"scope": "assets:write"})
    assert Asset.objects.exists()


def test_a_key_that_has_used_its_minute_up_raises_rate_limited(
    client: Any, sdk: ModuleType, settings: Any
) -> None:
    settings.API_RATE_LIMIT = 2
    client.assets.list()
    client.assets.list()
    with pytest.raises(sdk.RateLimitError) as raised:
        client.assets.list()
    assert raised.value.code == "rate_limited"
    assert 0 < raised.value.details["retry_after"] <= 61


def test_storage_that_is_away_raises_a_server_error_after_the_clients_own_retries(
    sdk: ModuleType, url: str, secret: str, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def away(*args: object, **kwargs: object) -> None:
        tries.append(args)
        raise StorageUnavailable("Storage does not answer.")

    monkeypatch.setattr(storage, "sign", away)
    asset = make_asset(acme)
    client = sdk.PromptRails(secret, base_url=url, max_retries=1)
    with client, pytest.raises(sdk.ServerError) as raised:
        client.assets.get_signed_url(asset.id)
    assert (raised.value.status_code, len(tries)) == (503, 2)
    assert raised.value.message["code"] == "storage_unavailable"


def test_the_asynchronous_client_does_the_same(
    sdk: ModuleType, url: str, secret: str, acme: Workspace
) -> None:
    stored = store_asset(acme, png(12, 12), agent_id="painter")
    make_assets(acme, 3)

    async def use() -> str:
        async with sdk.AsyncPromptRails(secret, base_url=url, max_retries=0) as client:
            page = await client.assets.list(type="image", agent_id="painter", page=1, limit=1)
            assert ([asset.id for asset in page.data], page.meta.total) == ([stored.id], 1)
            assert (await client.assets.get(stored.id)).file_size == stored.file_size
            signed = await client.assets.get_signed_url(stored.id)
            await client.assets.delete(stored.id)
            with pytest.raises(sdk.NotFoundError):
                await client.assets.get(stored.id)
            with pytest.raises(sdk.ValidationError):
                await client.assets.list(limit=1000)
            assert (await client.assets.list()).meta.total == 3
        async with sdk.AsyncPromptRails("no key", base_url=url, max_retries=0) as client:
            with pytest.raises(sdk.UnauthorizedError):
                await client.assets.list()
        return str(signed.url)

    with ThreadPoolExecutor(1) as pool:  # playwright's loop may run in this thread
        assert pool.submit(asyncio.run, use()).result().startswith("http")
    assert storage.head(stored.storage_key) is None
