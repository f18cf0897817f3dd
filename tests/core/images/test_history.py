"""What the past of a repository says that no single look does."""

from datetime import UTC, datetime, timedelta

from trustui.core.images.history import (
    FALLBACK_LOST,
    LOST_IN_COPY,
    MOVED_TO_UNSIGNED,
    SIGNING_STOPPED,
    TWO_SIGNED,
    RepositoryPast,
    TagPast,
    is_version,
    noticed,
)
from trustui.core.trace import Severity

NAME = "registry.example/team/app"
START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def digest(letter: str) -> str:
    return f"sha256:{letter * 64}"


def tag(name: str, letters: str, day: int = 0) -> TagPast:
    return TagPast(name, tuple(map(digest, letters)), START + day * DAY)


def past(*tags: TagPast, signed: str = "", unsigned: str = "", was: str = "") -> RepositoryPast:
    known = {digest(one): True for one in signed} | {digest(one): False for one in unsigned}
    ever = frozenset(map(digest, signed + was))
    return RepositoryPast(NAME, tags, known, ever)


def ids(one: RepositoryPast) -> list[tuple[str, str]]:
    return [(found.id, found.on.removeprefix(NAME)) for found in noticed(one)]


# ---- signing stopped


def releases(letters: str, day_by_day: bool = True) -> tuple[TagPast, ...]:
    return tuple(
        tag(f"1.{number}.0", letter, number if day_by_day else 0)
        for number, letter in enumerate(letters)
    )


def test_signing_stopped_when_recent_versions_are_not_signed_and_earlier_ones_are() -> None:
    (found,) = noticed(past(*releases("abcde"), signed="abc", unsigned="de"))
    assert (found.id, found.on, found.severity) == (SIGNING_STOPPED, NAME, Severity.HIGH)
    assert found.because == (
        "3 versions up to 1.2.0 are signed, and the 2 versions since 1.3.0 are not"
    )


def test_one_unsigned_version_is_a_slip() -> None:
    assert ids(past(*releases("abcd"), signed="abc", unsigned="d")) == []


def test_two_signed_versions_are_no_habit() -> None:
    assert ids(past(*releases("abcd"), signed="ab", unsigned="cd")) == []


def test_signing_that_began_did_not_stop() -> None:
    assert ids(past(*releases("abcde"), signed="cde", unsigned="ab")) == []


def test_what_could_not_be_looked_at_is_not_called_unsigned() -> None:
    assert ids(past(*releases("abcde"), signed="abc", unsigned="d")) == []


def test_versions_that_were_seen_at_once_are_ordered_by_their_numbers() -> None:
    tags = (
        tag("1.9.0", "a"),
        tag("1.10.0", "d"),
        tag("1.2.0", "b"),
        tag("1.11.0", "e"),
        tag("1.3.0", "c"),
    )
    assert ids(past(*tags, signed="abc", unsigned="de")) == [(SIGNING_STOPPED, "")]


def test_other_tags_than_versions_tell_nothing_of_signing() -> None:
    tags = tuple(tag(name, letter) for name, letter in zip("vwxyz", "abcde", strict=True))
    assert ids(past(*tags, signed="abc", unsigned="de")) == []


def test_what_a_version_is() -> None:
    assert [
        one
        for one in ("1.2.3", "v1.2.3", "1.2.3-rc.1", "1.2.3+b", "1.2", "latest", "1.2.3 ")
        if is_version(one)
    ] == ["1.2.3", "v1.2.3", "1.2.3-rc.1", "1.2.3+b"]


# ---- tags that move


def test_a_version_with_two_signed_digests() -> None:
    one = past(tag("1.2.3", "ab"), signed="b", was="a")
    (found,) = noticed(one)
    assert (found.id, found.on) == (TWO_SIGNED, f"{NAME}:1.2.3")
    assert digest("a") in found.because
    assert digest("b") in found.because


def test_a_version_that_came_back_has_one_digest() -> None:
    assert ids(past(tag("1.2.3", "aba"), signed="a", unsigned="b")) == []


def test_a_tag_that_is_meant_to_move_may() -> None:
    assert ids(past(tag("latest", "ab"), signed="b", was="a")) == []


def test_a_tag_that_moved_to_an_unsigned_digest() -> None:
    (found,) = noticed(past(tag("latest", "ab"), unsigned="b", was="a"))
    assert (found.id, found.on) == (MOVED_TO_UNSIGNED, f"{NAME}:latest")
    assert found.because == (
        f"the tag moved from {digest('a')}, which was signed, to {digest('b')}, which is not"
    )


def test_a_tag_whose_digests_were_never_signed_moved_from_nothing() -> None:
    assert ids(past(tag("latest", "ab"), unsigned="ab")) == []


def test_a_move_to_what_could_not_be_looked_at_is_not_told() -> None:
    assert ids(past(tag("latest", "ab"), was="a")) == []


# ---- copies and indexes


def test_a_signature_that_a_copy_left_behind() -> None:
    one = RepositoryPast(
        NAME,
        (tag("latest", "a"), tag("other", "b"), tag("third", "c")),
        {digest("a"): False, digest("b"): True},
        elsewhere={digest(one): ("registry.example/origin",) for one in "abcd"},
    )
    (found,) = noticed(one)
    assert (found.id, found.on) == (LOST_IN_COPY, f"{NAME}@{digest('a')}")
    assert "signed in registry.example/origin" in found.because


def test_many_names_are_counted() -> None:
    names = tuple(f"registry.example/{number}" for number in range(7))
    one = RepositoryPast(
        NAME, (tag("latest", "a"),), {digest("a"): False}, elsewhere={digest("a"): names}
    )
    (found,) = noticed(one)
    assert "registry.example/4 and 2 more" in found.because


def test_entries_that_a_fallback_index_lost() -> None:
    one = RepositoryPast(NAME, lost={digest("a"): (digest("e"),)})
    (found,) = noticed(one)
    assert (found.id, found.on) == (FALLBACK_LOST, f"{NAME}@{digest('a')}")
    assert digest("e") in found.because
