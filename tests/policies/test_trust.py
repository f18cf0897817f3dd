"""What is in force for a team, and what of it covers a repository."""

import pytest

from tests.core.trust_policy.notation.written import body as written
from tests.core.trust_policy.notation.written import statement
from tests.simulators.expecting import delivery, document, expect, give, give_files
from tests.simulators.image_repository import ANYBODY, BY_KEY, files
from tests.simulators.imaged import HOST, HOUR, START
from tests.simulators.notation_policies import give_store, trust_by_notation
from trustui.accounts.models import Team
from trustui.core.facts import Document, Problem
from trustui.policies import trust
from trustui.policies.models import ImagePolicyVersion
from trustui.policies.trust import TeamTrust, coverage, files_at, stamps, trust_of

pytestmark = pytest.mark.django_db

TEAM = f"{HOST}/team/*"
BODY = document((TEAM, BY_KEY))


def test_what_is_in_force_is_read_in_two_statements(
    django_assert_num_queries: object,
) -> None:
    give_files("key.pub", "trusted_root.json")
    other = Team.objects.create(name="Others", created_at=START)
    expect(document((TEAM, BY_KEY)), "one")
    version = expect(document((f"{HOST}/*", ANYBODY)), "two")
    team = delivery()
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = trust_of([team.pk, other.pk])
    assert (found[other.pk].policies, found[other.pk].covering(f"{HOST}/team/app")) == ((), None)
    applied = found[delivery().pk].covering(f"{HOST}/else/app")
    assert applied is not None
    assert applied.policy.version_id == version.pk
    assert found[delivery().pk].stamp == stamps([delivery().pk])[delivery().pk]


def test_of_equal_patterns_the_oldest_policy_applies() -> None:
    give_files("key.pub")
    expect(BODY, "b, the older")
    expect(document((TEAM, {**BY_KEY, "annotations": {"a": "b"}})), "a, the newer")
    applied = trust_of([delivery().pk])[delivery().pk].covering(f"{HOST}/team/app")
    assert applied is not None
    assert applied.policy.name == "b, the older"


def test_a_stored_policy_that_cannot_be_read_any_more_covers_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    give_files("key.pub")
    version = expect(BODY)
    ImagePolicyVersion.objects.filter(pk=version.pk).update(body=b"{}")
    found = trust_of([delivery().pk])[delivery().pk]
    assert found.covering(f"{HOST}/team/app") is None
    assert "policy images version 1 cannot be read" in caplog.text


def test_a_name_without_a_material_is_a_problem_and_no_exception() -> None:
    found = trust.TeamTrust(1)
    assert found.read("key.pub").because == "it is no material of the team"  # type: ignore[union-attr]


# ---- both languages

APP = f"{HOST}/team/app"


def both(*, scope: str = APP) -> TeamTrust:
    """Expectations for the team, and statements of Notation for one repository and for the rest."""
    give_files("key.pub")
    give_store(delivery(), START)
    expect(BODY, "expected")
    trust_by_notation(
        delivery(),
        START,
        written(statement("rest"), statement("app", registryScopes=[scope])),
        "signed",
    )
    return trust_of([delivery().pk])[delivery().pk]


def test_what_applies_stands_before_what_would_apply_without_it() -> None:
    team = both()
    told = [(one.policy.name, one.cover.part) for one in team.covers(APP)]
    assert told == [("signed", "app"), ("expected", "")]
    assert [one.policy.name for one in team.covers(f"{HOST}/team/web")] == ["expected", "signed"]
    assert [one.policy.name for one in team.covers("b.example/x")] == ["signed"]


def test_of_every_policy_it_is_said_why_it_applies_or_not() -> None:
    team = both()
    expected, signed = team.considered(APP)
    assert (expected.applies, signed.applies) == (False, True)
    assert expected.because == f"{TEAM} matches, and {APP} of 'signed' is more specific"
    assert signed.because == f"{APP} is the most specific pattern that matches"
    assert [(one.name, one.applies) for one in signed.parts] == [("rest", False), ("app", True)]
    assert [one.applies for one in expected.parts] == [True]
    elsewhere, _ = team.considered("b.example/x")
    assert (elsewhere.cover, elsewhere.because) == (None, "it says nothing of this repository")


def test_of_two_policies_for_the_same_pattern_the_younger_says_so() -> None:
    give_files("key.pub")
    expect(document((APP, BY_KEY)), "older")
    expect(document((APP, {**BY_KEY, "annotations": {"a": "b"}})), "younger")
    _, younger = trust_of([delivery().pk])[delivery().pk].considered(APP)
    assert younger.because == f"{APP} matches, and 'older' says the same pattern and is older"


def test_where_nothing_covers_every_policy_says_nothing() -> None:
    give_files("key.pub")
    expect(BODY)
    (only,) = trust_of([delivery().pk])[delivery().pk].considered("b.example/x")
    assert (only.applies, only.because) == (False, "it says nothing of this repository")


def test_repositories_stand_with_the_part_that_covers_them() -> None:
    team = both()
    expected, signed = (one.policy_id for one in team.policies)
    names = [APP, f"{HOST}/team/web", "b.example/x", "a.example/y"]
    assert coverage(team, names) == {
        (signed, "app"): [APP],
        (expected, ""): [f"{HOST}/team/web"],
        (signed, "rest"): ["b.example/x", "a.example/y"],
    }
    assert coverage(TeamTrust(1), names) == {}


def test_scopes_are_told_where_no_pattern_comes_nearer() -> None:
    give_store(delivery(), START)
    trust_by_notation(delivery(), START, written(statement(registryScopes=[APP])))
    (only,) = trust_of([delivery().pk])[delivery().pk].uncovered().policies
    assert only.repositories == (APP,)


def test_another_certificate_in_a_store_changes_what_is_rested_on() -> None:
    team = both()
    before = team.digest(team.covering(APP))
    assert team.rests_on(team.covering(APP))["materials"] == {"ca:acme": 1}
    give("ca:acme", files()["root.pem"], START + HOUR)
    after = trust_of([delivery().pk])[delivery().pk]
    assert after.digest(after.covering(APP)) != before
    assert after.rests_on(after.covering(APP))["materials"] == {"ca:acme": 2}


def test_materials_are_read_as_they_were_at_an_instant(
    django_assert_num_queries: object,
) -> None:
    give("ca:acme", files()["root.pem"])
    give("ca:acme", files()["authority.pem"], START + HOUR)
    team = delivery().pk
    with django_assert_num_queries(1):  # type: ignore[operator]
        then = files_at(team, ["ca:acme", "ca:none"], START)
    now = files_at(team, ["ca:acme"], START + HOUR)
    assert then("ca:acme") == Document("ca:acme version 1", files()["root.pem"])
    assert now("ca:acme") == Document("ca:acme version 2", files()["authority.pem"])
    assert isinstance(then("ca:none"), Problem)
