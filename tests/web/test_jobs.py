"""The pages of jobs."""

import pytest
from django.test import Client

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast
from trustui.accounts.models import Role
from trustui.events.models import Event
from trustui.jobs.models import Job, State


@pytest.fixture
def mira(cast: Cast) -> Client:
    return cast.as_role(Role.ADMINISTRATOR)


@pytest.fixture
def aside(cast: Cast) -> Job:
    """The own crawl, in quarantine."""
    found = Job.objects.filter(kind="crawl", key=str(cast.own.source.pk))
    found.update(state=State.QUARANTINED, deaths=3, last_error="it was killed")
    return found.get()


def test_administrators_see_what_was_put_aside(mira: Client, aside: Job) -> None:
    text = mira.get("/jobs/").content.decode()
    assert "<h1>1 job in quarantine</h1>" in text
    assert f'href="/jobs/{aside.pk}/"' in text
    assert OWN_NAME in text
    assert HIDDEN_NAME not in text
    part = mira.get("/jobs/?state=running", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div class="stack" id="jobs">')
    assert "No job is like this" in part
    assert mira.get("/jobs/?after=x").status_code == 400


def test_an_empty_list_says_what_would_be_there(mira: Client) -> None:
    text = mira.get("/jobs/?state=quarantined").content.decode()
    assert "Nothing is in quarantine" in text
    Job.objects.all().delete()
    assert "They begin with the first source" in mira.get("/jobs/").content.decode()


def test_one_job_is_retried_and_that_is_an_event(mira: Client, aside: Job) -> None:
    text = mira.get(f"/jobs/{aside.pk}/").content.decode()
    assert "Retry it" in text
    assert "it was killed" in text
    answer = mira.post(f"/jobs/{aside.pk}/retry/")
    assert answer.headers["Location"] == f"/jobs/{aside.pk}/"
    aside.refresh_from_db()
    assert (aside.state, aside.deaths) == ("queued", 0)
    event = Event.objects.get(kind="job.retried")
    assert (event.actor, event.detail["job"]) == ("person:mira", aside.pk)
    mira.post(f"/jobs/{aside.pk}/retry/")  # it is in no quarantine now: no event
    assert Event.objects.filter(kind="job.retried").count() == 1


def test_jobs_of_other_teams_and_of_nobody_do_not_exist(cast: Cast, mira: Client) -> None:
    other = Job.objects.get(kind="crawl", key=str(cast.other.source.pk))
    for number in (other.pk, 10**6):
        assert mira.get(f"/jobs/{number}/").status_code == 404
        assert mira.get(f"/jobs/{number}/retry/").status_code == 404
        assert mira.post(f"/jobs/{number}/retry/").status_code == 404


def test_the_page_is_for_administrators(cast: Cast, aside: Job) -> None:
    client = cast.as_role(Role.SECURITY_ENGINEER)
    assert client.get("/jobs/").status_code == 403
    assert client.post(f"/jobs/{aside.pk}/retry/").status_code == 403
