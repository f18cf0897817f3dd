"""Changes on their way: what was staged while people signed, commit by commit.

The `signing-events` of Sigstore and Joomla, and a ceremony of 2022 in an older layout. The CSV
beside the files counts the signatures of each state; it was written by another program.
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.data.places_on_disk import parsed
from trustui.core.checks.threshold import Tally


@dataclass(frozen=True)
class Event:
    """One series of states. `published` holds each version as it came out in the end."""

    folder: str
    series: int
    states: int
    published: str


EVENTS = (
    Event(
        "tuf/sigstore-root-signing/signing-events",
        series=3,
        states=84,
        published="tuf/sigstore-root-signing/history",
    ),
    Event(
        "tuf/sigstore-root-signing/ceremony-2022-10-18",
        series=1,
        states=6,
        published="tuf/sigstore-root-signing/history",
    ),
    Event(
        "tuf/joomla-updates/signing-events",
        series=2,
        states=82,
        published="tuf/joomla-updates/history",
    ),
)


SIGNED_OTHER_BYTES = {
    "root-v02-001.json",
    "root-v02-002.json",
    "root-v11-019.json",
    "root-v11-020.json",
}
"""Joomla: a new keyholder signed while asking to be named in root, before the root was made. Both
roots were published with that signature, and `index.csv` does not count it either."""


@dataclass(frozen=True)
class State:
    role: str
    version: int
    entries: int
    given: int
    """Entries that are not empty."""
    path: Path
    published: Path


@pytest.fixture(params=EVENTS, ids=lambda event: event.folder)
def states(request: pytest.FixtureRequest, shared_data: Callable[[str], Path]) -> list[State]:
    event: Event = request.param
    folder, published = shared_data(event.folder), shared_data(event.published)
    series = sorted(folder.glob("*-events.csv"))
    found = [state for listed in series for state in states_of(listed, published)]
    assert (len(series), len(found)) == (event.series, event.states)
    return found


def states_of(listed: Path, published: Path) -> Iterator[State]:
    role = listed.name.removesuffix("-events.csv")
    with listed.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            yield State(
                role=role,
                version=int(line["version"]),
                entries=int(line["signature_entries"]),
                given=int(line["non_empty_signatures"]),
                path=listed.parent / line["file"],
                published=published / role / f"{line['version']}.{role}.json",
            )


def before(state: State) -> Path:
    """The root that was in force while this one was staged."""
    return state.published.with_name(f"{state.version - 1}.root.json")


def tallies(state: State) -> tuple[Tally, Tally]:
    """The signatures of a staged root, by the keys of the root in force and by its own."""
    staged, in_force = parsed(state.path), parsed(before(state)).metadata
    own = staged.metadata
    return (
        staged.signed.tally(in_force.role("root"), in_force),
        staged.signed.tally(own.role("root"), own),
    )


def people_who_signed(state: State) -> int:
    """Different keys of the staged root with a signature of these bytes, from the bare JSON."""
    document = json.loads(state.path.read_bytes())
    root = document["signed"]
    given = {one["keyid"] for one in document["signatures"] if one["sig"]}
    named = given & set(root["roles"]["root"]["keyids"])
    people = len({root["keys"][keyid]["keyval"]["public"] for keyid in named})
    return people - (state.path.name in SIGNED_OTHER_BYTES)


def test_it_reads_every_state_and_counts_its_signatures_as_recorded(states: list[State]) -> None:
    for state in states:
        metadata = parsed(state.path).metadata
        given = sum(bool(one.sig) for one in metadata.signatures)
        found = (metadata.version, len(metadata.signatures), given)
        assert found == (state.version, state.entries, state.given), state.path.name


def test_each_person_who_signed_a_staged_root_counts_once(states: list[State]) -> None:
    roots = [state for state in states if state.role == "root"]
    found = {state.path.name: tallies(state)[1].signed for state in roots}
    assert found == {state.path.name: people_who_signed(state) for state in roots}
    assert set(found.values()) > {0, 1}


def test_a_root_was_published_only_once_both_thresholds_were_reached(states: list[State]) -> None:
    roots = [state for state in states if state.role == "root"]
    complete = {state.version for state in roots if not any(one.missing for one in tallies(state))}
    unsigned = [state for state in roots if people_who_signed(state) == 0]
    assert complete == {state.version for state in roots}
    assert unsigned
    for state in unsigned:
        assert tallies(state)[1].missing == tallies(state)[1].threshold, state.path.name
