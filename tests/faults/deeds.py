"""What people and programs do to assets, so that it can be cut short anywhere and done again."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from assets import bulk, ingest, previewing, storage
from assets.ingest import AssetFacts
from assets.kinds import Kind, media_type
from assets.models import Asset, BulkDeletion, IdempotentAnswer, Preview, RetentionRule, Upload
from assets.previews import Preview as Made
from assets.previews import Sandbox
from promptrails.workspaces import keys
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import Scope, User, Workspace
from tests.api.calling import ASSETS, DELETE, FORM, JSON, UPLOADS, Answer, file_part, form, request
from tests.factories import png, store_asset
from tests.faults import truth
from tests.faults.lab import Lab
from tests.people import signed_in

FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
MEBIBYTE = 1024 * 1024


@dataclass
class World:
    """A workspace, its owner signed in, a key of the API, and the processes that serve them."""

    lab: Lab
    workspace: Workspace
    owner: User

    def __post_init__(self) -> None:
        self.key = keys.issue(self.workspace, name="agents", scopes=Scope.values)[1]
        self.session = signed_in(self.owner).cookies["session"].value

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer | None:
        return self.lab.send(method, path, body, X_API_Key=self.key, **headers)

    def post(self, path: str, body: str = "") -> Answer | None:
        """A form of a page."""
        token = "t" * 32
        cookies = f"session={self.session}; csrftoken={token}"
        form_type = "application/x-www-form-urlencoded"
        return self.lab.send("POST", path, body, Cookie=cookies, X_CSRFToken=token, Content_Type=form_type)


@dataclass
class Deed:
    """`again` tells what a client that saw no answer may be answered when it asks once more."""

    go: Callable[[], Answer | None]
    again: set[int]
    check: Callable[[], None]


def upload(world: World, body: bytes, name: str, content_type: str) -> Deed:
    once = secrets.token_hex(8)
    sent = form(file_part(body, f"{once}-{name}", content_type))

    def check() -> None:
        (asset,) = Asset.objects.filter(file_name=f"{once}-{name}")
        assert storage.read(asset.storage_key, 0, len(body) + 1) == body

    return Deed(
        lambda: world.call("POST", ASSETS, sent, Content_Type=FORM, Idempotency_Key=once), {201}, check
    )


def upload_a_picture(world: World) -> Deed:
    return upload(world, png(), "a.png", "image/png")


def upload_a_film_in_parts(world: World) -> Deed:
    return upload(world, FILM + bytes(17 * MEBIBYTE), "a.mp4", "video/mp4")


def begin_a_direct_upload(world: World) -> Deed:
    facts = json.dumps({"file_name": "a.png", "file_size": 100, "content_type": "image/png"})
    return Deed(lambda: world.call("POST", UPLOADS, facts, Content_Type=JSON), {201}, lambda: None)


def sent_directly(world: World, announced: str, body: bytes) -> str:
    """The id of a direct upload whose bytes are in storage."""
    facts = AssetFacts(file_name=f"{secrets.token_hex(8)}.png", content_type=announced)
    begun = ingest.request_upload(world.workspace, facts, len(body))
    assert request("PUT", begun.url, body, **begun.headers)[0] == 200
    return begun.id


def complete_a_direct_upload(world: World) -> Deed:
    id = sent_directly(world, "image/png", png())

    def check() -> None:
        assert Asset.objects.get(pk=id).file_size == len(png())

    return Deed(lambda: world.call("POST", f"{UPLOADS}/{id}/complete"), {201}, check)


def complete_what_is_no_picture(world: World) -> Deed:
    id = sent_directly(world, "image/png", b"<html>" + bytes(200))

    def check() -> None:
        assert not Asset.objects.filter(pk=id).exists()
        assert not storage.head(f"assets/{world.workspace.pk}/{id}.png")

    return Deed(lambda: world.call("POST", f"{UPLOADS}/{id}/complete"), {404, 415}, check)


def previewed(world: World) -> Asset:
    """An asset of two objects: the file, and a picture that nobody made of it."""
    asset = store_asset(world.workspace)
    claimed = Preview.objects.get(pk=asset.pk)
    previewing.record(claimed, asset, Made(picture=b"RIFF", width=8, height=8))
    return asset


def gone(assets: list[Asset]) -> Callable[[], None]:
    def check() -> None:
        assert not Asset.objects.filter(pk__in=[asset.pk for asset in assets]).exists()
        for asset in assets:
            assert not list(storage.list_objects(f"assets/{asset.workspace_id}/{asset.pk}"))

    return check


def delete_on_its_page(world: World) -> Deed:
    asset = previewed(world)
    path = f"/w/{world.workspace.slug}/assets/{asset.pk}/delete/"
    return Deed(lambda: world.post(path), {302, 404}, gone([asset]))


def delete_by_the_api(world: World) -> Deed:
    asset = previewed(world)
    return Deed(lambda: world.call("DELETE", f"{ASSETS}/{asset.pk}"), {204, 404}, gone([asset]))


def delete_many_by_the_api(world: World) -> Deed:
    assets = [previewed(world) for _ in range(3)]
    ids, once = json.dumps({"ids": [asset.pk for asset in assets]}), secrets.token_hex(8)

    def check() -> None:
        gone(assets)()
        assert IdempotentAnswer.objects.filter(key=once).count() == 1

    go = lambda: world.call("POST", DELETE, ids, Content_Type=JSON, Idempotency_Key=once)  # noqa: E731
    return Deed(go, {200}, check)


def drafted(world: World, count: int) -> tuple[BulkDeletion, list[Asset]]:
    assets = [previewed(world) for _ in range(count)]
    return bulk.draft_of_chosen(world.workspace, [asset.pk for asset in assets]), assets


def confirm_a_deletion_of_many(world: World) -> Deed:
    draft, assets = drafted(world, 3)
    path = f"/w/{world.workspace.slug}/deletions/{draft.pk}/confirm/"
    return Deed(lambda: world.post(path, "count=3"), {302, 409}, gone(assets))


def worker(world: World, name: str, check: Callable[[], None]) -> Deed:
    """None while the process dies over it, so it can be asked as web processes are."""

    def go() -> Answer | None:
        code, _ = world.lab.ended(world.lab.start(name))
        return Answer(200, {}, b"") if code == 0 else None

    return Deed(go, {200}, check)


def work_off_a_deletion_of_many(world: World) -> Deed:
    draft, assets = drafted(world, 12)
    BulkDeletion.objects.filter(pk=draft.pk).update(state=bulk.State.RUNNING, actor=world.owner)

    def check() -> None:
        gone(assets)()
        draft.refresh_from_db()
        assert (draft.state, draft.deleted, draft.gone) == (bulk.State.DONE, 12, 0)

    return worker(world, "delete_in_bulk", check)


def make_previews(world: World) -> Deed:
    """Of a new asset, and once more of one that has a picture."""
    assets = [previewed(world), store_asset(world.workspace)]
    previewing.ask_again(Q(pk=assets[0].pk))

    def check() -> None:
        for asset in Asset.objects.filter(pk__in=[asset.pk for asset in assets]):
            assert (asset.preview_status, asset.width) == ("ready", 8)

    return worker(world, "make_previews", check)


def clean_up_what_never_finished(world: World) -> Deed:
    """An object and parts of one, whose intents have expired."""
    media, keys = media_type("image/png"), []
    assert media
    for in_parts in (False, True):
        intent = ingest.intents.record_intent(world.workspace, new_ksuid(), media)
        writer = storage.ObjectWriter(intent.storage_key, "image/png")
        writer.write(bytes(9 * MEBIBYTE if in_parts else 100))
        if not in_parts:
            writer.close()
        keys.append(intent.storage_key)
    Upload.objects.filter(storage_key__in=keys).update(expires_at=timezone.now())
    return worker(world, "clean_up", lambda: None)


def let_assets_expire(world: World) -> Deed:
    long_ago = timezone.now() - timedelta(days=40)
    old = [store_asset(world.workspace, created_at=long_ago) for _ in range(7)]
    rule = {"days": 30, "starts_at": long_ago}
    RetentionRule.objects.update_or_create(workspace=world.workspace, type=Kind.IMAGE, defaults=rule)

    def check() -> None:
        gone(old)()

    return worker(world, "expire", check)


WEB = (
    upload_a_picture,
    upload_a_film_in_parts,
    begin_a_direct_upload,
    complete_a_direct_upload,
    complete_what_is_no_picture,
    delete_on_its_page,
    delete_by_the_api,
    delete_many_by_the_api,
    confirm_a_deletion_of_many,
)
WORKER: dict[Callable[[World], Deed], str] = {
    work_off_a_deletion_of_many: "delete_in_bulk",
    make_previews: "make_previews",
    clean_up_what_never_finished: "clean_up",
    let_assets_expire: "expire",
}


@contextmanager
def serving(world: World) -> Iterator[None]:
    """A web process while the block runs."""
    pid = world.lab.start("serve")
    yield
    world.lab.kill(pid)


def all_is_well_again(sandbox: Sandbox, done: list[Deed]) -> None:
    """Whoever saw no answer asks again, and whoever saw one may; then time passes."""
    for deed in done:
        again = deed.go()
        assert again
        assert again.status_code in deed.again, again.content
    truth.let_time_pass(sandbox)
    truth.settled()
    for deed in done:
        deed.check()
