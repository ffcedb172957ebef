"""What holds for every KSUID."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, given
from hypothesis import strategies as st
from ksuid import Ksuid

from promptrails.workspaces.ksuids import LARGEST, is_ksuid, new_ksuid, validate_ksuid
from promptrails.workspaces.models import Workspace

EPOCH = datetime(2014, 5, 13, 16, 53, 20, tzinfo=UTC)  # of segmentio/ksuid
MOMENTS = st.integers(0, 2**32 - 1).map(lambda seconds: EPOCH + timedelta(seconds=seconds))
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@given(MOMENTS)
def test_a_new_id_is_a_ksuid_of_its_moment(moment: datetime) -> None:
    text = new_ksuid(moment)
    assert is_ksuid(text)
    assert Ksuid.from_base62(text).datetime == moment


@given(MOMENTS, MOMENTS)
def test_ids_sort_as_their_moments_do(one: datetime, two: datetime) -> None:
    assume(one != two)
    assert (new_ksuid(one) < new_ksuid(two)) == (one < two)


@given(st.binary(min_size=20, max_size=20))
def test_any_160_bits_go_there_and_back(payload: bytes) -> None:
    text = str(Ksuid.from_bytes(payload))
    assert is_ksuid(text)
    assert bytes(Ksuid.from_base62(text)) == payload


@given(st.text(BASE62, min_size=27, max_size=27))
def test_of_27_letters_and_digits_those_of_160_bits_are_ksuids(text: str) -> None:
    number = 0
    for character in text:
        number = number * 62 + BASE62.index(character)
    assert is_ksuid(text) == (number < 2**160)


@given(st.one_of(st.text(), st.text(min_size=27, max_size=27), st.none(), st.integers(), st.binary()))
def test_anything_may_be_asked_about(thing: object) -> None:
    assert is_ksuid(thing) in {True, False}
    assert not is_ksuid(thing) or (isinstance(thing, str) and set(thing) <= set(BASE62))


@pytest.mark.parametrize(
    "text",
    [
        "",
        LARGEST + "0",
        LARGEST[:-1],
        LARGEST + "\n",
        LARGEST[:-1] + "W",
        "٣" * 27,
        "0" * 26 + "é",
        "0" * 26 + "\0",
    ],
)
def test_near_misses_are_refused(text: str) -> None:
    assert not is_ksuid(text)
    with pytest.raises(ValidationError, match="An id is a KSUID"):
        validate_ksuid(text)


def test_the_smallest_and_the_largest_are_accepted() -> None:
    for text in ("0" * 27, LARGEST):
        validate_ksuid(text)


def test_two_ids_of_one_moment_differ() -> None:
    assert len({new_ksuid(EPOCH) for _ in range(1000)}) == 1000


@pytest.mark.django_db
def test_the_database_sorts_them_by_their_bytes() -> None:
    ids = ["0" * 27, "0" * 26 + "A", "0" * 26 + "a", "A" + "0" * 26, "Z" + "0" * 26, LARGEST]
    Workspace.objects.bulk_create(
        Workspace(id=one, slug=f"w{number}") for number, one in enumerate(reversed(ids))
    )
    assert list(Workspace.objects.order_by("id").values_list("id", flat=True)) == ids
