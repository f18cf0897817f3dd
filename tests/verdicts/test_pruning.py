"""What is forgotten: old crawls that found nothing new, and machines that are gone."""

from datetime import datetime

import pytest

from tests.simulators.kept import made_once
from tests.simulators.kind_runs import claim, run_once
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.inventory.models import Crawl, Sighting
from trustui.verdicts.clock import Clock
from trustui.verdicts.models import ClockDoubt, Verdict
from trustui.verdicts.pruning import PRUNE, Prune, prune

pytestmark = pytest.mark.django_db


@pytest.fixture
@made_once
def watched() -> Watched:
    """Crawled on ten days; something new on the first and the fifth."""
    watched = Watched(vendor())
    for day in range(10):
        if day == 5:
            watched.repo.publish(START + day * DAY)
        watched.crawl(START + day * DAY)
    return watched


def days() -> list[int]:
    return [(one.finished_at - START).days for one in Crawl.objects.order_by("id")]


def doubt(host: str, looked_at: datetime) -> None:
    ClockDoubt.objects.create(host=host, since=START, looked_at=looked_at, because="it jumped")


def test_unchanged_crawls_of_more_than_a_week_ago_go(watched: Watched) -> None:
    assert prune(START + 11 * DAY) == 3
    assert days() == [0, 4, 5, 6, 7, 8, 9]
    assert prune(START + 11 * DAY) == 0
    assert watched.standing.trust_state == "verified"


def test_the_last_crawl_of_a_source_and_all_that_found_something_stay(watched: Watched) -> None:
    sightings, verdicts = Sighting.objects.count(), Verdict.objects.count()
    prune(START + 400 * DAY)
    assert days() == [0, 5, 9]
    assert (Sighting.objects.count(), Verdict.objects.count()) == (sightings, verdicts)
    assert not Sighting.objects.filter(crawl=None).exists()
    assert watched.standing.verdict.crawl is not None


def test_one_run_takes_out_so_many(watched: Watched) -> None:
    assert prune(START + 400 * DAY, most=2) == 2
    assert days() == [0, 3, 4, 5, 6, 7, 8, 9]
    assert watched.source.removed_at is None


def test_doubts_of_machines_that_look_no_more_go() -> None:
    doubt("gone.example", START)
    doubt("there.example", START + 2 * DAY)
    prune(START + 2 * DAY)
    assert ClockDoubt.objects.get().host == "there.example"


def prune_at(now: datetime) -> None:
    clock = Clock("one.example", wall=lambda: now, running=lambda: 0.0, database=lambda: None)
    run_once(Prune(clock), claim(PRUNE))


def test_the_job_prunes(watched: Watched) -> None:
    prune_at(START + 11 * DAY)
    assert len(days()) == 7
    assert watched.source.pk


def test_a_clock_in_doubt_prunes_nothing(watched: Watched) -> None:
    prune_at(START + 3652 * DAY)
    assert len(days()) == 10
    assert watched.source.pk
