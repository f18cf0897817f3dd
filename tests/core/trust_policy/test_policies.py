import json
from typing import Any

import pytest

from trustui.core.errors import ParseError
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.policies import (
    EVERYBODY,
    NO_LOG,
    REPEATED,
    UNANCHORED,
    Policy,
    PolicyDocument,
    covering,
    lint_expectation,
    lint_policies,
    nearest_patterns,
    parse_policies,
    repository_matches,
)

KEYS: list[dict[str, Any]] = [{"key": "a.pub"}, {"key": "b.pub"}]


def document(*policies: Any, version: Any = 1, **more: Any) -> bytes:
    return json.dumps({"version": version, "policies": list(policies), **more}).encode()


def policy(*repositories: Any, of: Any = KEYS, **more: Any) -> dict[str, Any]:
    return {"repositories": list(repositories), "require": [{"of": of, **more}]}


def test_a_requirement_is_all_of_its_expectations_or_so_many() -> None:
    found = parse_policies(document(policy("*"), policy("r.example/a", at_least=1)))
    assert [one.require[0].words for one in found.policies] == ["2 of 2", "1 of 2"]


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [("*", True), ("r.example/*", True), ("r.example/team/app", True), ("r.example/te", False)],
)
def test_a_pattern_is_a_name_or_what_is_below_one(pattern: str, matches: bool) -> None:
    assert repository_matches(pattern, "r.example/team/app") is matches


def test_the_most_specific_pattern_applies() -> None:
    read = parse_policies(
        document(policy("*"), policy("r.example/*"), policy("r.example/team/*", "r.example/x"))
    )
    cover = covering(read, "r.example/team/app")
    assert cover is not None
    assert cover.pattern == "r.example/team/*"
    exact = covering(read, "r.example/x")
    assert exact is not None
    assert exact.pattern == "r.example/x"


def test_what_no_pattern_matches_is_not_covered_and_the_nearest_are_named() -> None:
    read = parse_policies(document(policy("r.example/a"), policy("q.example/*")))
    assert covering(read, "r.example/ab") is None
    assert nearest_patterns(read, "r.example/ab") == ["r.example/a", "q.example/*"]


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        document(version=2),
        document(version=True),
        document(more=1),
        document(),
        document("x"),
        document(policy()),
        document(policy(1)),
        document(policy("")),
        document(policy("r.*/a")),
        document(policy("r.example/a*")),
        document(policy("*", of=[])),
        document(policy("*", at_least=3)),
        document(policy("*", at_least=0)),
        document(policy("*", at_least=True)),
        document(policy("*", of=[{"keys": 1}])),
        document({**policy("*"), "name": "x"}),
    ],
)
def test_it_refuses_what_it_does_not_understand(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse_policies(body)


def lints(**members: Any) -> list[str]:
    return [lint.id for lint in lint_expectation(Expectation(**members))]


def test_patterns_without_anchors_are_told() -> None:
    assert lints(identity_regexp="acme", issuer_regexp="^b$") == [UNANCHORED]
    assert lints(identity_regexp="^a$", issuer_regexp="b") == [UNANCHORED]


def test_a_pattern_for_everybody_is_told() -> None:
    assert lints(identity_regexp=".*", issuer="b") == [EVERYBODY]


def test_a_certificate_without_log_is_told() -> None:
    assert lints(identity="a", issuer="b", needs_log=False) == [NO_LOG]
    assert lints(key="a", needs_log=False) == []


def test_a_pattern_in_two_policies_is_told_and_so_is_what_they_expect() -> None:
    read = parse_policies(
        document(policy("*"), policy("*", of=[{"identity_regexp": "a", "issuer": "b"}]))
    )
    assert [lint.id for lint in lint_policies(read)] == [REPEATED, UNANCHORED]
    assert list(lint_policies(PolicyDocument((Policy(("*",), ()),)))) == []
