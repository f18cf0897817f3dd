"""The quick way to read large documents comes to the same end as the general way, or gives up."""

import copy
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vectors.tuf.builders import client, staged
from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.tuf import reading
from trustui.core.formats.tuf.large_maps import (
    LARGE,
    Members,
    MetaEntry,
    SomeHashes,
    TargetEntry,
    read_large,
)
from trustui.core.formats.tuf.parse import parse_for_signing
from trustui.core.limits import JsonLimits
from trustui.core.trace import Outcome

COUNT = 500
LIMITS = JsonLimits()


def documents() -> dict[str, Any]:
    """A sound snapshot and sound targets, each with so many entries."""
    repo = staged("large", compact=True, meta_hashes=True)
    for number in range(COUNT):
        repo.add_target("targets", f"packages/{number:04}.tar.gz", b"")
        repo.claim("snapshot", f"role-{number:04}", version=number + 1)
    repo.publish()
    return {role: msgspec.json.decode(repo.document(role)) for role in ("targets", "snapshot")}


SOUND = documents()


class Answer(NamedTuple):
    """What a reader comes to: facts with the bytes that are signed, or the check that fails."""

    facts: object
    signed_bytes: bytes
    failed: str


def answer(body: bytes) -> Answer:
    try:
        parsed = parse_for_signing(Document("", body))
    except ParseError as error:
        return Answer(None, b"", error.check or "tuf.meta.parse")
    return Answer(parsed.metadata, parsed.signed.signed_bytes, "")


def general_answer(body: bytes) -> Answer:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "read_large", lambda *_: None)
        return answer(body)


def compact(document: Any, *, ordered: bool = True) -> bytes:
    return json.dumps(
        document, separators=(",", ":"), sort_keys=ordered, ensure_ascii=False
    ).encode()


def indented(document: Any) -> bytes:
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False).encode()


def edited(role: str, edit: Callable[[Any], object]) -> Any:
    document = copy.deepcopy(SOUND[role])
    edit(document)
    return document


# What is quick


@pytest.mark.parametrize("role", ["targets", "snapshot"])
@pytest.mark.parametrize("write", [compact, indented])
def test_ordinary_large_documents_are_read_in_the_quick_way(
    role: str, write: Callable[[Any], bytes]
) -> None:
    body = write(SOUND[role])
    large = read_large(body, LIMITS)
    assert large is not None
    assert large.document == SOUND[role]
    assert not large.has_float
    assert answer(body) == general_answer(body)


def test_the_members_may_stand_in_either_order() -> None:
    document = {"signed": SOUND["targets"]["signed"], "signatures": []}
    body = compact(document, ordered=False)
    assert body.startswith(b'{"signed"')
    assert read_large(body, LIMITS) is not None
    assert answer(body) == general_answer(body)


def test_a_float_beside_the_map_is_told() -> None:
    body = compact(edited("targets", lambda document: document["signed"].update(x=[0.5])))
    large = read_large(body, LIMITS)
    assert large is not None
    assert large.has_float
    assert answer(body).failed == "tuf.meta.schema"


def test_odd_spelling_beside_the_map_is_no_hindrance() -> None:
    plain = compact(SOUND["targets"])
    body = plain.replace(b'"_type"', b'"x":[1.50,1e3,"\\u0061"],"_type"')
    large = read_large(body, LIMITS)
    assert large is not None
    assert large.document["signed"]["x"] == [1.5, 1000.0, "a"]


def test_where_the_map_is_little_of_a_document_the_general_way_reads_it() -> None:
    body = compact(edited("targets", lambda document: document["signed"].update(x="x" * 1_000_001)))
    assert read_large(body, LIMITS) is None


def test_a_repository_of_large_documents_verifies() -> None:
    repo = staged("large", compact=True)
    for number in range(COUNT):
        repo.add_target("targets", f"packages/{number:04}\x07\u2028鍵.tar.gz", b"x")
    repo.publish()
    verdict = client(repo).verify(repo.files, "packages/0007\x07\u2028鍵.tar.gz")
    assert verdict.outcome is Outcome.PASSED


# What is left to the general way


def at_entry(edit: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda document: edit(document["signed"]["targets"]["packages/0007.tar.gz"])


def at_meta(edit: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda document: edit(document["signed"]["meta"]["role-0007.json"])


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


LEFT: list[tuple[str, Callable[[Any], object], str]] = [
    ("targets", at_entry(lambda entry: entry.update(custom={"a": 1})), ""),
    ("targets", at_entry(lambda entry: entry.update(note="unknown")), ""),
    ("targets", at_entry(lambda entry: entry.update(hashes={"sha512": "00"})), ""),
    ("targets", at_entry(lambda entry: entry.update(hashes={"crc32": "00"})), ""),
    ("targets", at_entry(lambda entry: entry.update(hashes={})), "tuf.meta.hashes"),
    ("targets", at_entry(lambda entry: entry["hashes"].update(sha256=5)), "tuf.meta.hashes"),
    ("targets", at_entry(lambda entry: entry.update(length=-1)), "tuf.meta.length"),
    ("targets", at_entry(lambda entry: entry.update(length=True)), "tuf.meta.length"),
    ("targets", at_entry(lambda entry: entry.update(length="1")), "tuf.meta.length"),
    ("targets", at_entry(lambda entry: entry.update(length=2**70)), ""),
    ("targets", at_entry(lambda entry: entry.update(length=1.0)), "tuf.meta.schema"),
    ("targets", at_entry(lambda entry: entry.pop("length")), "tuf.meta.schema"),
    ("targets", lambda document: document["signed"].update(targets=[]), "tuf.meta.schema"),
    ("targets", lambda document: document["signed"].pop("targets"), "tuf.meta.schema"),
    ("targets", lambda document: document["signed"].pop("_type"), "tuf.meta.type"),
    ("targets", lambda document: document["signed"].update(_type="root"), "tuf.meta.schema"),
    ("targets", lambda document: document["signed"].update(_type="timestamp"), "tuf.meta.schema"),
    ("targets", lambda document: document.update(note="beside the signed part"), ""),
    ("targets", lambda document: document["signed"].update(x="x" * 1_000_001), ""),
    ("targets", lambda document: document["signed"].update(x=[[]] * 70), ""),
    ("snapshot", at_meta(lambda entry: entry.update(version=0)), "tuf.meta.schema"),
    ("snapshot", at_meta(lambda entry: entry.update(version=True)), "tuf.meta.schema"),
    ("snapshot", at_meta(lambda entry: entry.update(length=0)), "tuf.meta.length"),
    ("snapshot", at_meta(lambda entry: entry.update(hashes={"crc32": "00"})), "tuf.meta.hashes"),
    ("targets", lambda document: document["signed"].update(x=nested(62)), ""),
    ("targets", lambda document: document["signed"].update(x=nested(63)), "tuf.meta.parse"),
    ("targets", lambda document: document.update(signatures=nested(64)), "tuf.meta.parse"),
    ("targets", lambda document: document.pop("signatures"), "tuf.meta.schema"),
    # A member that is the map of another type is any unknown member.
    ("targets", lambda document: document["signed"].update(meta={"x": {"version": 0}}), ""),
    ("snapshot", lambda document: document["signed"].update(targets={}), ""),
]


@pytest.mark.parametrize("write", [compact, indented])
@pytest.mark.parametrize(("role", "edit", "failed"), LEFT)
def test_whatever_is_unusual_ends_as_in_the_general_way(
    role: str, edit: Callable[[Any], object], failed: str, write: Callable[[Any], bytes]
) -> None:
    body = write(edited(role, edit))
    found = answer(body)
    assert found.failed == failed
    assert found == general_answer(body)


def test_a_large_map_of_another_type_proves_nothing_about_this_one() -> None:
    def swap(document: Any) -> None:
        document["signed"]["targets"] = SOUND["targets"]["signed"]["targets"]
        document["signed"]["meta"] = {"targets.json": {"version": "1"}}

    assert answer(compact(edited("snapshot", swap))).failed == "tuf.meta.schema"


def test_a_large_timestamp_is_no_matter_for_the_quick_way() -> None:
    def change(document: Any) -> None:
        document["signed"] |= {
            "_type": "timestamp",
            "meta": {"snapshot.json": {"version": 1}},
            "padding": "x" * LARGE,
        }

    assert answer(compact(edited("snapshot", change))).failed == ""


@pytest.mark.parametrize(
    ("old", "new", "failed"),
    [
        (b'"length":0', b'"length":0,"length":1', "tuf.meta.parse"),
        (b'"packages/0007.tar.gz":', b'"packages/0008.tar.gz":', "tuf.meta.parse"),
        (b'"version":1', b'"version":2,"version":1', "tuf.meta.parse"),
        (b'{"signatures":[', b'{"signatures":[],"signatures":[', "tuf.meta.parse"),
        (b'{"signatures":[', b'{"x":NaN,"signatures":[', "tuf.meta.parse"),
        (b"packages/0007", b"packages/\xff007", "tuf.meta.parse"),
        (b"packages/0007", b"packages/\\ud800", "tuf.meta.parse"),
        (b'"length":0', b'"length":0.0', "tuf.meta.schema"),
        (b'"length":0', b'"length":-0', ""),
        (b'"length":0', b'"length":0e0', "tuf.meta.schema"),
        (b'"_type"', b'"x":[1e5,1.50],"_type"', "tuf.meta.schema"),
        (b'"_type"', b'"x":{"a":1,"a":2},"_type"', "tuf.meta.parse"),
        (b'"_type"', b'"x":"\\u0061\\/","_type"', ""),
        (b'"_type"', b'"spec_version":"1.0.0","_type"', "tuf.meta.parse"),
        (b'"_type"', b'"targets":{},"_type"', "tuf.meta.parse"),
        (b'"hashes":{', b'"hashes":{"sha256":"00",', "tuf.meta.parse"),
        (b'"hashes":{', b'"hashes": {\n', ""),
        (b"packages/0007", b"packages\\/0007", ""),
        (b"packages/0007", b"packages/\\u0030007", ""),
        (b"packages/0007", b"packages/\\u0007007", ""),
        (b'"_type":"targets"', b'"_type":"\\u0074argets"', ""),
        (b'{"signatures"', b' {"signatures"', ""),
    ],
)
def test_any_other_spelling_ends_as_in_the_general_way(old: bytes, new: bytes, failed: str) -> None:
    body = compact(SOUND["targets"])
    assert old in body
    spoiled = body.replace(old, new, 1)
    found = answer(spoiled)
    assert found.failed == failed
    assert found == general_answer(spoiled)


@settings(max_examples=30)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_any_path_is_signed_as_in_the_general_way(path: str, ascii_only: bool) -> None:
    entry = {"length": 0, "hashes": {"sha256": "00"}}
    document = edited(
        "targets", lambda document: document["signed"]["targets"].update({path: entry})
    )
    body = json.dumps(document, separators=(",", ":"), ensure_ascii=ascii_only).encode()
    assert answer(body) == general_answer(body)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[" * LARGE, b" " * LARGE, b"[" + b"0," * LARGE + b"0]"]
)
def test_what_is_no_large_document_is_left_to_the_general_way(body: bytes) -> None:
    assert read_large(body, LIMITS) is None


def test_more_bytes_than_allowed_are_left_to_the_general_way_which_refuses_them() -> None:
    body = compact(SOUND["targets"])
    assert read_large(body, JsonLimits(max_bytes=len(body) - 1)) is None


# Entries read like dictionaries

TARGET = {"hashes": {"sha256": "00"}, "length": 5}
META = {"version": 3}


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (TargetEntry, TARGET),
        (MetaEntry, META),
        (MetaEntry, {"hashes": {"sha256": "00", "sha512": "11"}, "length": 1, "version": 3}),
        (SomeHashes, {"sha256": "00"}),
    ],
)
def test_an_entry_reads_like_the_dictionary_that_it_stands_for(
    kind: type[Members], plain: dict[str, Any]
) -> None:
    entry = msgspec.convert(plain, kind)
    assert entry == plain
    assert dict(entry) == plain
    assert sorted(entry) == sorted(entry.keys()) == sorted(plain)
    assert dict(entry.items()) == plain
    assert {name: entry.get(name) for name in plain} == plain
    assert "custom" not in entry
    assert entry.get("custom", "default") == "default"
    with pytest.raises(KeyError):
        entry["custom"]


def test_a_member_that_is_not_stated_is_not_there() -> None:
    entry = msgspec.convert(META, MetaEntry)
    assert "length" not in entry
    assert entry.get("length") is None
    with pytest.raises(KeyError):
        entry["length"]


def test_entries_differ_from_other_things_and_are_no_keys() -> None:
    entry = msgspec.convert(META, MetaEntry)
    assert entry != msgspec.convert(META | {"version": 4}, MetaEntry)
    assert entry != 5
    with pytest.raises(TypeError, match="unhashable"):
        hash(entry)
