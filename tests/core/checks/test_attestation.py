import json

import pytest

from trustui.core.checks.attestation import (
    Attestation,
    judge_annotations,
    judge_conditions,
    judge_envelope,
    judge_predicate,
    judge_subject,
    predicate_type_of,
    read_attestation,
)
from trustui.core.errors import ParseError
from trustui.core.primitives.dsse import Envelope
from trustui.core.primitives.statements import TYPES, Statement, Subject
from trustui.core.trace import Outcome

DIGEST = f"sha256:{'a1' * 32}"
ABOUT = Statement(
    TYPES[0],
    (Subject({"sha256": "a1" * 32}, "app", {"env": "prod", "n": 1}),),
    "https://slsa.dev/provenance/v1",
)


def test_short_names_stand_for_what_cosign_means_and_uris_for_themselves() -> None:
    assert predicate_type_of("slsaprovenance") == "https://slsa.dev/provenance/v0.2"
    assert predicate_type_of("https://a.example/b") == "https://a.example/b"


def test_an_envelope_without_a_statement_says_why() -> None:
    body = {"payload": "e30=", "payloadType": "x", "signatures": []}
    found = read_attestation(json.dumps(body).encode())
    assert found.statement is None
    assert found.predicate_type == ""
    assert "no in-toto statement" in found.because


def test_what_cannot_be_read_fails_with_its_reason() -> None:
    with pytest.raises(ParseError):
        read_attestation(b"[]")
    assert judge_envelope(ParseError("it is none")).outcome is Outcome.FAILED
    good = Attestation(Envelope(b"", "x", ()), None)
    assert judge_envelope(good).outcome is Outcome.PASSED


def test_the_subject_is_named_where_it_has_a_name() -> None:
    assert judge_subject(ABOUT, DIGEST).because.endswith("as app")
    unnamed = Statement(TYPES[0], (Subject({"sha256": "a1" * 32}),), "x")
    assert judge_subject(unnamed, DIGEST).because.endswith("artefact")


def test_another_subject_is_told() -> None:
    found = judge_subject(ABOUT, f"sha256:{'00' * 32}")
    assert (found.outcome, found.found) == (Outcome.FAILED, DIGEST)


def test_a_wanted_type_is_told_by_its_uri_and_its_short_name() -> None:
    found = judge_predicate(ABOUT, "spdxjson")
    assert found.expected == "https://spdx.dev/Document (spdxjson)"
    assert judge_predicate(ABOUT, "https://x.example/").expected == "https://x.example/"
    assert judge_predicate(ABOUT, "slsaprovenance1").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("wanted", "digest", "outcome"),
    [
        ({}, DIGEST, Outcome.NOTED),
        ({"env": "prod"}, DIGEST, Outcome.PASSED),
        ({"env": "dev"}, DIGEST, Outcome.FAILED),
        ({"n": "1"}, DIGEST, Outcome.FAILED),
        ({"region": "eu"}, DIGEST, Outcome.FAILED),
        ({"env": "prod"}, "sha256:00", Outcome.FAILED),
    ],
)
def test_annotations_stand_beside_the_subject(
    wanted: dict[str, str], digest: str, outcome: Outcome
) -> None:
    assert judge_annotations(ABOUT, digest, wanted).outcome is outcome


@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        ({"/result": "PASSED"}, Outcome.PASSED),
        ({"/levels/1": "L3", "/count": 2, "/open": False}, Outcome.PASSED),
        ({"/result": "FAILED"}, Outcome.FAILED),
        ({"/count": "2"}, Outcome.FAILED),
        ({"/open": 0}, Outcome.FAILED),
        ({"/count": True}, Outcome.FAILED),
        ({"/levels/2": "L3"}, Outcome.FAILED),
        ({"/levels/-1": "L3"}, Outcome.FAILED),
        ({"/result/name": "PASSED"}, Outcome.FAILED),
        ({"/levels": "L3"}, Outcome.FAILED),
    ],
)
def test_conditions_are_met_by_equal_values_of_the_same_kind(
    conditions: dict[str, str | int | bool], outcome: Outcome
) -> None:
    predicate = {"result": "PASSED", "levels": ["L1", "L3"], "count": 2, "open": False}
    statement = Statement(TYPES[0], ABOUT.subjects, "x", predicate)
    assert judge_conditions(statement, conditions).outcome is outcome
