"""What taking a policy out of force would do, and what is told of one that was."""

from datetime import timedelta

from pytest_django import DjangoAssertNumQueries

from tests.simulators.images import NOW
from tests.simulators.port import Port
from tests.simulators.watched import DAY
from trustui.demo.images.trust import policies as text_of_policies
from trustui.pages.images.policies import cover_of
from trustui.pages.images.policy import policies, policy
from trustui.pages.images.withdrawing import MOST_QUERIES, withdrawal
from trustui.pages.moment import Moment
from trustui.policies.image_policies import remove_policy, set_policy

AN_HOUR_AGO = NOW - timedelta(hours=1)


def remove(port: Port) -> None:
    remove_policy(
        policy=port.policy.policy, by_name="bob", reason="the vendor is gone", now=AN_HOUR_AGO
    )


def set_another(port: Port, name: str) -> None:
    set_policy(
        team=port.team, name=name, language="expectations", body=text_of_policies() + b"\n",
        by=None, by_name="alice", reason="a second one", now=AN_HOUR_AGO,
    )  # fmt: skip


def test_it_names_the_repositories_that_nothing_would_cover(
    suite: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        found = withdrawal(suite.viewer, suite.now, suite.policy.policy_id)
    assert found is not None
    assert (found.number, found.covers, found.bare) == (1, 1, 1)
    (lost,) = found.lost
    assert (lost.full_name, lost.after) == ("localhost/terminal-suite", "not covered")
    assert withdrawal(suite.stranger, suite.now, suite.policy.policy_id) is None


def test_another_policy_that_would_cover_them_is_named(suite: Port) -> None:
    set_another(suite, "the same elsewhere")
    found = withdrawal(suite.viewer, suite.now, suite.policy.policy_id)
    assert found is not None
    assert (found.covers, found.bare) == (1, 0)
    assert found.lost[0].after == "the same elsewhere by localhost/terminal-suite"


def test_what_is_out_of_force_says_by_whom_and_why_and_covers_nothing(suite: Port) -> None:
    remove(suite)
    found = withdrawal(suite.viewer, suite.now, suite.policy.policy_id)
    assert found is not None
    assert (found.is_in_force, found.lost) == (False, ())
    page = policy(suite.viewer, suite.now, suite.policy.policy_id)
    assert page is not None
    assert page.removal is not None
    assert (page.is_in_force, page.removal.by, page.removal.at) == (False, "bob", AN_HOUR_AGO)
    listed = policies(suite.viewer, suite.now)
    assert listed.policies == ()
    assert [(one.number, one.removal.reason) for one in listed.removed] == [
        (1, "the vendor is gone")
    ]
    assert policies(suite.stranger, suite.now).removed == ()


def test_the_past_knows_it_in_force_until_it_was_removed(suite: Port) -> None:
    remove(suite)
    name = "localhost/terminal-suite"
    before, after = (
        Moment(NOW + DAY, at, at) for at in (AN_HOUR_AGO - timedelta(minutes=1), AN_HOUR_AGO)
    )
    assert cover_of(suite.team.pk, name, before) is not None
    assert cover_of(suite.team.pk, name, after) is None
    assert policies(suite.viewer, before).removed == ()
    then, since = (
        policy(suite.viewer, moment, suite.policy.policy_id) for moment in (before, after)
    )
    assert then is not None
    assert (then.is_in_force, then.removal) == (True, None)
    assert since is not None
    assert (since.is_in_force, since.removal is not None) == (False, True)


def test_one_that_is_set_again_is_in_force_and_no_longer_listed_as_removed(suite: Port) -> None:
    remove(suite)
    set_another(suite, suite.policy.policy.name)
    listed = policies(suite.viewer, suite.now)
    assert ([one.number for one in listed.policies], listed.removed) == ([2], ())
