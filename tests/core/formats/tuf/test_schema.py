"""Required members and their kinds: one sentence for each way to be formed wrongly."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.vectors.tuf.builders import delegating, staged
from trustui.core.formats.tuf.schema import problems

TYPES = ("root", "timestamp", "snapshot", "targets")


def documents() -> dict[str, Any]:
    """A sound document of each type, and targets with succinct bins."""
    repo = delegating(meta_hashes=True)
    bins = staged("bins")
    bins.delegate_hash_bins("targets", bit_length=1)
    bins.publish()
    found = {name: msgspec.json.decode(repo.document(name)) for name in TYPES}
    return found | {"bins": msgspec.json.decode(bins.document("targets"))}


SOUND = documents()


class Wrong(NamedTuple):
    """Set what stands at a path (or remove it, where nothing is given) and expect a sentence."""

    document: str
    path: tuple[str | int, ...]
    sentence: str
    value: object = ...

    def made(self) -> Any:
        document = copy.deepcopy(SOUND[self.document])
        *way, last = self.path
        holder = document
        for step in way:
            holder = holder[step]
        if self.value is ...:
            del holder[last]
        else:
            holder[last] = self.value
        return document


KEY = next(iter(SOUND["root"]["signed"]["keys"]))
WHAT_KEY = f"key {KEY[:16]}… (64 characters)"
DELEGATIONS = ("signed", "delegations")
TEAM = (*DELEGATIONS, "roles", 0)
BINS = (*DELEGATIONS, "succinct_roles")

WRONG = [
    Wrong("snapshot", ("signatures",), "signatures is null, not a list"),
    Wrong("snapshot", ("signatures",), "signatures is an object, not a list", {}),
    Wrong("snapshot", ("signatures", 0), "a signature is text, not an object", "sig"),
    Wrong("snapshot", ("signatures", 0, "keyid"), "a signature has no keyid"),
    Wrong("snapshot", ("signatures", 0, "sig"), "sig of a signature is 5, not text", 5),
    Wrong("snapshot", ("signed", "version"), "signed has no version"),
    Wrong("snapshot", ("signed", "expires"), "signed has no expires"),
    # Root
    Wrong("root", ("signed", "keys"), "signed has no keys"),
    Wrong("root", ("signed", "roles"), "roles of signed is a list, not an object", []),
    Wrong(
        "root",
        ("signed", "consistent_snapshot"),
        "consistent_snapshot is 1, not true or false",
        1,
    ),
    Wrong(
        "root",
        ("signed", "roles", "targets"),
        "roles are root, snapshot, timestamp, not the four top-level roles",
    ),
    Wrong(
        "root",
        ("signed", "roles", "mirrors"),
        "roles are mirrors, root, snapshot, targets, timestamp, not the four top-level roles",
        {},
    ),
    Wrong("root", ("signed", "roles", "root"), "role root is null, not an object", None),
    Wrong("root", ("signed", "roles", "root", "keyids"), "role root has no keyids"),
    Wrong("root", ("signed", "roles", "root", "threshold"), "role root has no threshold"),
    Wrong(
        "root",
        ("signed", "roles", "root", "keyids", 0),
        "keyids of role root holds something that is not text",
        7,
    ),
    Wrong("root", ("signed", "keys", KEY), f"{WHAT_KEY} is text, not an object", "key"),
    Wrong("root", ("signed", "keys", KEY, "scheme"), f"{WHAT_KEY} has no scheme"),
    Wrong("root", ("signed", "keys", KEY, "keytype"), f"keytype of {WHAT_KEY} is 1, not text", 1),
    Wrong("root", ("signed", "keys", KEY, "keyval"), f"{WHAT_KEY} has no keyval"),
    Wrong(
        "root", ("signed", "keys", KEY, "keyval", "public"), f"keyval of {WHAT_KEY} has no public"
    ),
    # Timestamp and snapshot
    Wrong("timestamp", ("signed", "meta"), "signed has no meta"),
    Wrong("timestamp", ("signed", "meta"), "timestamp lists nothing, not snapshot.json alone", {}),
    Wrong(
        "timestamp",
        ("signed", "meta", "root.json"),
        "timestamp lists snapshot.json, root.json, not snapshot.json alone",
        {"version": 1},
    ),
    Wrong("snapshot", ("signed", "meta"), "meta of signed is a list, not an object", []),
    Wrong(
        "snapshot",
        ("signed", "meta", "team.json"),
        "the entry for team.json is a list, not an object",
        [1],
    ),
    Wrong(
        "snapshot",
        ("signed", "meta", "team.json", "version"),
        "the entry for team.json has no version",
    ),
    Wrong(
        "snapshot",
        ("signed", "meta", "team.json", "version"),
        "the version listed for team.json is true",
        True,
    ),
    Wrong(
        "snapshot",
        ("signed", "meta", "team.json", "version"),
        "the version listed for team.json is 0",
        0,
    ),
    Wrong(
        "snapshot",
        ("signed", "meta", "team.json", "hashes"),
        "hashes of a file is text, not an object",
        "sha256",
    ),
    # Targets
    Wrong("targets", ("signed", "targets"), "signed has no targets"),
    Wrong("targets", ("signed", "targets", "x"), "the entry for x is null, not an object", None),
    Wrong("targets", ("signed", "targets", "x"), "the entry for x has no length", {"hashes": {}}),
    Wrong("targets", ("signed", "targets", "x"), "the entry for x has no hashes", {"length": 1}),
    Wrong("targets", DELEGATIONS, "delegations is a list, not an object", []),
    Wrong("targets", (*DELEGATIONS, "keys"), "delegations has no keys"),
    Wrong("targets", (*DELEGATIONS, "keys"), "keys of delegations is a list, not an object", []),
    Wrong(
        "targets",
        (*DELEGATIONS, "roles"),
        "delegations has neither roles nor succinct_roles",
    ),
    Wrong("targets", (*DELEGATIONS, "roles"), "delegations.roles is an object, not a list", {}),
    Wrong("targets", TEAM, "a delegated role is text, not an object", "team"),
    Wrong("targets", (*TEAM, "name"), "a delegated role has no name"),
    Wrong("targets", (*TEAM, "name"), "a delegated role has an empty name", ""),
    Wrong("targets", (*TEAM, "terminating"), "a delegated role has no terminating"),
    Wrong(
        "targets",
        (*TEAM, "terminating"),
        "terminating of a delegated role is 0, not true or false",
        0,
    ),
    Wrong("targets", (*TEAM, "threshold"), "delegated role team has no threshold"),
    Wrong(
        "targets",
        (*TEAM, "keyids"),
        "keyids of delegated role team is an object, not a list",
        {},
    ),
    Wrong("targets", (*TEAM, "paths"), "paths of delegated role team is text, not a list", "*"),
    Wrong(
        "targets",
        (*TEAM, "path_hash_prefixes"),
        "path_hash_prefixes of delegated role team holds something that is not text",
        [1],
    ),
    Wrong(
        "targets",
        (*DELEGATIONS, "roles"),
        "delegated role team is delegated to twice by one delegator",
        [SOUND["targets"]["signed"]["delegations"]["roles"][0]] * 2,
    ),
    Wrong("bins", BINS, "succinct_roles is a list, not an object", []),
    Wrong("bins", (*BINS, "keyids"), "succinct_roles has no keyids"),
    Wrong("bins", (*BINS, "threshold"), "succinct_roles has no threshold"),
    Wrong("bins", (*BINS, "name_prefix"), "name_prefix of succinct_roles is 5, not text", 5),
    Wrong("bins", (*BINS, "bit_length"), "succinct_roles has no bit_length"),
]


def type_of(document: str) -> str:
    return document if document in TYPES else "targets"


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.document}: {wrong.sentence}")
def test_it_says_first_what_is_wrong(wrong: Wrong) -> None:
    assert (
        next(problems(wrong.made(), type_of(wrong.document), map_is_proven=False)) == wrong.sentence
    )


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.document}: {wrong.sentence}")
def test_it_can_be_asked_for_all_that_is_wrong(wrong: Wrong) -> None:
    assert wrong.sentence in list(
        problems(wrong.made(), type_of(wrong.document), map_is_proven=False)
    )


@pytest.mark.parametrize("document", SOUND)
def test_sound_documents_have_no_problem(document: str) -> None:
    assert list(problems(SOUND[document], type_of(document), map_is_proven=False)) == []


def unknown_members() -> Iterator[tuple[str, Callable[[Any], object]]]:
    yield "root", lambda document: document["signed"].update(consistent=None)
    yield "root", lambda document: document["signed"]["keys"][KEY].update(private=None)
    yield "timestamp", lambda document: document["signed"]["meta"]["snapshot.json"].update(x=[])
    yield "snapshot", lambda document: document.update(note={})
    yield "targets", lambda document: document["signed"]["delegations"].update(succinct_roles=None)
    yield "targets", lambda document: document["signed"].update(delegations=None)


@pytest.mark.parametrize(("name", "add"), list(unknown_members()))
def test_members_that_nobody_knows_are_no_problem(name: str, add: Callable[[Any], object]) -> None:
    document = copy.deepcopy(SOUND[name])
    add(document)
    assert list(problems(document, name, map_is_proven=False)) == []


@pytest.mark.parametrize(("name", "member"), [("targets", "targets"), ("snapshot", "meta")])
def test_entries_whose_form_is_proven_are_not_looked_at(name: str, member: str) -> None:
    document = copy.deepcopy(SOUND[name])
    document["signed"][member] = {"x": "not looked at"}
    assert list(problems(document, name, map_is_proven=True)) == []
    assert list(problems(document, name, map_is_proven=False)) != []
