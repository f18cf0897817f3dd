"""What is in force for a team, and what of it covers a repository."""

import pytest

from tests.simulators.expecting import delivery, document, expect, give_files
from tests.simulators.image_repository import ANYBODY, BY_KEY
from tests.simulators.imaged import HOST, START
from trustui.accounts.models import Team
from trustui.policies import trust
from trustui.policies.models import ImagePolicyVersion
from trustui.policies.trust import stamps, trust_of

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
