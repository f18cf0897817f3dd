"""The page of expiries."""

from datetime import UTC, datetime, timedelta

from tests.simulators.people import HIDDEN_NAME, Cast
from trustui.accounts.models import Role
from trustui.inventory.models import RoleState
from trustui.inventory.text import identity


def lapse(cast: Cast, role: str, days: int) -> None:
    at = datetime.now(UTC) + timedelta(days=days, hours=1)
    RoleState.objects.filter(source__in=[cast.own.source, cast.other.source]).update(
        expires_at=at + timedelta(days=400)
    )
    RoleState.objects.filter(role=role).update(expires_at=at)


def test_the_list_links_to_each_role(cast: Cast) -> None:
    lapse(cast, "timestamp", 3)
    text = cast.as_role(Role.VIEWER).get("/expiries/").content.decode()
    assert "<h1>1 role expires within 7 days</h1>" in text
    assert f'/sources/{cast.own.source.pk}/roles/{identity("timestamp")}/"' in text
    assert "3 days left" in text
    assert HIDDEN_NAME not in text


def test_the_window_stands_in_the_address(cast: Cast) -> None:
    lapse(cast, "timestamp", 20)
    client = cast.as_role(Role.VIEWER)
    text = client.get("/expiries/?window=14").content.decode()
    assert "<h1>Nothing expires within 14 days</h1>" in text
    assert 'href="?window=28">within 28 days (1)</a>' in text
    assert "<h1>1 role expires" in client.get("/expiries/?window=28").content.decode()
    lapse(cast, "timestamp", -2)
    assert "<h1>1 role has expired</h1>" in (
        client.get("/expiries/?window=overdue").content.decode()
    )


def test_hostile_names_are_shown_and_not_believed(cast: Cast) -> None:
    lapse(cast, "timestamp", 3)
    RoleState.objects.filter(role="timestamp").update(role="<b>\u202ex")
    text = cast.as_role(Role.VIEWER).get("/expiries/").content.decode()
    assert "<bdi>&lt;b&gt;\\u{202E}x</bdi>" in text


def test_a_cursor_that_no_list_gave_is_refused(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).get("/expiries/?after=x")
    assert answer.status_code == 400
    assert "after: expected" in answer.content.decode()


def test_the_past_says_why_it_has_no_list(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/expiries/?at=2026-03-03T00:00:00Z").content.decode()
    assert "The past is not counted again" in text
