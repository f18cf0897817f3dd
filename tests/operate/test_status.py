"""`trustui status`: what is wrong now, first; and whether the work goes on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import DjangoAssertNumQueries

from tests.simulators.command_line import Trustui
from tests.simulators.expecting import give
from tests.simulators.expiring import authority
from tests.simulators.image_repository import Repository
from tests.simulators.imaged import Imaged
from tests.simulators.watched import START, Watched, vendor
from trustui.images.models import ImageRepository
from trustui.jobs.models import Job, State, Worker
from trustui.operate.status import status_at
from trustui.verdicts.models import ClockDoubt, DueRepository

pytestmark = pytest.mark.django_db


def test_an_installation_without_sources_is_well(trustui: Trustui) -> None:
    answer = trustui("status")
    assert answer.status == 0
    assert answer.out == "sources: none\njobs: 0 queued, 0 running\nworkers: none is alive\n"


def test_a_source_that_verifies_is_counted(trustui: Trustui) -> None:
    Watched(vendor()).crawl(START)
    answer = trustui("status", "--json")
    assert answer.status == 0
    assert answer.json["sources"] == {"verified": 1}
    assert answer.json["trouble"] == []


def test_a_source_that_does_not_verify_is_named_with_since_and_why(trustui: Trustui) -> None:
    Watched(vendor(), name="vendor", is_pinned=False).crawl(START)
    answer = trustui("status")
    assert answer.status == 1
    assert answer.out.startswith("vendor: not_trusted since 2026-03-01T12:00:00Z: nobody has said")
    (trouble,) = trustui("status", "--json").json["trouble"]
    assert trouble["check"] == "tuf.root.anchor"


def test_a_source_that_nobody_looked_at_is_counted_and_no_trouble(trustui: Trustui) -> None:
    Watched(vendor())
    answer = trustui("status", "--json")
    assert (answer.status, answer.json["sources"]) == (0, {"not_checked": 1})


def test_jobs_that_are_late_or_put_aside_need_a_person(trustui: Trustui) -> None:
    now = datetime.now(UTC)
    due = {"kind": "crawl", "created_at": now}
    Job.objects.create(key="1", state=State.QUEUED, due_at=now - timedelta(minutes=5), **due)
    answer = trustui("status")
    assert answer.status == 1
    assert "jobs: 1 queued, 0 running, 1 late since " in answer.out
    Job.objects.update(state=State.QUARANTINED)
    answer = trustui("status")
    assert answer.status == 1
    assert "1 in quarantine" in answer.out


def test_a_clock_in_doubt_needs_a_person_and_says_what_to_do(trustui: Trustui) -> None:
    ClockDoubt.objects.create(host="node-1", since=START, looked_at=START, because="it jumped")
    answer = trustui("status")
    assert answer.status == 1
    assert "the clock of node-1 is in doubt" in answer.out
    assert "`trustui clock confirm node-1`" in answer.out


def test_workers_that_report_are_named(trustui: Trustui) -> None:
    now = datetime.now(UTC)
    Worker.objects.create(name="node-1:7", mode="pool", started_at=now, beat_at=now, running=3)
    assert "workers: node-1:7\n" in trustui("status").out
    (worker,) = trustui("status", "--json").json["workers"]
    assert worker == {"name": "node-1:7", "mode": "pool", "running": 3}


def test_a_migration_that_is_missing_needs_a_person(trustui: Trustui) -> None:
    MigrationRecorder(connection).record_unapplied("jobs", "0001_initial")
    answer = trustui("status")
    assert answer.status == 1
    assert "the database lacks 1 migration" in answer.out


@pytest.fixture
def many() -> list[Watched]:
    return [Watched(vendor(), is_pinned=False) for _ in range(12)]


def test_it_takes_as_many_statements_for_many_sources(
    many: list[Watched], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for one in many:
        one.crawl(START)
    with django_assert_max_num_queries(15):
        status = status_at(START)
    assert len(status.trouble) == 12


def test_what_has_expired_in_trust_material_is_counted(trustui: Trustui) -> None:
    give("ca:acme", authority("CN=acme", START).pem)
    answer = trustui("status")
    assert answer.status == 0
    assert "expired in trust material: 1 certificate\n" in answer.out
    assert trustui("status", "--json").json["expired"] == {"certificate": 1}


def test_images_that_wait_are_counted(trustui: Trustui) -> None:
    Imaged({"team/app": Repository()}).crawl(START)
    repository = ImageRepository.objects.get()
    DueRepository.objects.create(repository=repository, cause="policy", since=START)
    told = trustui("status", "--json").json
    assert (told["overdue_artefacts"], told["waiting_repositories"]) == (0, 1)
    out = trustui("status").out
    assert "images: 0 artefacts overdue, repositories to verify again: 1\n" in out
