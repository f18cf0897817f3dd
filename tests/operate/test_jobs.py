"""`trustui jobs`: what waits, and putting it aside and back."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.command_line import Trustui
from trustui.events.models import Event
from trustui.jobs.models import Job, State
from trustui.operate import jobs

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


def job(key: str = "7", **fields: object) -> Job:
    given = {"kind": "crawl", "state": State.QUEUED, "due_at": NOW, "created_at": NOW, **fields}
    return Job.objects.create(key=key, **given)


def test_the_next_one_stands_first(trustui: Trustui) -> None:
    job("later", due_at=NOW + timedelta(hours=1))
    job("sooner", payload={"a": 1}, requested_by="person:alice")
    answer = trustui("jobs", "list", "--json").json
    assert [one["key"] for one in answer["jobs"]] == ["sooner", "later"]
    assert answer["jobs"][0]["input"] == {"a": 1}
    assert answer["jobs"][0]["requested_by"] == "person:alice"


def test_progress_and_the_last_error_are_shown(trustui: Trustui) -> None:
    running = {"progress_done": 3, "progress_total": 9, "progress_current": "bin-3.json"}
    job("1", state=State.RUNNING, **running)
    job("2", last_error="no answer")
    lines = trustui("jobs", "list").out.splitlines()
    assert any("crawl 1 (3 of 9 bin-3.json)" in line for line in lines)
    assert any(line.endswith("crawl 2: no answer") for line in lines)


def test_the_list_is_narrowed_by_state(trustui: Trustui) -> None:
    job("1")
    job("2", state=State.QUARANTINED)
    listed = trustui("jobs", "list", "--state", "quarantined", "--json").json["jobs"]
    assert [one["key"] for one in listed] == ["2"]


def test_a_long_list_says_that_there_are_more(
    trustui: Trustui, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST", 1)
    job("1")
    job("2")
    assert "and more than 1" in trustui("jobs", "list").out
    assert trustui("jobs", "list", "--json").json["is_all"] is False


def test_no_jobs_are_none(trustui: Trustui) -> None:
    assert trustui("jobs", "list").out == "no jobs\n"


def test_a_job_is_put_aside_and_back_each_with_an_event(trustui: Trustui) -> None:
    one = job()
    why = ("--reason", "it kills workers", "--as", "alice")
    assert trustui("jobs", "quarantine", one.pk, *why).status == 0
    one.refresh_from_db()
    assert (one.state, one.last_error) == (State.QUARANTINED, "it kills workers")
    again = trustui("jobs", "quarantine", one.pk, *why)
    assert (again.status, "in quarantine already" in again.err) == (2, True)
    assert trustui("jobs", "retry", one.pk, "--json").json == {
        "retried": one.pk,
        "was_in_quarantine": True,
    }
    one.refresh_from_db()
    assert one.state == State.QUEUED
    told = Event.objects.order_by("id").values_list("kind", "reason")
    assert list(told) == [("job.quarantined", "it kills workers"), ("job.retried", "")]


def test_running_one_sooner_is_no_event(trustui: Trustui) -> None:
    one = job(due_at=NOW + timedelta(days=1))
    assert trustui("jobs", "retry", one.pk).status == 0
    one.refresh_from_db()
    assert one.due_at <= datetime.now(UTC)
    assert not Event.objects.exists()


def test_quarantine_needs_a_reason(trustui: Trustui) -> None:
    assert trustui("jobs", "quarantine", job().pk).status == 2


@pytest.mark.parametrize("number", ["1000000", "x", "-1", "9" * 30])
@pytest.mark.parametrize("act", ["retry", "quarantine"])
def test_a_job_that_is_not_there_is_refused(trustui: Trustui, act: str, number: str) -> None:
    reason = ("--reason", "why") if act == "quarantine" else ()
    assert trustui("jobs", act, number, *reason).status == 2
