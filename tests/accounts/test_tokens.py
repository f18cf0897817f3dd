"""API tokens: shown once, known by their digest, worthless when they should be."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import new_user
from trustui.accounts.models import ApiToken, Scope, User
from trustui.accounts.services import AccountError
from trustui.accounts.tokens import (
    LONGEST,
    MOST,
    is_well_formed,
    make_token,
    revoke_token,
    token_of,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONTH = timedelta(days=30)


@pytest.fixture
def alice() -> User:
    return new_user("alice")


def made(owner: User, name: str = "pipeline") -> tuple[ApiToken, str]:
    return make_token(owner=owner, name=name, scope=Scope.READ, expires_at=NOW + MONTH, now=NOW)


def test_a_token_is_found_again_by_its_text(alice: User) -> None:
    token, text = made(alice)
    found = token_of(text, NOW)
    assert found == token
    assert found is not None
    assert (found.owner, found.scope) == (alice, Scope.READ)


def test_the_text_is_stored_nowhere(alice: User) -> None:
    _, text = made(alice)
    (row,) = ApiToken.objects.values()
    assert text not in str(row)
    assert text[8:] not in str(row)
    assert text.startswith(row["hint"])


def test_no_two_tokens_are_alike(alice: User) -> None:
    texts = {made(alice)[1] for _ in range(20)}
    assert len(texts) == 20
    assert {len(text) for text in texts} == {len("tui_") + 43 + 6}
    assert all(is_well_formed(text) for text in texts)


def test_what_cannot_be_a_token_does_not_reach_the_database(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, text = made(alice)
    last = "A" if text[-1] != "A" else "B"
    wrong = ["", "tui_", text[:-1], text + "0", text.removeprefix("tui_"), text[:-1] + last]
    wrong += [f"tui_{'é' * 49}", f"tui_{'0' * 49}"]
    with django_assert_num_queries(0):
        assert [token_of(one, NOW) for one in wrong] == [None] * len(wrong)


def test_an_expired_token_opens_nothing(alice: User) -> None:
    _, text = made(alice)
    assert token_of(text, NOW + MONTH - timedelta(seconds=1)) is not None
    assert token_of(text, NOW + MONTH) is None


def test_a_revoked_token_opens_nothing_and_keeps_the_instant_of_its_end(alice: User) -> None:
    token, text = made(alice)
    revoke_token(token=token, now=NOW)
    revoke_token(token=token, now=NOW + MONTH)
    assert token_of(text, NOW) is None
    assert ApiToken.objects.get().revoked_at == NOW


def test_a_token_of_a_closed_account_opens_nothing(alice: User) -> None:
    _, text = made(alice)
    alice.is_active = False
    alice.save()
    assert token_of(text, NOW) is None


def test_its_use_is_noted_once_a_minute(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, text = made(alice)
    with django_assert_num_queries(2):
        token_of(text, NOW)
    with django_assert_num_queries(1):
        token_of(text, NOW + timedelta(seconds=59))
    with django_assert_num_queries(2):
        token_of(text, NOW + timedelta(seconds=60))
    assert ApiToken.objects.get().last_used_at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\x00b", "a\u202eb"])
def test_a_name_has_to_be_readable(alice: User, name: str) -> None:
    with pytest.raises(AccountError, match="expected a name"):
        made(alice, name)


@pytest.mark.parametrize("span", [timedelta(0), timedelta(days=-1), LONGEST + timedelta(seconds=1)])
def test_it_ends_within_a_year(alice: User, span: timedelta) -> None:
    with pytest.raises(AccountError, match="within one year"):
        make_token(owner=alice, name="a", scope=Scope.ACT, expires_at=NOW + span, now=NOW)


def test_a_person_has_no_more_than_can_be_looked_through(alice: User) -> None:
    for _ in range(MOST):
        token, _ = made(alice)
    with pytest.raises(AccountError, match="revoke one"):
        made(alice)
    revoke_token(token=token, now=NOW)
    made(alice)
