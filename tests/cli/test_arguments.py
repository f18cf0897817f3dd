"""Arguments that several verbs share."""

import argparse
from datetime import UTC, datetime

import pytest

from trustui.cli.arguments import add_place, instant


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(exit_on_error=False)
    add_place(made)
    return made


def test_an_instant_is_utc() -> None:
    assert instant("2026-06-01T02:03:04Z") == datetime(2026, 6, 1, 2, 3, 4, tzinfo=UTC)


def test_an_instant_with_an_offset_becomes_utc() -> None:
    read = instant("2026-06-01T02:00:00+02:00")
    assert (read, read.tzinfo) == (datetime(2026, 6, 1, tzinfo=UTC), UTC)


def test_now_is_the_clock() -> None:
    before = datetime.now(UTC)
    assert before <= instant("now") <= datetime.now(UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-06-01", "2026-06-01T00:00:00", "2026-02-30T00:00:00Z", "0"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="such as 2026-06-01T00:00:00Z"):
        instant(text)


def test_a_place_alone_asks_for_nothing_more(parser: argparse.ArgumentParser) -> None:
    assert vars(parser.parse_args(["place"])) == {
        "location": "place",
        "root": None,
        "trust_first_root": False,
        "at": None,
        "valid_at": None,
        "state": None,
        "allow_address": [],
        "json": False,
    }


def test_addresses_are_allowed_one_by_one(parser: argparse.ArgumentParser) -> None:
    given = parser.parse_args(["place", "--allow-address", "a", "--allow-address", "b"])
    assert given.allow_address == ["a", "b"]
    assert parser.parse_args(["place"]).allow_address == []


def test_a_pinned_root_and_trust_on_first_use_exclude_each_other(
    parser: argparse.ArgumentParser,
) -> None:
    with pytest.raises(argparse.ArgumentError, match="not allowed with"):
        parser.parse_args(["place", "--root", "file", "--trust-first-root"])


def test_every_argument_is_explained(parser: argparse.ArgumentParser) -> None:
    described = [action.help for action in parser._actions]
    assert all(described)
