"""The promises that every format keeps (trustui.core.format.Format)."""

import re
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from random import Random
from types import ModuleType
from typing import TypeAlias

import msgspec
import pytest

import trustui.core.formats
from tests.vectors.scenario import Scenario
from tests.vectors.tuf.table import Vector, said
from trustui.check_pages import load_pages
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.facts import Document
from trustui.core.format import Format
from trustui.core.registry import FORMATS
from trustui.core.trace import Trace

PROJECT = Path(__file__).resolve().parents[3]
MUTATIONS = 2_000
GOOD = {"passed", "noted"}
BAD = {"failed", "undecided", "finding"}

AnyVector: TypeAlias = Vector | Scenario

every_format = pytest.mark.parametrize("format_", FORMATS, ids=[one.name for one in FORMATS])


def vectors_of(format_: Format) -> ModuleType:
    """`VECTORS` of a format, and the sets of checks for which not every kind can exist."""
    return import_module(f"tests.vectors.{format_.name}.collection")


def documents_of(format_: Format) -> list[bytes]:
    """Different well-formed documents of the format."""
    bodies: list[bytes] = vectors_of(format_).documents()
    return bodies


# Names and pages


def test_names_are_unique() -> None:
    names = [one.name for one in FORMATS]
    assert len(set(names)) == len(names)


@every_format
def test_the_name_is_that_of_its_folder(format_: Format) -> None:
    folder = Path(trustui.core.formats.__path__[0]) / format_.name
    assert folder.is_dir()
    assert import_module(f"trustui.core.formats.{format_.name}").FORMAT is format_


def test_every_folder_is_registered() -> None:
    folders = {
        path.parent.name for path in Path(trustui.core.formats.__path__[0]).glob("*/__init__.py")
    }
    assert folders == {one.name for one in FORMATS}


@every_format
def test_ids_are_unique_and_begin_with_the_name(format_: Format) -> None:
    ids = [*(check.id for check in format_.checks), *format_.findings]
    assert len(set(ids)) == len(ids)
    assert [
        id_ for id_ in ids if not re.fullmatch(rf"{format_.first_part}(\.[a-z][a-z0-9_]*)+", id_)
    ] == []


@every_format
def test_every_check_and_finding_has_its_page_and_every_page_its_check(format_: Format) -> None:
    text = (PROJECT / "docs" / "formats" / f"{format_.name}.md").read_text(encoding="utf-8")
    described = set(re.findall(r"^### (\S+)$", text, re.MULTILINE))
    assert described == {*(check.id for check in format_.checks), *format_.findings}


@every_format
def test_the_page_of_a_check_names_the_clause_that_its_steps_cite(format_: Format) -> None:
    pages = load_pages()
    silent = [
        f"{check.id}: {check.spec}"
        for check in format_.checks
        if check.spec.removeprefix(format_.spec).strip() not in pages[check.id].clause
    ]
    assert silent == []


@every_format
def test_a_check_is_described_as_noted_when_no_vector_fails_it(format_: Format) -> None:
    pages = load_pages()
    vectors: tuple[AnyVector, ...] = vectors_of(format_).VECTORS
    fails = {
        step.check
        for vector in vectors
        for step in vector.verdict.trace.steps
        if step.outcome in {"failed", "undecided"}
    }
    called_noted = {id_ for id_, page in pages.items() if page.kind == "noted check"}
    never_fails = {check.id for check in format_.checks} - fails
    assert never_fails <= called_noted


# Vectors


@every_format
def test_every_check_has_a_vector_in_which_all_is_well(format_: Format) -> None:
    collection = vectors_of(format_)
    shown = {
        check
        for vector in collection.VECTORS
        for check, word in vector.shows.items()
        if word in GOOD
    }
    expected = {check.id for check in format_.checks} - collection.ONLY_WHEN_WRONG
    assert expected - shown == set()


@every_format
def test_every_check_has_a_vector_in_which_something_is_wrong(format_: Format) -> None:
    collection = vectors_of(format_)
    shown = {
        check
        for vector in collection.VECTORS
        for check, word in vector.shows.items()
        if word in BAD
    }
    assert {check.id for check in format_.checks} - shown == set(collection.ONLY_NOTED)


@every_format
def test_no_vector_shows_a_check_that_does_not_exist(format_: Format) -> None:
    shown = {check for vector in vectors_of(format_).VECTORS for check in vector.shows}
    assert shown <= {check.id for one in FORMATS for check in one.checks}


@every_format
def test_checks_that_are_only_noted_never_decide_anything(format_: Format) -> None:
    collection = vectors_of(format_)
    deciding = {
        step.check
        for vector in collection.VECTORS
        for step in vector.verdict.trace.steps
        if step.check in collection.ONLY_NOTED and said(step) in BAD
    }
    assert deciding == set()


@every_format
def test_every_step_and_every_plan_is_of_a_declared_check(format_: Format) -> None:
    """What a format leaves to another one, such as an attestation inside a bundle, is declared there."""
    declared = {check.id for check in format_.checks}
    traces = [vector.verdict.trace for vector in vectors_of(format_).VECTORS]
    seen = {step.check for trace in traces for step in trace.steps}
    seen |= {missing.check for trace in traces for missing in trace.not_reached}
    assert {id_ for id_ in seen if id_.startswith(f"{format_.first_part}.")} == declared
    assert seen <= {check.id for one in FORMATS for check in one.checks}


@every_format
def test_every_finding_is_declared(format_: Format) -> None:
    declared = {*format_.findings, *(check.id for one in FORMATS for check in one.checks)}
    traces = [vector.verdict.trace for vector in vectors_of(format_).VECTORS]
    assert {finding.id for trace in traces for finding in trace.findings} <= declared


# Facts


@every_format
def test_it_recognizes_its_own_documents(format_: Format) -> None:
    bodies = documents_of(format_)
    assert len(bodies) > 10
    assert all(format_.recognizes(Document("a", body)) for body in bodies)


@every_format
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"signed": {}, "signatures": []}'])
def test_it_does_not_recognize_what_is_none(format_: Format, body: bytes) -> None:
    assert not format_.recognizes(Document("a", body))


@every_format
def test_facts_survive_json(format_: Format) -> None:
    facts = [format_.parse(Document("a", body, seen_at=AT)) for body in documents_of(format_)]
    assert {type(one) for one in facts} == {format_.facts}
    again = [msgspec.json.decode(msgspec.json.encode(one), type=format_.facts) for one in facts]
    assert again == facts


AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def mutated(body: bytes, random: Random) -> bytes:
    """A few bytes changed, or a piece cut out, repeated or cut off."""
    start = random.randrange(len(body))
    end = min(len(body), start + random.randrange(1, 40))
    match random.randrange(5):
        case 0:
            return body[:start]
        case 1:
            return body[:start] + body[end:]
        case 2:
            return body[:end] + body[start:]
        case 3:
            return body[:start] + random.randbytes(end - start) + body[end:]
        case _:
            piece = random.choice([b"-1", b"null", b"true", b"[]", b"{}", b'""', b"1.5", b"1e999"])
            return re.sub(rb'\d+|"[^"]*"|true|false', piece, body[start:], count=1).join(
                [body[:start], b""]
            )


@every_format
def test_spoiled_bytes_are_refused_with_a_reason_or_still_give_facts(format_: Format) -> None:
    bodies = documents_of(format_)
    random = Random(20261120)
    refused = 0
    for _ in range(MUTATIONS):
        body = mutated(random.choice(bodies), random)
        try:
            facts = format_.parse(Document("mutated", body))
        except (ParseError, LimitExceeded):
            refused += 1
        else:
            assert isinstance(facts, format_.facts)
    # Some mutations only touch signatures or names, and stay well-formed.
    assert MUTATIONS / 2 < refused < MUTATIONS


# Verification


@every_format
def test_the_same_question_has_the_same_answer_to_the_byte(format_: Format) -> None:
    vectors: tuple[AnyVector, ...] = vectors_of(format_).VECTORS
    same = [vector for vector in vectors if "rsa" not in vector.sentence]  # signs at random
    differing = [
        vector.sentence
        for vector in same
        if msgspec.json.encode(vector.run().trace) != msgspec.json.encode(vector.verdict.trace)
    ]
    assert differing == []


@every_format
def test_the_clock_of_the_machine_changes_nothing(
    format_: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors: tuple[AnyVector, ...] = vectors_of(format_).VECTORS
    before = [msgspec.json.encode(vector.verdict.trace) for vector in vectors[:30]]
    shift = timedelta(days=20_000).total_seconds()
    now, ns = time.time(), time.time_ns()
    monkeypatch.setattr(time, "time", lambda: now + shift)
    monkeypatch.setattr(time, "time_ns", lambda: ns + int(shift * 1e9))
    after = [msgspec.json.encode(vector.run().trace) for vector in vectors[:30]]
    assert after == before


@every_format
def test_traces_survive_json(format_: Format) -> None:
    traces = [vector.verdict.trace for vector in vectors_of(format_).VECTORS]
    again = [msgspec.json.decode(msgspec.json.encode(trace), type=Trace) for trace in traces]
    assert again == traces
