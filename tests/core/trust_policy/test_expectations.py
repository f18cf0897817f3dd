import json
from typing import Any

import pytest

from trustui.core.errors import ParseError
from trustui.core.trust_policy.expectations import Expectation, parse_expectation


def read(**members: Any) -> Expectation:
    return parse_expectation(json.dumps(members).encode())


def test_log_and_sct_are_demanded_by_default() -> None:
    found = read(key="a.pub")
    assert (found.needs_log, found.needs_sct, found.needs_timestamp) == (True, True, False)
    assert found.checks_claims
    assert not found.tag_format_only


def test_the_words_of_each_member_are_understood() -> None:
    found = read(
        log="ignored",
        sct="ignored",
        signed_timestamp="required",
        claims="not checked",
        format="tag format only",
    )
    assert (found.needs_log, found.needs_sct, found.needs_timestamp) == (False, False, True)
    assert (found.checks_claims, found.tag_format_only) == (False, True)


def test_it_says_whom_it_wants() -> None:
    assert read(key="a.pub").who == "key a.pub"
    assert read(identity="a", issuer="b").who == "a of b"
    assert read(identity_regexp="^a$", issuer_regexp="^b$").who == "/^a$/ of /^b$/"


def test_it_knows_a_person_from_a_key_and_files_of_authorities_from_a_trusted_root() -> None:
    assert read(issuer="b").names_a_person
    assert not read(key="a").names_a_person
    assert read(ca_roots="a.pem").has_pem_authorities
    assert not read(trusted_root="a.json").has_pem_authorities


def test_annotations_are_texts() -> None:
    assert read(annotations={"env": "prod"}).annotations == {"env": "prod"}


def test_conditions_are_pointers_with_plain_values() -> None:
    stated = {"/a/b": "x", "/n": 3, "/ok": True, "/odd~1name/0": "y"}
    assert read(predicate_type="vuln", conditions=stated).conditions == stated


@pytest.mark.parametrize(
    "members",
    [
        {"conditions": {"/a": "b"}},
        {"predicate_type": "vuln", "conditions": ["/a"]},
        {"predicate_type": "vuln", "conditions": {"a": "b"}},
        {"predicate_type": "vuln", "conditions": {"/a": 1.5}},
        {"predicate_type": "vuln", "conditions": {"/a": None}},
        {"keys": "a.pub"},
        {"key": ""},
        {"key": 1},
        {"log": "maybe"},
        {"log": True},
        {"annotations": []},
        {"annotations": {"a": 1}},
        {"identity_regexp": "("},
    ],
)
def test_it_refuses_what_it_does_not_understand(members: dict[str, Any]) -> None:
    with pytest.raises(ParseError):
        read(**members)


def test_it_refuses_a_list() -> None:
    with pytest.raises(ParseError):
        parse_expectation(b"[]")
