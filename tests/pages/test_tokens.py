"""The values of the page of API tokens."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import new_user
from trustui.accounts.models import Scope
from trustui.accounts.tokens import make_token, revoke_token
from trustui.pages.tokens import tokens
from trustui.pages.viewer import viewer_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.django_db
def test_ones_own_tokens_newest_first_and_those_that_ended_apart(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    alice, bob = new_user("alice"), new_user("bob")
    made = {}
    for owner, name in ((alice, "first"), (alice, "second"), (alice, "third"), (bob, "other")):
        made[name], _ = make_token(
            owner=owner, name=name, scope=Scope.ACT, expires_at=NOW + DAY, now=NOW
        )
    revoke_token(token=made["second"], now=NOW)
    viewer = viewer_of(alice)
    with django_assert_num_queries(1):
        page = tokens(viewer, NOW)
    assert [line.name for line in page.valid] == ["third", "first"]
    assert [line.name for line in page.ended] == ["second"]
    assert page.valid[0].scope == "read and act"
    assert [line.name for line in tokens(viewer, NOW + DAY).ended] == ["third", "second", "first"]
