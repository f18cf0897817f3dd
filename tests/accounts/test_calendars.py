"""Private addresses of calendars."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import new_user
from trustui.accounts import calendars as module
from trustui.accounts.calendars import PREFIX, calendar_of, make_calendar, revoke_calendar
from trustui.accounts.models import Calendar, User
from trustui.accounts.services import AccountError
from trustui.accounts.tokens import is_well_formed, token_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def mira(db: None) -> User:
    del db
    return new_user("mira")


def make(owner: User, name: str = "signing days") -> tuple[Calendar, str]:
    return make_calendar(owner=owner, name=name, narrowed={"role": "root"}, now=NOW)


def test_a_calendar_is_found_by_its_secret_which_is_stored_nowhere(mira: User) -> None:
    made, secret = make(mira)
    found = calendar_of(secret, NOW)
    assert found == made
    assert found.owner == mira
    row = Calendar.objects.values().get()
    assert secret not in str(row)
    assert secret.startswith(PREFIX)
    assert row["hint"] == secret[:8]


def test_its_secret_is_no_api_token(mira: User) -> None:
    _, secret = make(mira)
    assert token_of(secret, NOW) is None
    assert is_well_formed(secret, PREFIX)
    assert not is_well_formed(secret)


def test_an_ended_calendar_opens_nothing(mira: User) -> None:
    made, secret = make(mira)
    revoke_calendar(calendar=made, now=NOW)
    revoke_calendar(calendar=made, now=NOW + timedelta(days=1))
    assert calendar_of(secret, NOW) is None
    made.refresh_from_db()
    assert made.revoked_at == NOW


def test_a_closed_account_has_no_calendars(mira: User) -> None:
    _, secret = make(mira)
    User.objects.update(is_active=False)
    assert calendar_of(secret, NOW) is None


def test_what_is_mistyped_is_refused_without_a_query(
    mira: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, secret = make(mira)
    wrong = f"{secret[:-1]}{'0' if secret[-1] != '0' else '1'}"
    with django_assert_num_queries(0):
        assert calendar_of(wrong, NOW) is None
        assert calendar_of("", NOW) is None
        assert calendar_of("tui_" + secret[4:], NOW) is None


def test_its_use_is_noted_once_an_hour(mira: User) -> None:
    made, secret = make(mira)
    for minutes in (0, 59):
        calendar_of(secret, NOW + timedelta(minutes=minutes))
        made.refresh_from_db()
        assert made.last_used_at == NOW
    calendar_of(secret, NOW + timedelta(hours=1))
    made.refresh_from_db()
    assert made.last_used_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\u202eb"])
def test_a_name_that_cannot_be_shown_is_refused(mira: User, name: str) -> None:
    with pytest.raises(AccountError, match="expected a name"):
        make(mira, name)


def test_nobody_has_more_than_can_be_looked_after(
    mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    made, _ = make(mira)
    with pytest.raises(AccountError, match="at most 1"):
        make(mira)
    revoke_calendar(calendar=made, now=NOW)
    make(mira)
