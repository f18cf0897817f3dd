import json
from typing import Any

import pytest

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.primitives.statements import MAX_SUBJECTS, TYPES, parse_statement

HEX = "a1" * 32
GOOD: dict[str, Any] = {
    "_type": TYPES[0],
    "subject": [{"name": "app", "digest": {"sha256": HEX}, "annotations": {"env": "prod"}}],
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {"a": 1},
}


def read(**changes: Any) -> Any:
    return parse_statement(json.dumps({**GOOD, **changes}).encode())


@pytest.mark.parametrize("type_", TYPES)
def test_it_reads_statements_of_both_versions(type_: str) -> None:
    found = read(_type=type_)
    assert found.predicate == {"a": 1}
    assert found.subjects[0].annotations == {"env": "prod"}


def test_subjects_match_by_digest_only() -> None:
    found = read(subject=[{"digest": {"sha256": HEX.upper()}, "name": 7, "annotations": []}])
    assert found.is_about(f"sha256:{HEX}")
    assert not found.is_about(f"sha512:{HEX}")
    assert not found.is_about("sha256:00")


@pytest.mark.parametrize(
    "changes",
    [
        {"_type": "https://in-toto.io/Statement/v2"},
        {"_type": None},
        {"predicateType": ""},
        {"predicateType": 1},
        {"subject": []},
        {"subject": {}},
        {"subject": ["x"]},
        {"subject": [{"digest": {}}]},
        {"subject": [{"digest": {"sha256": 1}}]},
    ],
)
def test_it_refuses_what_is_none(changes: dict[str, Any]) -> None:
    with pytest.raises(ParseError):
        read(**changes)


def test_it_refuses_a_list() -> None:
    with pytest.raises(ParseError):
        parse_statement(b"[]")


def test_it_reads_no_more_subjects_than_a_bound() -> None:
    with pytest.raises(LimitExceeded):
        read(subject=GOOD["subject"] * (MAX_SUBJECTS + 1))
