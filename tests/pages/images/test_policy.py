"""What is expected: the list, one version, its lints, what it covers and what nobody covers."""

import json
from datetime import timedelta

from pytest_django import DjangoAssertNumQueries

from tests.simulators.images import NOW
from tests.simulators.port import Port
from trustui.demo.images.trust import policies as text_of_policies
from trustui.pages.images.policy import MOST_QUERIES, Wanted, policies, policy
from trustui.policies.image_policies import set_policy


def test_a_repository_that_nobody_covers_is_told(
    bare: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        page = policies(bare.viewer, bare.now)
    assert page.title == "1 policy, 1 repository is not covered"
    assert [one.full_name for one in page.uncovered] == ["localhost/port-simulator"]
    assert [(one.number, one.covers) for one in page.policies] == [(1, 0)]
    assert {one.name for one in page.materials} == {"quayline.pub", "trusted_root.json"}
    assert all(one.used_by for one in page.materials)
    assert policies(bare.stranger, bare.now).policies == ()


def test_a_version_is_told_in_words_with_what_it_applies_to(suite: Port) -> None:
    page = policy(suite.viewer, suite.now, suite.policy.policy_id)
    assert page is not None
    assert page.is_in_force
    (covered,) = page.rules[0].covers
    assert (covered.full_name, covered.href) == (
        "localhost/terminal-suite",
        f"/images/{suite.repository_id}/",
    )
    assert covered.tags.all == len(page.images.lines)
    assert page.rules[0].requirements[0].expectations[0].what == "a signature"
    assert len(page.rules[1].requirements) == 2
    assert {one.name for one in page.materials} == {"quayline.pub", "trusted_root.json"}
    assert policy(suite.stranger, suite.now, suite.policy.policy_id) is None


def test_an_older_version_stays_and_says_that_it_is_no_longer_in_force(suite: Port) -> None:
    document = json.loads(text_of_policies())
    document["policies"] = document["policies"][:1]
    set_policy(
        team=suite.team, name=suite.policy.policy.name, language="expectations",
        body=json.dumps(document).encode(), by=None, by_name="alice", reason="less",
        now=NOW - timedelta(hours=1),
    )  # fmt: skip
    newest = policy(suite.viewer, suite.now, suite.policy.policy_id)
    older = policy(suite.viewer, suite.now, suite.policy.policy_id, Wanted(1))
    assert newest is not None
    assert older is not None
    assert (newest.number, newest.is_in_force, len(newest.rules)) == (2, True, 1)
    assert (older.number, older.is_in_force) == (1, False)
    assert "no longer in force" in older.lead
    assert policy(suite.viewer, suite.now, suite.policy.policy_id, Wanted(9)) is None
    then = suite.then(suite.told.story, 3)
    before = policy(suite.viewer, then, suite.policy.policy_id)
    assert before is not None
    assert (before.number, before.is_in_force) == (1, True)
