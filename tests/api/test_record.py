"""The event log."""

from tests.simulators.people import HIDDEN_NAME, Cast
from trustui.accounts.models import Role


def test_events_are_narrowed_as_on_the_page(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    day = "2020-01-01"
    told = client.get(f"/api/v1/events/?kind=source.changed&since={day}").json()
    assert [one["event_id"] for one in told["lines"]] == [cast.own.examples["event_id"]]
    assert client.get("/api/v1/events/?who=mira&until=2020-01-01").json()["lines"] == []
    for query in ("kind=odd", "since=x", "source=x"):
        answer = client.get(f"/api/v1/events/?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["errors"], query
    assert HIDDEN_NAME not in client.get("/api/v1/events/").content.decode()


def test_one_event(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    told = client.get(f"/api/v1/events/{cast.own.examples['event_id']}/").json()
    assert told["line"]["kind"] == "source.changed"
    other = cast.other.examples["event_id"]
    assert client.get(f"/api/v1/events/{other}/").status_code == 404


def test_a_checkpoint_is_everybodys(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    told = client.get("/api/v1/checkpoint/").json()
    assert told["shown"] is None  # nothing is sealed yet
    assert client.get("/api/v1/checkpoint/?size=9").status_code == 404
