"""Foreign text in columns: nothing lost, nothing that hides, versions in their order."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.inventoried import START, new_source
from trustui.core.primitives.text import has_hidden_characters
from trustui.inventory.models import HEX, NAME, Source
from trustui.inventory.text import (
    exact,
    identity,
    real_name,
    storable,
    version_rank,
    version_text,
)

ANY_TEXT = st.text(st.characters(codec=None), max_size=600)
"""With lone surrogates and NUL."""


@given(ANY_TEXT)
def test_what_is_stored_shows_itself_and_fits(text: str) -> None:
    shown = storable(text, NAME)
    assert len(shown) <= NAME
    assert not has_hidden_characters(shown)
    assert shown.encode().decode() == shown


@given(ANY_TEXT)
def test_the_real_name_comes_back(text: str) -> None:
    shown = storable(text, NAME)
    assert real_name(shown, exact(text, shown)) == text


def test_a_name_that_shows_itself_is_kept_once() -> None:
    assert exact("targets", storable("targets", NAME)) is None


def test_names_that_look_alike_have_their_own_identity() -> None:
    names = ["a", "a\u200b", "\ud800", "\udfff", "\\u{200B}", "A"]
    assert len({identity(name) for name in names}) == len(names)
    assert {len(identity(name)) for name in names} == {HEX}


@pytest.mark.django_db
def test_every_character_comes_back_from_the_database() -> None:
    text = "".join(map(chr, [0, 7, 0x1F, 0x7F, 0xD800, 0x202E, 0xFEFF, 0xFFFF, 0x1F511, 0x10FFFF]))
    source = new_source(storable(f"{text} ünï", 200))
    assert Source.objects.get(name=source.name).created_at == START
    assert connection.vendor in {"sqlite", "postgresql"}


LARGEST = 10**4_000 - 1


@given(st.integers(1, LARGEST), st.integers(1, LARGEST))
def test_ranks_sort_as_versions_do(one: int, other: int) -> None:
    """Those with more than 56 digits that begin alike share a rank; they are one in 10^56."""
    assert (version_rank(one) < version_rank(other)) == (one < other) or str(one)[:56] == str(
        other
    )[:56]


@pytest.mark.parametrize("digits", [1, 9, 10, 56, 57, 4_000])
def test_a_rank_grows_with_every_digit(digits: int) -> None:
    nines = int("9" * digits)
    if digits < 4_000:
        assert version_rank(nines) < version_rank(nines + 1)
    assert len(version_rank(nines)) <= 60


def test_long_versions_are_cut_and_still_differ() -> None:
    one, other = "9" * 3_999 + "8", "9" * 4_000
    assert version_text("1") == "1"
    assert version_text("9" * 40) == "9" * 40
    assert version_text(one) != version_text(other)
    assert version_text(one).endswith("(4000 digits)")
    assert len(version_text(one)) <= 40


def test_a_version_that_is_no_number_is_still_shown_safely() -> None:
    assert version_text("\x00") == "\\u{0000}"
    assert len(version_text("\x00" * 60)) <= 40
    assert len(version_text("\x00" * 39)) <= 40
