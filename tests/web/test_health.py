"""The probes say what is the matter, and nothing about what is stored."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from trustui.jobs.models import Job, State, Worker
from trustui.web.health import missing_migrations

pytestmark = pytest.mark.django_db


@contextmanager
def database_away() -> Iterator[None]:
    """Every statement fails as it does when the server is gone."""

    def fail(*_: object) -> None:
        raise OperationalError("connection to db.internal, user trustui, failed")

    with connection.execute_wrapper(fail):
        yield


def make_due(since: timedelta, state: State = State.QUEUED) -> None:
    now = datetime.now(UTC)
    Job.objects.create(kind="crawl", key="1", state=state, due_at=now - since, created_at=now)


def make_worker(reported: timedelta) -> None:
    now = datetime.now(UTC)
    Worker.objects.create(name="w", mode="pool", started_at=now, beat_at=now - reported)


def test_a_process_without_database_is_alive_but_not_ready(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), database_away():
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["the database does not answer"]
    assert "db.internal" in caplog.text


def test_it_is_ready_with_all_migrations(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(2):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_it_is_not_ready_without_a_migration_and_names_it(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("jobs", "0001_initial")
    assert missing_migrations() == ["jobs.0001_initial"]
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "jobs.0001_initial" in answer.json()["reasons"][0]


def test_waiting_jobs_without_a_worker_are_a_fault(client: Client) -> None:
    make_due(timedelta(minutes=2))
    answer = client.get("/livez/workers")
    assert answer.status_code == 503
    assert "120 seconds" in answer.json()["reasons"][0]


def test_a_job_whose_lease_ran_out_waits_too(client: Client) -> None:
    make_due(timedelta(minutes=2), State.RUNNING)
    assert client.get("/livez/workers").status_code == 503


def test_a_worker_that_went_silent_is_not_alive(client: Client) -> None:
    make_due(timedelta(minutes=2))
    make_worker(reported=timedelta(minutes=1))
    assert client.get("/livez/workers").status_code == 503


def test_waiting_jobs_with_a_worker_are_work(client: Client) -> None:
    make_due(timedelta(minutes=2))
    make_worker(reported=timedelta(seconds=5))
    answer = client.get("/livez/workers")
    assert (answer.status_code, answer.json()["workers"]) == (200, 1)


def test_a_job_that_is_just_due_needs_no_worker_yet(client: Client) -> None:
    make_due(timedelta(seconds=5))
    assert client.get("/livez/workers").status_code == 200


def test_workers_are_unknown_without_database(client: Client) -> None:
    with database_away():
        assert client.get("/livez/workers").status_code == 503


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/livez/workers", "/metrics"])
def test_a_probe_changes_nothing_and_is_never_cached(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
    assert "no-store" in client.get(path)["Cache-Control"]
