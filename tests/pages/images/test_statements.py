"""Trust policy statements of Notation on the page of their policy."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.images import NOW
from tests.simulators.notation_policies import (
    STORE,
    document,
    give_store,
    statement,
    trust_by_notation,
)
from tests.simulators.notation_signer import IDENTITY, world
from tests.simulators.port import Port
from trustui.core.facts import Problem, ProblemKind
from trustui.core.trust_policy.languages import NOTATION
from trustui.core.trust_policy.notation.statements import LEVELS
from trustui.pages.images.policies import cover_of
from trustui.pages.images.policy import MOST_QUERIES, PolicyPage, Wanted, policy
from trustui.pages.images.statements import LEVELS as MEANINGS
from trustui.pages.images.statements import statements_of

HERE = "localhost/terminal-suite"
BODY = document(
    statement("suite", HERE, level="permissive", override={"revocation": "skip"}),
    statement("rest", "*", level="audit", identities=["*"], stores=[STORE, "tsa:gone"]),
    statement("by plugin", "localhost/other", identities=["com.example.id: 7"]),
)


def shown(port: Port, body: bytes = BODY, wanted: Wanted | None = None) -> PolicyPage:
    now = NOW - timedelta(hours=1)
    for name in (STORE, "tsa:gone"):
        give_store(port.team, now, name)
    version = trust_by_notation(port.team, now, body)
    page = policy(port.viewer, port.now, version.policy_id, wanted or Wanted())
    assert page is not None
    return page


def test_statements_are_told_with_what_their_level_enforces(suite: Port) -> None:
    page = shown(suite)
    assert page.problem == ""
    assert page.rules == ()
    first, second, third = page.statements
    assert (first.name, first.level) == ("suite", "permissive with revocation: skip")
    assert [(one.validation, one.sign, one.word, one.is_overridden) for one in first.actions] == [
        ("integrity", "ok", "enforced", False),
        ("authenticity", "ok", "enforced", False),
        ("authentic timestamp", "soon", "only logged", False),
        ("expiry", "soon", "only logged", False),
        ("revocation", "none", "skipped", True),
    ]
    assert (first.scopes, first.verify_timestamp) == ((HERE,), "")
    assert second.verify_timestamp == "always"
    assert [(one.text, one.note) for one in first.identities] == [(IDENTITY, "")]
    assert second.identities[0].note == "everybody whom the authorities certified"
    assert third.identities[0].note == "for a plugin: nothing here compares it"


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_only_logged_or_skipped_never_looks_green(level: str) -> None:
    is_skipped = level == "skip"
    written = statement(
        "one",
        "*",
        level=level,
        identities=() if is_skipped else (IDENTITY,),
        stores=() if is_skipped else (STORE,),
    )
    (one,) = statements_of(NOTATION.parse(document(written)), {}, (), (), absent)
    green = {line.validation for line in one.actions if line.sign == "ok"}
    assert len(green) == sum(action == "enforce" for action in LEVELS[level].values())
    assert one.meaning == MEANINGS[level]
    assert all(store.problem and store.number is None for store in one.stores)


def absent(name: str) -> Problem:
    return Problem(name, ProblemKind.ABSENT, "it is no material of the team")


def test_a_store_shows_its_certificates_and_why_it_trusts_nobody(suite: Port) -> None:
    page = shown(suite)
    (store,) = page.statements[0].stores
    assert (store.name, store.number, store.problem) == (STORE, 1, "")
    (certificate,) = store.certificates
    assert certificate.title == "CN=root,O=Acme,ST=WA,C=US"
    assert certificate.ends == world().root.certificate.not_valid_after_utc


def test_a_lint_stands_beside_what_it_is_about(suite: Port) -> None:
    page = shown(suite)
    beside = [{lint.id.rpartition(".")[2] for lint in one.lints} for one in page.statements]
    assert {"time_logged", "revocation_not_enforced"} <= beside[0]
    assert {"authenticity_logged", "identity_everybody"} <= beside[1]
    assert "identity_of_plugin" in beside[2]
    assert all("statement" not in one.on for one in page.lints)
    assert all(one.has_help for line in page.statements for one in line.lints)


def test_each_statement_covers_its_own_repositories(
    suite: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page = shown(suite)
    assert [[each.full_name for each in one.covers] for one in page.statements] == [[], [], []]
    # The older policy names the repository as exactly, and counts: Notation's covers nothing here.
    assert (page.covers, page.images.lines) == (0, ())
    with django_assert_max_num_queries(MOST_QUERIES):
        again = policy(suite.viewer, suite.now, page.policy_id, Wanted(reference=f"{HERE}:1"))
    assert again is not None
    assert again.asked is not None
    assert "another policy applies" in again.asked.answer
    assert again.asked.instead == "policies.json"


def test_an_uncovered_repository_falls_to_the_statement_for_everything(bare: Port) -> None:
    page = shown(bare)
    (covered,) = page.statements[1].covers
    assert covered.full_name == "localhost/port-simulator"
    assert {line.part for line in page.images.lines} == {"rest"}
    cover = cover_of(bare.team.pk, "localhost/port-simulator", bare.now)
    assert cover is not None
    assert (cover.pattern, cover.words) == ("*", "what the statement 'rest' demands")
    assert len(page.images.lines) == covered.tags.all
    other = policy(bare.viewer, bare.now, page.policy_id, Wanted(part=0))
    assert other is not None
    assert other.images.lines == ()


def test_it_is_told_which_statement_applies_and_why_not_the_others(bare: Port) -> None:
    page = shown(bare, wanted=Wanted(reference="localhost/port-simulator:edge"))
    asked = page.asked
    assert asked is not None
    assert (asked.sign, asked.answer) == ("ok", "rest applies to localhost/port-simulator.")
    assert [(one.name, one.applies) for one in asked.parts] == [
        ("suite", False),
        ("rest", True),
        ("by plugin", False),
    ]
    assert all(one.because for one in asked.parts)


def test_a_version_that_is_replaced_says_what_it_would_have_applied_to(bare: Port) -> None:
    page = shown(bare)
    trust_by_notation(bare.team, NOW, document(statement("new", "localhost/other")))
    old = policy(
        bare.viewer, bare.now, page.policy_id, Wanted(1, reference="localhost/port-simulator")
    )
    assert old is not None
    assert old.asked is not None
    assert "not in force" in old.asked.answer
    new = policy(
        bare.viewer, bare.now, page.policy_id, Wanted(reference="localhost/port-simulator")
    )
    assert new is not None
    assert new.asked is not None
    assert "no other policy does" in new.asked.answer
