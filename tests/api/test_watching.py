"""What is watched, and what is done to it."""

import json
from typing import Any, get_args, get_type_hints

import pytest
from django.test import Client

from tests.simulators.people import Cast, sign_in
from tests.simulators.watched import START, WEEK, Watched, vendor
from trustui.accounts.models import Role
from trustui.api.watching import JobsQuery, SourcesQuery
from trustui.events.models import Event
from trustui.inventory.models import Source
from trustui.jobs.models import Job, State
from trustui.pages.sources import SORTS, STATES

pytestmark = pytest.mark.django_db


def post(client: Client, address: str, body: Any) -> Any:
    return client.post(address, json.dumps(body), content_type="application/json")


@pytest.fixture
def failing(cast: Cast) -> Source:
    """A source of our own team whose timestamp has lapsed."""
    watched = Watched(vendor("lapsed"), name="lapsed")
    watched.crawl(START + 2 * WEEK)
    Source.objects.filter(pk=watched.source.pk).update(team=cast.own.team)
    return watched.source


def test_what_may_be_asked_is_what_pages_offer() -> None:
    hints = get_type_hints(SourcesQuery)
    assert set(get_args(hints["state"])) == {"", *STATES}
    assert set(get_args(hints["sort"])) == set(SORTS)
    assert set(get_args(get_type_hints(JobsQuery)["state"])) == {"", *State.values}


def test_a_failure_is_taken_and_given_back(cast: Cast, failing: Source) -> None:
    client = cast.as_role(Role.ON_CALL)
    (group,) = client.get("/api/v1/now/").json()["groups"]
    meant = {name: group[name] for name in ("state", "check", "role")}
    assert post(client, "/api/v1/now/", meant).json() == {"failures": 1}
    (again,) = client.get("/api/v1/now/").json()["groups"]
    assert again["failures"][0]["owner"]["by"] == client.get("/api/v1/account/").json()["name"]
    assert post(client, "/api/v1/now/", meant).json() == {"failures": 0}  # somebody has it
    released = post(client, "/api/v1/now/", {**meant, "act": "release", "source": failing.pk})
    assert released.json() == {"failures": 1}
    told = Event.objects.filter(source_id=failing.pk).order_by("pk")
    kinds = list(told.values_list("kind", flat=True))
    assert kinds[-2:] == ["failure.taken", "failure.released"]


def test_a_source_is_added_for_a_team_where_one_may(cast: Cast) -> None:
    client = cast.as_role(Role.RELEASE_MANAGER)
    body = {"team": cast.own.team.pk, "name": "new", "location": "https://updates.example/new/"}
    answer = post(client, "/api/v1/sources/", body)
    assert answer.status_code == 201
    assert client.get(answer.json()["href"]).json()["name"] == "new"
    assert Event.objects.filter(kind="source.added", subject="new").exists()
    assert post(client, "/api/v1/sources/", body).status_code == 422  # it is there already
    other = {**body, "team": cast.other.team.pk}
    assert post(client, "/api/v1/sources/", other).status_code == 404
    private = {**body, "location": "http://127.0.0.1/"}
    assert post(client, "/api/v1/sources/", private).status_code == 422


def test_an_interval_is_changed_with_an_event(cast: Cast) -> None:
    client = cast.as_role(Role.RELEASE_MANAGER)
    address = f"/api/v1/sources/{cast.own.source.pk}/source/"
    answer = post(client, address, {"every_seconds": 3600, "reason": "calmer"})
    assert answer.json()["every_seconds"] == 3600
    assert Event.objects.filter(kind="source.changed", reason="calmer").exists()
    assert post(client, address, {"every_seconds": 1}).json()["errors"][0]["where"] == (
        "$.every_seconds"
    )
    assert post(cast.as_role(Role.ON_CALL), address, {"every_seconds": 60}).status_code == 403


def test_a_crawl_is_asked_for_and_followed(cast: Cast) -> None:
    client = cast.as_role(Role.ON_CALL)
    address = f"/api/v1/sources/{cast.own.source.pk}/crawl/"
    assert client.get(address).json()["word"] == "not scheduled"
    answer = post(client, address, {"reason": "just published"})
    assert answer.status_code == 202
    assert answer.json()["word"] in {"due now", "in less than a minute"}  # by another clock
    assert Event.objects.filter(kind="source.crawl_requested", reason="just published").exists()


def test_a_job_in_quarantine_is_tried_again(cast: Cast) -> None:
    client = sign_in(Client(), cast.own.administrator)
    job = Job.objects.get(kind="crawl", key=str(cast.own.source.pk))
    Job.objects.filter(pk=job.pk).update(state=State.QUARANTINED)
    listed = client.get("/api/v1/jobs/?state=quarantined").json()
    assert [one["job_id"] for one in listed["lines"]] == [job.pk]
    assert post(client, f"/api/v1/jobs/{job.pk}/", {"reason": "mended"}).status_code == 202
    assert Job.objects.get(pk=job.pk).state == State.QUEUED
    assert Event.objects.filter(kind="job.retried", reason="mended").exists()


def test_the_overview_is_the_page(cast: Cast) -> None:
    told = cast.as_role(Role.VIEWER).get("/api/v1/overview/").json()
    assert told["sources"] == 1
    assert told["title"]
