"""What a document of expectations asks for, in words."""

import json

import pytest

from trustui.core.facts import Problem, ProblemKind
from trustui.core.trust_policy.languages import EXPECTATIONS, NOTATION
from trustui.core.trust_policy.policies import PolicyDocument
from trustui.pages.images.coverage import Covered
from trustui.pages.images.rules import SHOWN, lints_of, rules_of
from trustui.pages.images.shares import Share

BY_KEY = {"key": "vendor.pub"}
BY_PERSON = {
    "identity": "a@example.org",
    "issuer": "https://a.example",
    "log": "ignored",
    "annotations": {"build": "7"},
    "signed_timestamp": "required",
}
PROVENANCE = {**BY_PERSON, "predicate_type": "slsaprovenance1"}


def parsed(*required: object) -> PolicyDocument:
    rule = {"repositories": ["a.example/b", "a.example/c/*"], "require": required}
    body = {"version": 1, "policies": [rule]}
    found = EXPECTATIONS.parse(json.dumps(body).encode())
    assert isinstance(found, PolicyDocument)
    return found


def absent(name: str) -> Problem:
    return Problem(name, ProblemKind.ABSENT, "it is no material of the team")


@pytest.mark.parametrize(
    ("required", "words"),
    [
        ({"of": [BY_KEY]}, "this signer"),
        ({"of": [BY_KEY, BY_PERSON]}, "all of these 2, each by another signer"),
        ({"of": [BY_KEY, BY_PERSON], "at_least": 1}, "1 of 2 signers, each another one"),
    ],
)
def test_how_many_signers_are_asked_for(required: object, words: str) -> None:
    (rule,) = rules_of(parsed(required), {})
    assert rule.patterns == ("a.example/b", "a.example/c/*")
    assert [one.words for one in rule.requirements] == [words]


def test_what_is_demanded_of_each_is_told() -> None:
    (rule,) = rules_of(parsed({"of": [PROVENANCE]}), {})
    ((one,),) = (requirement.expectations for requirement in rule.requirements)
    told = {each.label: each.text for each in one.demands}
    assert one.what.startswith("an attestation of ")
    assert one.who == "a@example.org of https://a.example"
    assert told["log entry"] == "not demanded"
    assert told["signed timestamp"] == "demanded"
    assert told["annotation build"] == "7"


def test_of_many_repositories_some_are_named() -> None:
    many = [Covered(f"a.example/{n}", "/", Share()) for n in range(SHOWN + 3)]
    (rule,) = rules_of(parsed({"of": [BY_KEY]}), {0: many})
    assert (len(rule.covers), rule.more) == (SHOWN, 3)


def test_lints_have_their_help_and_the_shape_of_their_severity() -> None:
    (one,) = lints_of(EXPECTATIONS, parsed({"of": [BY_PERSON]}), absent)
    assert (one.id, one.has_help, one.sign) == ("policy.lint.log_not_required", True, "soon")
    assert one.title != one.id
    assert lints_of(None, None, absent) == ()
    assert lints_of(NOTATION, None, absent) == ()


def test_a_document_of_another_language_has_no_rules() -> None:
    assert rules_of(None, {}) == ()
