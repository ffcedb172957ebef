"""The demo: its files are real and various, and putting it in twice, or halfway, does no harm."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import av
import pytest
import pyvips
from django.core.management import call_command

from assets.kinds import media_type
from assets.models import Activity, Asset
from promptrails.demo import seed as seeding
from promptrails.demo.catalogue import CONTENT_TYPES, WORKS, demo_assets
from promptrails.demo.executions import EXECUTIONS
from promptrails.demo.making import make
from promptrails.demo.works import Work
from promptrails.workspaces.models import Membership, User, Workspace

DEMO = WORKS["demo"]
EVERY_WORK = [work for works in WORKS.values() for work in works]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def kind(work: Work) -> str:
    media = media_type(CONTENT_TYPES[work.extension])
    assert media is not None
    return media.kind


def of_kind(wanted: str) -> list[Work]:
    return [work for work in EVERY_WORK if kind(work) == wanted]


BEGINNINGS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff\xe0",
    "webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "wav": b"RIFF\0\0\0\0WAVEfmt ",
    "mp3": b"\xff\xfb\x90\x64",
    "ogg": b"OggS\0\2OpusHead",
    "opus": b"OggS\0\2OpusHead",
    "flac": b"fLaC\0\0\0\x22",
    "mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "webm": b"\x1aE\xdf\xa3\x42\x82\x84webm",
}


def stand_ins(works: Iterable[Work]) -> Iterator[bytes]:
    """Quick bytes that only begin like media, where a test is about rows."""
    return (BEGINNINGS[work.extension] + work.file_name.encode() for work in works)


def seed(makers: seeding.Maker = stand_ins, password: str = "a demo password") -> seeding.Seeded:
    return seeding.seed(password, lambda line: None, makers=makers)


@pytest.mark.parametrize("work", of_kind("image"), ids=lambda work: work.file_name)
def test_a_picture_decodes_in_its_size_and_is_no_plain_colour(work: Work) -> None:
    picture = pyvips.Image.new_from_buffer(make(work), "", fail_on="error")
    assert (picture.width, picture.height) == work.size
    assert picture.get("vips-loader").startswith({"jpg": "jpeg"}.get(work.extension, work.extension))
    assert picture.deviate() > 10


@pytest.mark.parametrize("work", of_kind("audio"), ids=lambda work: work.file_name)
def test_a_sound_decodes_to_its_length_and_is_not_silent(work: Work) -> None:
    with av.open(io.BytesIO(make(work)), "r") as container:
        frames = list(container.decode(audio=0))
    seconds = sum(frame.samples / frame.sample_rate for frame in frames)
    assert seconds == pytest.approx(work.seconds, abs=0.1)
    assert max(abs(frame.to_ndarray().astype(float)).max() for frame in frames) > 0.1


@pytest.mark.parametrize("work", of_kind("video"), ids=lambda work: work.file_name)
def test_a_film_decodes_moves_and_has_sound(work: Work) -> None:
    content = make(work)
    with av.open(io.BytesIO(content), "r") as container:
        assert (container.duration or 0) / 1e6 == pytest.approx(work.seconds, abs=0.15)
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == work.size
        frames = [frame.to_ndarray(format="gray").astype(float) for frame in container.decode(stream)]
        assert abs(frames[0] - frames[-1]).mean() > 0.5
    with av.open(io.BytesIO(content), "r") as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) > 44_100
    if work.extension == "mp4":
        assert content.index(b"moov") < content.index(b"mdat"), "a browser could not start before the end"


def test_the_demo_has_many_files_of_every_kind_and_format() -> None:
    kinds, formats = Counter(map(kind, DEMO)), Counter(work.extension for work in DEMO)
    assert len(DEMO) >= 72
    assert kinds["image"] >= 36
    assert kinds["audio"] >= 18
    assert kinds["video"] >= 12
    assert set(formats) == set(CONTENT_TYPES)
    assert min(formats.values()) >= 2


def test_pictures_have_several_shapes() -> None:
    ratios = [work.size[0] / work.size[1] for work in DEMO if work.size and kind(work) == "image"]
    assert min(ratios) < 0.8
    assert max(ratios) > 2
    assert 1 in ratios
    assert len({work.size for work in DEMO if work.size}) >= 12


def test_the_demo_spans_months_providers_agents_and_executions() -> None:
    placed = demo_assets("demo", NOON)
    assert placed[0].created_at > NOON - timedelta(minutes=10)
    assert placed[-1].created_at < NOON - timedelta(days=200)
    assert len({asset.work.provider for asset in placed}) >= 7
    assert len({asset.agent_id for asset in placed}) >= 5
    assert len({asset.execution_id for asset in placed}) >= 28
    tides = [kind(asset.work) for asset in placed if asset.work.execution == "podcast-tides"]
    assert set(tides) == {"image", "audio", "video"}


def test_every_execution_and_file_name_is_used_once() -> None:
    assert {work.execution for work in EVERY_WORK} == set(EXECUTIONS)
    assert len({work.file_name for work in EVERY_WORK}) == len(EVERY_WORK)


def test_the_same_anchor_gives_the_same_ids() -> None:
    first, second = demo_assets("demo", NOON), demo_assets("demo", NOON)
    assert [asset.id for asset in first] == [asset.id for asset in second]
    assert len({asset.id for asset in first}) == len(first)


def test_a_file_is_the_same_whenever_it_is_made() -> None:
    chime = next(work for work in DEMO if work.file_name == "success.wav")
    assert list(seeding.make_in_processes([chime])) == [make(chime)]


@pytest.mark.django_db
def test_the_command_adds_everything_and_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(seeding, "make_in_processes", stand_ins)
    call_command("seed_demo")
    printed = capsys.readouterr().out
    assert f"Making demo media: 24 of {len(EVERY_WORK)}" in printed
    assert f"The demo is ready: {len(EVERY_WORK)} assets made" in printed
    assert Asset.objects.filter(workspace__slug="demo").count() == len(DEMO)


@pytest.mark.django_db
def test_a_second_run_adds_nothing_and_leaves_a_changed_password_alone() -> None:
    seed()
    admin = User.objects.get(email="admin@example.com")
    admin.set_password("my own now")
    admin.save()
    before = set(Asset.objects.values_list("id", "updated_at"))
    assert {asset_id for asset_id, _ in before} >= {
        asset.id for asset in demo_assets("demo", Workspace.objects.get(slug="demo").created_at)
    }
    again = seed(password="another demo password")
    assert again.made == 0
    assert again.already_there == len(EVERY_WORK)
    assert set(Asset.objects.values_list("id", "updated_at")) == before
    admin.refresh_from_db()
    assert admin.check_password("my own now")


@pytest.mark.django_db
def test_an_interrupted_run_is_completed_by_the_next() -> None:
    def stops_after_seven(works: Iterable[Work]) -> Iterator[bytes]:
        yield from list(stand_ins(works))[:7]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seed(stops_after_seven)
    assert Asset.objects.count() == 7
    rest = seed()
    assert (rest.made, rest.already_there) == (len(EVERY_WORK) - 7, 7)
    assert Asset.objects.count() == len(EVERY_WORK)


@pytest.mark.django_db
def test_what_somebody_deleted_stays_deleted() -> None:
    seed()
    gone = Asset.objects.filter(workspace__slug="demo")[0]
    Activity.objects.create(
        workspace=gone.workspace, action=Activity.Action.ASSET_DELETED, actor_email="", asset_id=gone.id
    )
    gone.delete()
    assert seed().made == 0
    assert not Asset.objects.filter(id=gone.id).exists()


@pytest.mark.django_db
def test_people_have_their_roles_and_the_workspaces_share_nobody_and_nothing() -> None:
    seed()
    roles = set(Membership.objects.values_list("workspace__slug", "user__email", "role"))
    assert roles == {
        ("demo", "admin@example.com", "owner"),
        ("demo", "member@example.com", "user"),
        ("northwind", "stranger@example.com", "owner"),
    }
    ours, theirs = Workspace.objects.get(slug="demo"), Workspace.objects.get(slug="northwind")
    assert not ours.memberships.filter(user__memberships__workspace=theirs).exists()
    names = {slug: {work.file_name for work in works} for slug, works in WORKS.items()}
    for workspace in (ours, theirs):
        stored = set(Asset.objects.in_workspace(workspace).values_list("file_name", flat=True))
        assert stored == names[workspace.slug]
    assert not names["demo"] & names["northwind"]


@pytest.mark.django_db
def test_the_facts_of_the_making_are_recorded() -> None:
    seed()
    cover = Asset.objects.get(file_name="tides-episode-12-cover.png")
    assert (cover.width, cover.height, cover.type, cover.model) == (1024, 1024, "image", "gpt-image-1")
    assert cover.prompt.startswith("Podcast cover")
    assert cover.metadata["cost_usd"] == 0.042
    intro = Asset.objects.get(file_name="tides-episode-12-intro.mp3")
    assert intro.duration == 14
    assert intro.metadata["voice"] == "Callum"
    assert intro.execution_id == cover.execution_id
