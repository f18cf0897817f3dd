"""The page of findings."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.people import HIDDEN_NAME, Cast
from tests.simulators.watched import START
from trustui.accounts.models import Role
from trustui.check_pages import load_pages
from trustui.events.models import Event
from trustui.inventory.models import Source
from trustui.inventory.text import identity
from trustui.verdicts.models import Finding

KNOWN = min(one.id for one in load_pages().values() if one.kind == "finding")


def add(source: Source, on: str) -> None:
    Finding.objects.create(
        source=source,
        check_id=KNOWN,
        on=on,
        on_id=identity(on),
        severity="high",
        because=f"because of {on}",
        first_seen_at=START,
        last_seen_at=START,
    )


def test_the_grave_ones_are_a_click_away_where_there_are_others(cast: Cast) -> None:
    add(cast.own.source, "one")
    client = cast.as_role(Role.VIEWER)
    assert "Show only" not in client.get("/findings/").content.decode()
    add(cast.own.source, "another")
    Finding.objects.filter(on="another").update(severity="low")
    text = client.get("/findings/").content.decode()
    assert '<a href="?severity=high">Show only the high ones</a>' in text
    assert "Show only" not in client.get("/findings/?severity=high").content.decode()


def test_the_list_links_to_the_source_and_to_the_help(cast: Cast) -> None:
    add(cast.own.source, "<b>\u202e")
    add(cast.other.source, HIDDEN_NAME)
    text = cast.as_role(Role.VIEWER).get("/findings/?severity=high").content.decode()
    assert f'href="/help/checks/{KNOWN}/"' in text
    assert f'href="/sources/{cast.own.source.pk}/"' in text
    assert "<bdi>&lt;b&gt;\\u{202E}</bdi>" in text
    assert "1 Mar 2026" in text
    assert HIDDEN_NAME not in text


def test_a_filter_that_finds_nothing_says_so(cast: Cast) -> None:
    add(cast.own.source, "targets")
    client = cast.as_role(Role.VIEWER)
    text = client.get("/findings/?check=no.such").content.decode()
    assert "No finding is like this" in text
    assert '<option value="no.such" selected>' in text
    part = client.get(f"/findings/?check={KNOWN}", headers={"HX-Request": "true"})
    assert part.content.decode().startswith('<div class="stack" id="findings">')


def test_nothing_open_says_so(cast: Cast) -> None:
    Finding.objects.all().delete()
    text = cast.as_role(Role.VIEWER).get("/findings/").content.decode()
    assert "<h1>No finding is open</h1>" in text


def test_a_cursor_that_no_list_gave_is_refused(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).get("/findings/?after=x")
    assert answer.status_code == 400
    assert "after: expected" in answer.content.decode()


# Living with them --------------------------------------------------------------------------------


@pytest.fixture
def noticed(cast: Cast) -> list[str]:
    """The ids of two findings about our source."""
    Finding.objects.all().delete()
    add(cast.own.source, "root")
    add(cast.own.source, "targets")
    return [str(one.pk) for one in Finding.objects.order_by("id")]


def in_a_week() -> str:
    return (datetime.now(UTC) + timedelta(days=7)).date().isoformat()


def test_those_that_are_ticked_are_accepted_and_the_list_comes_back(
    cast: Cast, noticed: list[str]
) -> None:
    client = cast.as_role(Role.SECURITY_ENGINEER)
    assert 'name="finding"' in client.get("/findings/").content.decode()
    given = {"act": "accept", "finding": noticed[:1], "reason": "until May", "until": in_a_week()}
    answer = client.post("/findings/?severity=high", given)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/findings/?severity=high")
    text = client.get("/findings/").content.decode()
    assert "<h1>1 finding is open, it is high</h1>" in text
    assert "1 more is accepted for a while" in text
    assert "You accepted 1 finding until" in text
    text = client.get("/findings/?state=accepted").content.decode()
    assert "accepted by <b><bdi>security_engineer-person</bdi></b> until" in text
    assert "<bdi>until May</bdi>" in text
    (event,) = Event.objects.filter(kind="finding.accepted")
    assert event.actor == "person:security_engineer-person"


def test_it_is_shown_on_the_page_of_the_repository(cast: Cast, noticed: list[str]) -> None:
    client = cast.as_role(Role.SECURITY_ENGINEER)
    client.post("/findings/", {"finding": noticed, "reason": "so be it", "until": in_a_week()})
    text = cast.as_role(Role.VIEWER).get(f"/sources/{cast.own.source.pk}/").content.decode()
    assert "0 open, 2 accepted" in text
    assert "<bdi>so be it</bdi>" in text


def test_accepted_findings_are_opened_again(cast: Cast, noticed: list[str]) -> None:
    client = cast.as_role(Role.SECURITY_ENGINEER)
    client.post("/findings/", {"finding": noticed, "reason": "so be it", "until": in_a_week()})
    client.post("/findings/?state=accepted", {"finding": noticed[1:], "act": "reopen"})
    assert "<h1>1 finding is open" in client.get("/findings/").content.decode()
    assert Event.objects.filter(kind="finding.reopened").count() == 1


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"until": ""}, "needs a last day"),
        ({"until": "2026-13-77"}, "needs a last day"),
        ({"until": "2020-01-01"}, "Expected a last day from"),
        ({"until": "9999-01-01"}, "Expected a last day from"),
        ({"finding": []}, "Tick the findings"),
    ],
    ids=repr,
)
def test_what_is_missing_is_told_and_nothing_is_lost(
    cast: Cast, noticed: list[str], wrong: dict[str, object], expected: str
) -> None:
    given = {"finding": noticed, "reason": "so be it", "until": in_a_week()} | wrong
    answer = cast.as_role(Role.ADMINISTRATOR).post("/findings/", given)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert expected.lower() in text.lower()
    assert ("checked" in text) == bool(given["finding"])
    assert not Event.objects.filter(kind="finding.accepted").exists()


def test_whose_role_does_not_allow_it_ticks_nothing(cast: Cast, noticed: list[str]) -> None:
    client = cast.as_role(Role.RELEASE_MANAGER)
    assert 'name="finding"' not in client.get("/findings/").content.decode()
    given = {"finding": noticed, "reason": "so be it", "until": in_a_week()}
    assert client.post("/findings/", given).status_code == 403


def test_the_findings_of_others_do_not_exist(cast: Cast, noticed: list[str]) -> None:
    add(cast.other.source, HIDDEN_NAME)
    theirs = str(Finding.objects.get(source=cast.other.source).pk)
    client = cast.as_role(Role.ADMINISTRATOR)
    for ids in ([*noticed, theirs], ["0"], ["x"], ["9" * 30]):
        given = {"finding": ids, "reason": "so be it", "until": in_a_week()}
        assert client.post("/findings/", given).status_code == 404
    assert not Event.objects.filter(kind="finding.accepted").exists()


def test_the_past_accepts_nothing(cast: Cast, noticed: list[str]) -> None:
    client = cast.as_role(Role.ADMINISTRATOR)
    address = "/findings/?at=2026-03-10T12:00:00Z"
    assert 'name="finding"' not in client.get(address).content.decode()
    given = {"finding": noticed, "reason": "so be it", "until": in_a_week()}
    assert client.post(address, given).status_code == 409


def test_lists_without_anything_say_what_would_be_there(cast: Cast) -> None:
    Finding.objects.all().delete()
    client = cast.as_role(Role.VIEWER)
    assert "Nobody accepted a finding" in client.get("/findings/?state=accepted").content.decode()
    assert "Nothing was repaired yet" in client.get("/findings/?state=ended").content.decode()
