"""Which part of a policy applies to an image."""

import json
from datetime import UTC, datetime

import pytest

from tests.simulators.notation_policies import document, statement
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.languages import EXPECTATIONS, NOTATION, Language
from trustui.pages.images.applying import MOST_PARTS, MOST_REFERENCE, Asked, asked
from trustui.pages.images.policies import InForce

AT = datetime(2026, 11, 20, tzinfo=UTC)
APP = "registry.example/team/app"
BODY = document(statement("app", APP), statement("rest", "*"))
OWN, OTHER = 1, 2


def force(policy_id: int, body: bytes, language: Language = NOTATION) -> InForce:
    name = f"policy {policy_id}"
    return InForce(policy_id, name, 1, 1, AT, language, language.parse(body))


def answered(reference: str, *more: InForce, body: bytes = BODY) -> Asked:
    own = force(OWN, body)
    found = asked(NOTATION, own.document, [own, *more], OWN, reference)
    assert found is not None
    return found


def test_the_part_that_applies_is_told_with_the_reasons_of_the_others() -> None:
    found = answered(f" {APP}:1.0@sha256:{'5' * 64} ")
    assert (found.sign, found.answer, found.wrong) == ("ok", f"app applies to {APP}.", "")
    assert [(one.name, one.applies) for one in found.parts] == [("app", True), ("rest", False)]
    assert "names this repository exactly" in found.parts[1].because


def test_another_policy_that_is_more_specific_is_named() -> None:
    expected = {"identity": "a@example.org", "issuer": "https://a.example"}
    rule = {"repositories": [f"{APP}s"], "require": [{"of": [expected]}]}
    body = json.dumps({"version": 1, "policies": [rule]}).encode()
    found = answered(f"{APP}s", force(OTHER, body, EXPECTATIONS))
    assert (found.sign, found.instead) == ("none", "policy 2")
    assert found.instead_href == "/policies/2/"
    assert f"its pattern {APP}s is more specific" in found.answer


def test_a_policy_that_says_nothing_of_it_says_so() -> None:
    only_app = document(statement("app", APP))
    found = answered("registry.example/other", body=only_app)
    assert found.answer == (
        "No part of this policy applies to registry.example/other, and no other policy does."
    )
    beside = answered("registry.example/other", force(OTHER, BODY), body=only_app)
    assert beside.answer == "No part of this policy applies to registry.example/other."
    assert beside.instead == "policy 2"


def test_a_version_that_is_not_in_force_says_what_it_did() -> None:
    own = force(OWN, BODY)
    found = asked(NOTATION, own.document, [], OWN, APP)
    assert found is not None
    assert found.answer == f"In this version, which is not in force, app applied to {APP}."
    assert found.sign == "none"


def test_a_policy_that_covers_it_alone_and_does_not_count_is_told() -> None:
    own = force(OWN, BODY)
    found = asked(
        NOTATION, own.document, [force(OTHER, document(statement("a", "a.b/c")))], OWN, APP
    )
    assert found is not None
    assert found.answer == f"app matches {APP}, and no policy in force covers it."


@pytest.mark.parametrize(
    "odd",
    [
        "x",
        "http://a.example/b",
        "localhost/a@sha256:1",
        "\u202e",
        "a.example/B",
        "/",
        "\0",
        "a.example/" + "b" * 5_000,
    ],
)
def test_what_is_no_reference_says_why(odd: str) -> None:
    found = answered(odd)
    assert found.wrong
    assert (found.answer, found.parts) == ("", ())
    assert found.reference == visible(odd[:MOST_REFERENCE], 300)


def test_nothing_is_answered_where_nothing_is_asked() -> None:
    own = force(OWN, BODY)
    assert asked(NOTATION, own.document, [own], OWN, "  ") is None
    assert asked(None, None, [], OWN, APP) is None


def test_of_many_parts_the_one_that_applies_is_always_told() -> None:
    many = [statement(f"s{n}", f"registry.example/n{n}") for n in range(MOST_PARTS + 20)]
    found = answered(f"registry.example/n{MOST_PARTS + 10}", body=document(*many))
    assert found.parts[-1].name == f"s{MOST_PARTS + 10}"
    assert (len(found.parts), found.more) == (MOST_PARTS + 1, 19)
