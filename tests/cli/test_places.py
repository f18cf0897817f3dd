"""From arguments to a question: which root is the anchor, what was trusted before, what is kept."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.simulators.written import DAY, NOON_OF_DAY_3, START, Written
from trustui.cli.arguments import Unusable, add_place
from trustui.cli.places import Verified, keep_state, source_of, verify_place
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.primitives.instants import write_instant
from trustui.core.trace import Outcome
from trustui.crawl.client_state import save_state
from trustui.crawl.sources.directory import Directory
from trustui.demo.publisher import Publisher

AT = write_instant(NOON_OF_DAY_3)


def arguments(location: object, *more: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_place(parser)
    return parser.parse_args([str(location), *map(str, more)])


def verify(given: argparse.Namespace) -> Verified:
    with source_of(given) as source:
        return verify_place(given, source)


def anchored_by(given: argparse.Namespace) -> tuple[AnchorOrigin, str]:
    """Who vouches for the anchor, and where it was read."""
    anchor = verify(given).repository.question.anchor
    return anchor.origin, anchor.document.location


@pytest.fixture
def rotated(repo: Publisher) -> Publisher:
    """The vendor's repository once a second root is out."""
    repo.rotate("root")
    repo.publish(START + 2 * DAY)
    return repo


def keep(folder: Path, role: str, body: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{role}.json").write_bytes(body)
    return folder


# The anchor -----------------------------------------------------------------------------------


def test_a_given_root_is_pinned(place: Written) -> None:
    given = arguments(place.metadata, "--root", place.root)
    assert anchored_by(given) == (AnchorOrigin.PINNED, str(place.root))


def test_a_kept_root_that_is_newer_than_the_pinned_one_is_the_anchor(
    rotated: Publisher, place: Written, tmp_path: Path
) -> None:
    state = keep(tmp_path / "state", "root", rotated.document("root", 2))
    given = arguments(place.metadata, "--root", place.root, "--state", state)
    assert anchored_by(given) == (AnchorOrigin.KEPT, str(state / "root.json"))


def test_a_kept_root_that_is_no_newer_gives_way_to_the_pinned_one(
    repo: Publisher, place: Written, tmp_path: Path
) -> None:
    state = keep(tmp_path / "state", "root", repo.document("root", 1))
    given = arguments(place.metadata, "--root", place.root, "--state", state)
    assert anchored_by(given) == (AnchorOrigin.PINNED, str(place.root))


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'{"signed":{"_type":"root"}}'])
def test_a_pinned_root_that_cannot_be_read_is_never_replaced_by_a_kept_one(
    repo: Publisher, place: Written, tmp_path: Path, body: bytes
) -> None:
    state = keep(tmp_path / "state", "root", repo.document("root", 1))
    place.root.write_bytes(body)
    verified = verify(arguments(place.metadata, "--root", place.root, "--state", state))
    assert verified.repository.question.anchor.origin is AnchorOrigin.PINNED
    assert verified.trace.outcome is Outcome.FAILED


def test_a_kept_root_alone_is_the_anchor(repo: Publisher, place: Written, tmp_path: Path) -> None:
    state = keep(tmp_path / "state", "root", repo.document("root"))
    assert anchored_by(arguments(place.metadata, "--state", state))[0] is AnchorOrigin.KEPT


def test_the_place_s_own_root_is_trusted_on_first_use_only_when_asked(place: Written) -> None:
    own = str(place.metadata / "1.root.json")
    asked = arguments(place.metadata, "--trust-first-root")
    assert anchored_by(asked) == (AnchorOrigin.FIRST_USE, own)
    assert anchored_by(arguments(place.metadata)) == (AnchorOrigin.NOBODY, own)


# What was trusted before ----------------------------------------------------------------------


def test_what_a_history_says_was_trusted_gives_way_to_what_was_kept(
    repo: Publisher, place: Written, tmp_path: Path
) -> None:
    state = keep(tmp_path / "state", "timestamp", repo.document("timestamp", 1))
    without = verify(arguments(place.history, "--root", place.root, "--at", AT))
    with_state = verify(
        arguments(place.history, "--root", place.root, "--at", AT, "--state", state)
    )
    before = without.repository.question.trusted["timestamp"]
    kept = with_state.repository.question.trusted["timestamp"]
    assert before.body == repo.document("timestamp", 2)
    assert kept.body == repo.document("timestamp", 1)
    assert set(with_state.repository.question.trusted) == {"timestamp", "snapshot", "targets"}


# Instants -------------------------------------------------------------------------------------


def test_expiry_is_judged_at_the_clock_unless_told_otherwise(place: Written) -> None:
    verified = verify(arguments(place.metadata, "--at", AT))
    assert verified.trace.at == verified.trace.valid_at == NOON_OF_DAY_3
    later = verify(arguments(place.metadata, "--at", AT, "--valid-at", "2026-04-01T00:00:00Z"))
    assert later.trace.at == NOON_OF_DAY_3
    assert later.repository.question.valid_at == datetime(2026, 4, 1, tzinfo=UTC)


# The source -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("location", "more"),
    [
        ("gopher://vendor.example/", ()),
        ("https://vendor.example/", ("--allow-address", "not/a/host")),
    ],
)
def test_what_cannot_be_opened_is_the_arguments_fault(location: str, more: tuple[str, ...]) -> None:
    with pytest.raises(Unusable), source_of(arguments(location, *more)):
        pass


def test_a_source_is_closed_even_when_something_breaks(
    place: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    def close(source: Directory) -> None:
        closed.append(source.location)

    def break_while_open() -> None:
        with source_of(arguments(place.metadata)):
            raise ZeroDivisionError

    monkeypatch.setattr(Directory, "close", close)
    with pytest.raises(ZeroDivisionError):
        break_while_open()
    assert closed == [str(place.metadata)]


# What is kept ---------------------------------------------------------------------------------


def test_without_a_state_nothing_is_kept(place: Written) -> None:
    given = arguments(place.metadata, "--root", place.root, "--at", AT)
    assert keep_state(given, verify(given).repository.trusted) is None


def test_nothing_is_kept_while_nobody_vouches(place: Written, tmp_path: Path) -> None:
    """Else the second run would call verified what the first one did not."""
    given = arguments(place.metadata, "--at", AT, "--state", tmp_path / "state")
    for _ in range(2):
        verified = verify(given)
        assert keep_state(given, verified.repository.trusted) is None
        assert verified.trace.outcome is Outcome.UNDECIDED
    assert list((tmp_path / "state").iterdir()) == []


def test_a_newer_root_that_was_followed_is_kept(
    rotated: Publisher, place: Written, tmp_path: Path
) -> None:
    served = place.metadata / "2.root.json"
    served.write_bytes(rotated.document("root", 2))
    (place.metadata / "timestamp.json").write_bytes(rotated.document("timestamp"))
    given = arguments(
        place.metadata, "--root", place.root, "--at", AT, "--state", tmp_path / "state"
    )
    assert keep_state(given, verify(given).repository.trusted) is None
    assert (tmp_path / "state" / "root.json").read_bytes() == served.read_bytes()


def test_a_folder_that_cannot_be_made_is_told(place: Written) -> None:
    given = arguments(place.metadata, "--state", place.root / "below a file")
    told = keep_state(given, verify(given).repository.trusted)
    assert told is not None
    assert told.startswith(f"the state could not be kept in {place.root}")


def test_what_was_kept_is_what_a_second_run_starts_from(place: Written, tmp_path: Path) -> None:
    state = tmp_path / "state"
    given = arguments(place.metadata, "--root", place.root, "--at", AT, "--state", state)
    first = verify(given)
    save_state(state, first.repository.trusted)
    second = verify(given).repository.question.trusted
    kept = {role: document.body for role, document in first.repository.trusted.items()}
    del kept["root"]
    assert {role: document.body for role, document in second.items()} == kept
