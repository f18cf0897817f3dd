"""Who signs: where, how often, and which policies ask for it."""

from datetime import timedelta

import msgspec
import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.port import Port
from trustui.demo.images.trust import FORK, WORKFLOW
from trustui.images.models import Identity
from trustui.pages.images.identity import MOST_QUERIES, exported, identities, identity, signed
from trustui.pages.moment import Moment


def id_of(subject: str) -> str:
    return Identity.objects.get(subject=subject).identity_id


def test_the_expected_workflow_is_told_with_its_policy(
    suite: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        page = identity(suite.viewer, suite.now, id_of(WORKFLOW))
    assert page is not None
    assert page.title == "Signs in 1 repository, 3 times"
    assert next((one.policy_id, one.how) for one in page.expected) == (
        suite.policy.policy_id,
        "by name",
    )
    assert len(page.lines) == 3
    assert page.certificates == 3
    paged = identity(suite.viewer, suite.now, id_of(WORKFLOW), size=1)
    assert paged is not None
    rest = identity(suite.viewer, suite.now, id_of(WORKFLOW), paged.after)
    assert rest is not None
    assert len(rest.lines) == 2


def test_of_who_signed_often_only_certificates_are_those_of_the_newest(
    suite: Port,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    whole = identity(suite.viewer, suite.now, id_of(WORKFLOW))
    assert whole is not None
    assert (whole.certificates, whole.certificates_of, whole.is_cut) == (3, 3, False)
    monkeypatch.setattr("trustui.pages.images.identity.MOST_COUNTED", 2)
    with django_assert_max_num_queries(MOST_QUERIES):
        page = identity(suite.viewer, suite.now, id_of(WORKFLOW))
    assert page == msgspec.structs.replace(whole, certificates=2, certificates_of=2)


def test_as_of_an_instant_that_has_passed_the_newest_are_counted(
    suite: Port,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    present = identity(suite.viewer, suite.now, id_of(WORKFLOW))
    then = Moment(suite.now.now + timedelta(hours=1), suite.now.at, suite.now.valid_at)
    whole = identity(suite.viewer, then, id_of(WORKFLOW))
    assert whole is not None
    assert whole == present
    monkeypatch.setattr("trustui.pages.images.identity.MOST_COUNTED", 2)
    with django_assert_max_num_queries(MOST_QUERIES):
        page = identity(suite.viewer, then, id_of(WORKFLOW))
    assert page is not None
    assert page.title == "Signs in at least 1 repository, more than 2 times"
    assert (page.is_cut, page.certificates, page.first_at) == (True, 2, whole.first_at)
    assert len(page.lines) == 3


def test_the_list_says_of_a_past_what_it_says_of_the_present(suite: Port) -> None:
    then = Moment(suite.now.now + timedelta(hours=1), suite.now.at, suite.now.valid_at)
    assert identities(suite.viewer, then) == identities(suite.viewer, suite.now)


def test_somebody_whom_nobody_asks_for_is_told_as_such(suite: Port) -> None:
    page = identity(suite.viewer, suite.now, id_of(FORK))
    assert page is not None
    assert (page.expected, page.signatures) == ((), 1)
    assert page.lead.startswith("No policy asks for its signature")


def test_another_team_and_an_earlier_instant_see_nobody(suite: Port) -> None:
    early = suite.then(suite.told.story, 0)
    assert identity(suite.viewer, early, id_of(FORK)) is None
    assert identity(suite.stranger, suite.now, id_of(FORK)) is None
    assert identity(suite.viewer, suite.now, "0" * 64) is None
    assert identities(suite.stranger, suite.now).lines == ()
    assert signed(suite.stranger, suite.now, id_of(FORK)) is None


def test_everybody_is_listed_narrowed_and_exported(suite: Port) -> None:
    assert [one.subject for one in identities(suite.viewer, suite.now).lines] == sorted(
        [FORK, WORKFLOW]
    )
    assert [one.subject for one in identities(suite.viewer, suite.now, "conTRACTor").lines] == [
        FORK
    ]
    assert [one.signatures for one in exported(suite.viewer, suite.now, {})] == [1, 3]
    rows = signed(suite.viewer, suite.now, id_of(WORKFLOW))
    assert rows is not None
    assert len(list(rows)) == 3
