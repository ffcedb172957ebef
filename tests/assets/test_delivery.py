"""Signed URLs: what storage is told to answer with, how long they live, and names in any script."""

import re
import string
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unittest import mock
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from assets import delivery
from assets.delivery import (
    LONGEST,
    NAME_BYTES,
    WINDOW,
    attachment,
    download_url,
    preview_url,
    safe_name,
)
from assets.errors import InvalidInput
from tests.storage_servers import using_storage

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass
class File:
    content_type: str = "image/png"
    file_name: str = "picture.png"
    storage_key: str = "assets/1/2/original"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    delivery.stable_url.cache_clear()
    yield
    delivery.stable_url.cache_clear()


def at(moment: datetime) -> AbstractContextManager[object]:
    clock = mock.Mock(wraps=datetime)
    clock.now.return_value = moment
    return mock.patch.object(delivery, "datetime", clock)


def parameters(url: str | None) -> dict[str, str]:
    assert url
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def name_in(header: str) -> str:
    """The file name as a client that knows RFC 6266 reads it: the extended form wins."""
    extended = re.search(r"; filename\*=UTF-8''([^;\s]+)$", header)
    simple = re.match(r'attachment; filename="([^"]+)"', header)
    assert simple
    return unquote(extended[1], errors="strict") if extended else simple[1]


def end_of(url: str | None) -> datetime:
    told = parameters(url)
    start = datetime.strptime(told["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return start + timedelta(seconds=int(told["X-Amz-Expires"]))


@pytest.mark.parametrize(
    "name",
    [
        "picture.png",
        "a b.png",
        "夕焼け.png",
        "صورة.mp4",
        "🦊 fox.wav",
        "naïve café.mp3",
        "100% + more & [x].png",
        "it's.png",
        "a;b=c,d.png",
        "no extension",
    ],
)
def test_a_name_in_any_script_arrives_as_it_is(name: str) -> None:
    assert name_in(attachment(name)) == name


@pytest.mark.parametrize(
    ("name", "saved_as"),
    [
        ('a"b.png', "a_b.png"),
        ("a\\b.png", "a_b.png"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\r\nSet-Cookie: x=1.png", "a__Set-Cookie_ x=1.png"),
        ("tab\tnull\0.png", "tab_null_.png"),
        ("photo\u202egnp.exe", "photo_gnp.exe"),
        ("line\u2028end.png", "line_end.png"),
        ("half\ud800.png", "half_.png"),
        ("", "download"),
        (" . ", "download"),
        ("CON.png", "_CON.png"),
        ("nul", "_nul"),
        ("com\u00b9.tar.gz", "_com\u00b9.tar.gz"),
        ("console.png", "console.png"),
    ],
)
def test_what_would_deceive_or_break_a_name_is_taken_out(name: str, saved_as: str) -> None:
    assert name_in(attachment(name)) == saved_as


@pytest.mark.parametrize(
    "name", ["a＂; filename=evil.exe.png", "a／b＼c：d.png", "％2e％2e.png", "e\u0301.png", "日本"]
)
def test_the_ascii_form_is_safe_even_where_letters_unfold_into_signs(name: str) -> None:
    simple = re.match(r'attachment; filename="([^"]*)"(; filename\*=UTF-8\'\'[^";\s]+)?$', attachment(name))
    assert simple
    assert not set('"\\/:%') & set(simple[1])
    assert simple[1]


def test_an_ascii_name_stands_in_for_other_scripts() -> None:
    assert attachment("夕焼け.png").startswith('attachment; filename="download.png"; ')
    assert attachment("café.png").startswith('attachment; filename="cafe.png"; ')
    assert attachment("plain.png") == 'attachment; filename="plain.png"'


@pytest.mark.parametrize("stem", ["a" * 5000, "夕" * 500, "🦊" * 500])
def test_a_very_long_name_is_cut_before_its_extension(stem: str) -> None:
    name = safe_name(f"{stem}.png")
    assert len(name.encode()) <= NAME_BYTES
    assert name.endswith(f"{stem[0]}.png")
    assert name_in(attachment(f"{stem}.png")) == name


@given(st.text(max_size=300))
def test_no_name_breaks_the_header(name: str) -> None:
    header = attachment(name)
    assert set(header) <= set(string.ascii_letters + string.digits + string.punctuation + " ")
    assert not set(name_in(header)) & set('/\\:*?"<>|\r\n\0' + BIDI)
    assert 1 <= len(name_in(header).encode()) <= NAME_BYTES


@pytest.mark.parametrize("content_type", ["image/png", "audio/mpeg", "video/mp4"])
def test_media_is_shown_inline_with_its_own_type(content_type: str) -> None:
    told = parameters(preview_url(File(content_type)))
    assert told["response-content-disposition"] == "inline"
    assert told["response-content-type"] == content_type


@pytest.mark.parametrize("content_type", ["image/svg+xml", "text/html", "application/xhtml+xml", "x/y", ""])
def test_what_could_carry_script_is_never_shown_and_downloads_as_bytes(content_type: str) -> None:
    file = File(content_type, "page.html")
    assert preview_url(file) is None
    told = parameters(download_url(file).url)
    assert told["response-content-type"] == "application/octet-stream"
    assert told["response-content-disposition"] == 'attachment; filename="page.html"'


def test_a_preview_keeps_its_url_within_a_window_and_changes_with_the_next() -> None:
    urls = []
    for seconds in (0, WINDOW - 1, WINDOW):
        with at(NOON + timedelta(seconds=seconds)):
            urls.append(preview_url(File()))
    assert urls[0] == urls[1] != urls[2]


@pytest.mark.parametrize("ttl", [1, 3600, LONGEST - WINDOW])
def test_a_preview_lives_at_least_the_configured_lifetime(ttl: int) -> None:
    last_second = NOON + timedelta(seconds=WINDOW - 1)
    with using_storage(signed_url_ttl=ttl), at(last_second):
        assert end_of(preview_url(File())) >= last_second + timedelta(seconds=ttl)


def test_a_preview_never_lives_longer_than_storage_allows() -> None:
    with using_storage(signed_url_ttl=LONGEST):
        assert parameters(preview_url(File()))["X-Amz-Expires"] == str(LONGEST)


@pytest.mark.parametrize("seconds", [1, 900, LONGEST])
def test_a_link_lives_as_long_as_asked_and_says_until_when(seconds: int) -> None:
    with at(NOON):
        made = download_url(File(), seconds)
    assert made.expires_in == seconds
    assert made.expires_at == end_of(made.url) == NOON + timedelta(seconds=seconds)


def test_a_download_lives_the_configured_lifetime() -> None:
    assert download_url(File()).expires_in == settings.STORAGE.signed_url_ttl


@pytest.mark.parametrize("seconds", [0, -1, LONGEST + 1, 10**12])
def test_a_lifetime_out_of_range_is_refused_in_a_sentence(seconds: int) -> None:
    with pytest.raises(InvalidInput, match=r"lives 1 to 604,800 seconds") as refused:
        download_url(File(), seconds)
    assert "expires_in" in refused.value.details
