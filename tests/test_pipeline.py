"""All of it together: jobs that are known, what is recorded with what, who reads the log."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.simulators.kind_runs import claim, run_once
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui import pipeline
from trustui.events.models import Checkpoint, Consumer, Event
from trustui.events.sealing import LogBroken
from trustui.inventory.models import Crawl
from trustui.inventory.sources import CRAWL
from trustui.jobs.models import Job, Worker
from trustui.jobs.runner import Runner
from trustui.verdicts.clock import Clock
from trustui.verdicts.models import Held, Verdict
from trustui.verdicts.sweeping import LAPSE, lapse

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_every_kind_has_a_name_of_its_own() -> None:
    names = [kind.name for kind in pipeline.KINDS]
    assert len(set(names)) == len(names)
    assert {CRAWL, *pipeline.RECURRING} <= set(names)


@pytest.mark.django_db
def test_the_jobs_of_the_installation_are_asked_for_once() -> None:
    pipeline.schedule(NOW)
    before = list(Job.objects.order_by("kind").values_list("kind", "key", "every_seconds"))
    assert before == [(kind, "all", every) for kind, every in sorted(pipeline.RECURRING.items())]
    Job.objects.update(due_at=NOW + DAY)
    pipeline.schedule(NOW)
    assert set(Job.objects.values_list("due_at", flat=True)) == {NOW + DAY}


@pytest.mark.django_db(transaction=True)
def test_following_seals_and_lets_everybody_read_on() -> None:
    watched = Watched(vendor())
    assert pipeline.follow(NOW) == len(pipeline.CONSUMERS)
    assert Checkpoint.objects.get().size == Event.objects.count() == 1
    assert Consumer.objects.get(name="verdicts").position == 1
    assert Job.objects.filter(key=str(watched.source.pk)).count() == 2
    assert pipeline.follow(NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_a_broken_log_is_not_sealed_and_what_is_sealed_is_followed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Watched(vendor())

    def broken(*_arguments: object, **_options: object) -> None:
        raise LogBroken("the newest checkpoint is of 7 events, and 8 are sealed")

    monkeypatch.setattr(pipeline, "seal", broken)
    assert pipeline.follow(NOW) == 0
    assert "the newest checkpoint is of 7 events" in caplog.text
    assert not Checkpoint.objects.exists()


@pytest.fixture
def worked_lately(db: None) -> None:  # noqa: ARG001  rows
    """Somebody worked an hour ago, so that nothing is wrong with the clock."""
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    Worker.objects.create(name="one", mode="test", started_at=hour_ago, beat_at=hour_ago)


@pytest.mark.usefixtures("worked_lately")
def test_a_crawl_is_recorded_and_concluded_together() -> None:
    watched = Watched(vendor(start=datetime.now(UTC) - DAY))
    pipeline.record_crawls([watched.look(datetime.now(UTC))], datetime.now(UTC))
    assert Crawl.objects.count() == 1
    assert watched.standing.trust_state == "verified"


@pytest.mark.django_db
def test_crawls_that_were_judged_by_a_wrong_clock_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    running = [0.0]
    wall = [START]
    clock = Clock(
        "one.example",
        wall=lambda: wall[0],
        running=lambda: running[0],
        database=lambda: None,
    )
    monkeypatch.setattr(pipeline, "CLOCK", clock)
    watched = Watched(vendor())
    pipeline.record_crawls([watched.look(START)], START)
    wall[0] = START + 3652 * DAY
    watched.repo.publish(START + DAY)
    pipeline.record_crawls([watched.look(wall[0])], wall[0])
    assert Verdict.objects.count() == 1
    assert Held.objects.count() == 1
    assert Crawl.objects.count() == 2
    pipeline.record_crawls([replace(watched.look(wall[0]), served_at=wall[0])], wall[0])
    run_once(lapse(clock), claim(LAPSE))
    assert Verdict.objects.count() == 2
    assert not Held.objects.exists()


@pytest.mark.django_db
def test_what_was_judged_by_a_wrong_date_waits_though_the_date_is_right_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Judged and taken up at the wrong date, which is set back before anybody looks at it."""
    wall = [START]
    clock = Clock("one.example", wall=lambda: wall[0], running=lambda: 0.0, database=lambda: None)
    monkeypatch.setattr(pipeline, "CLOCK", clock)
    watched = Watched(vendor())
    pipeline.record_crawls([watched.look(START)], START)
    wrong = START + 3652 * DAY
    watched.repo.publish(START + DAY)
    pipeline.record_crawls([watched.look(wrong)], wrong)
    assert Verdict.objects.count() == 1
    assert Held.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worked_lately")
def test_from_a_source_that_is_asked_for_to_its_verdict(tmp_path: Path) -> None:
    """The runner with every kind: a folder is crawled, recorded and concluded."""
    now = datetime.now(UTC)
    repo = vendor(start=now - timedelta(hours=1))
    for name, body in repo.metadata.items():
        (tmp_path / name).write_bytes(body)
    watched = Watched(repo)
    watched.source.kind, watched.source.location = "directory", str(tmp_path)
    watched.source.save()
    kinds = [kind for kind in pipeline.KINDS if kind.name != CRAWL]
    crawl = next(kind for kind in pipeline.KINDS if kind.name == CRAWL)
    crawls = type(crawl)(record=pipeline.record_crawls, at_once=2, local_roots=(tmp_path,))  # type: ignore[call-arg]
    runner = Runner([*kinds, crawls], owner="one", mode="test", lease_seconds=60)
    try:
        pipeline.follow(now)
        runner.drain(30)
    finally:
        runner.stop()
    assert watched.standing.trust_state == "verified"
    assert set(Job.objects.values_list("failures", flat=True)) == {0}
