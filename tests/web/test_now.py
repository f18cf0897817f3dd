"""What fails, source by source, and taking it."""

import pytest
from django.test import Client

from tests.simulators.people import HIDDEN_NAME, Cast, sign_in
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.accounts.models import Role
from trustui.events.models import Event
from trustui.inventory.models import Source
from trustui.verdicts.models import Cause, SourceVerdict, Verdict

CHECK = "tuf.timestamp.freeze.expired"
KIND = {"state": "failing", "check": CHECK, "role": "timestamp"}


@pytest.fixture
def failing(cast: Cast) -> Cast:
    """The sources of both teams came to expire."""
    for source in Source.objects.all():
        verdict = Verdict.objects.filter(source=source).latest("id")
        verdict.pk = None
        verdict.at = verdict.recorded_at = START + 8 * DAY
        verdict.outcome, verdict.trust_state, verdict.cause = "failed", "failing", Cause.TIME
        verdict.first_failing, verdict.failing_on = CHECK, "timestamp v1"
        verdict.because = "expired 2026-03-08"
        verdict.save()
        SourceVerdict.objects.filter(source=source).update(
            verdict=verdict, outcome="failed", trust_state="failing", since=verdict.at
        )
    return cast


def test_each_group_has_its_sources(failing: Cast) -> None:
    text = failing.as_role(Role.ON_CALL).get("/now/").content.decode()
    assert "1 source fails" in text
    assert CHECK in text
    assert "expired 2026-03-08" in text
    assert "Take it" in text
    assert HIDDEN_NAME not in text


def test_where_nothing_is_watched_nothing_is_said_to_hold(cast: Cast) -> None:
    text = sign_in(Client(), cast.teamless).get("/now/").content.decode()
    assert "Nothing is watched yet" in text
    assert "Nothing fails" not in text
    text = cast.as_role(Role.ON_CALL).get("/now/").content.decode()
    assert "Nothing fails" in text


def test_a_part_is_the_groups_alone(failing: Cast) -> None:
    client = failing.as_role(Role.VIEWER)
    text = client.get("/now/", headers={"HX-Request": "true"}).content.decode()
    assert text.startswith('<div class="stack" id="groups">')
    assert "Take it" not in text  # a viewer may not


def test_the_overview_groups_it_by_cause(failing: Cast) -> None:
    text = failing.as_role(Role.ON_CALL).get("/").content.decode()
    assert "<h1>1 source fails</h1>" in text
    assert '<input type="hidden" name="next" value="/">' in text


def test_whoever_takes_it_is_told_to_all_and_may_give_it_back(failing: Cast) -> None:
    client = failing.as_role(Role.ON_CALL)
    answer = client.post("/now/take/", {**KIND, "note": "on it", "next": "/"})
    assert answer.headers["Location"] == "/"
    (event,) = Event.objects.filter(kind="failure.taken")
    assert (event.source_id, event.reason) == (failing.own.source.pk, "on it")
    text = failing.as_role(Role.VIEWER).get("/now/").content.decode()
    assert "on_call-person" in text
    # what somebody has is neither taken nor given back by others
    other = failing.as_role(Role.ADMINISTRATOR)
    other.post("/now/take/", KIND)
    other.post("/now/take/", {**KIND, "act": "release"})
    assert Event.objects.filter(kind__startswith="failure.").count() == 1
    source = str(failing.own.source.pk)
    answer = client.post("/now/take/", {**KIND, "act": "release", "source": source})
    assert answer.headers["Location"] == "/now/"
    assert Event.objects.filter(kind="failure.released").count() == 1


def test_taking_it_leads_back_to_the_page_that_it_was_taken_on(cast: Cast) -> None:
    lapsed = Watched(vendor("lapsing"), name="lapsing")
    Source.objects.filter(pk=lapsed.source.pk).update(team=cast.own.team)
    lapsed.crawl(START + 8 * DAY)
    source = str(lapsed.source.pk)
    client = cast.as_role(Role.ON_CALL)
    page = f"/sources/{source}/verdicts/{lapsed.verdicts[-1].pk}/?every=1"
    text = client.get(page).content.decode()
    assert f'<input type="hidden" name="next" value="{page}">' in text
    assert "Take it" in text
    answer = client.post("/now/take/", {**KIND, "source": source, "next": page})
    assert answer.headers["Location"] == page
    text = client.get(page).content.decode()
    assert "Give it back" in text
    assert "Take it" not in text
    assert "Give it back" not in cast.as_role(Role.ADMINISTRATOR).get(page).content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "x", ""])
def test_taking_it_leads_nowhere_else(failing: Cast, elsewhere: str) -> None:
    answer = failing.as_role(Role.ON_CALL).post("/now/take/", {**KIND, "next": elsewhere})
    assert answer.headers["Location"] == "/now/"


def test_what_does_not_fail_in_this_way_is_not_taken(failing: Cast) -> None:
    client = failing.as_role(Role.ON_CALL)
    client.post("/now/take/", {**KIND, "role": "snapshot"})
    client.post("/now/take/", {**KIND, "source": str(failing.other.source.pk)})
    assert client.get("/now/take/").headers["Location"] == "/now/"
    assert not Event.objects.filter(kind="failure.taken").exists()


def test_a_viewer_takes_nothing_and_the_past_is_not_taken(failing: Cast) -> None:
    assert failing.as_role(Role.VIEWER).post("/now/take/", KIND).status_code == 403
    client = failing.as_role(Role.ON_CALL)
    assert client.post("/now/take/?at=2026-03-10T12:00:00Z", KIND).status_code == 409
    assert "Take it" not in client.get("/now/?at=2026-03-10T12:00:00Z").content.decode()
