"""Concluding again in portions: what lapsed, what waited, what other rules or roots made due."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.scale import so_many
from tests.simulators.kind_runs import claim, run_once
from tests.simulators.watched import DAY, START, WEEK, Watched, keep, vendor
from trustui.events.models import Event
from trustui.jobs import queue
from trustui.jobs.kinds import Result, SimpleKind
from trustui.jobs.models import Job, Worker
from trustui.jobs.runner import Runner
from trustui.verdicts import sweeping
from trustui.verdicts.clock import Clock
from trustui.verdicts.models import Cause, ClockDoubt, Held, SourceVerdict, Verdict
from trustui.verdicts.remembering import Remembered
from trustui.verdicts.reverifying import verified_again
from trustui.verdicts.sweeping import AGAIN, LAPSE, UPGRADE, Again, Sweep, lapse, upgrade
from trustui.verdicts.verifier import VERIFIER

LAPSED = START + WEEK
OLD_RULES = "trustui/0.0.1 tuf/1.0.34 rules 0"


class Time:
    """A clock that the test moves, and that nothing is wrong with."""

    def __init__(self, at: datetime = LAPSED) -> None:
        self.at = at
        self.began = at
        self.clock = Clock(
            "one.example",
            wall=lambda: self.at,
            running=self.running,
            database=lambda: None,
        )

    def running(self) -> float:
        return (self.at - self.began).total_seconds()


@pytest.fixture
def at() -> Time:
    return Time()


def watch(count: int, at: datetime = START) -> list[Watched]:
    repo = vendor(start=at)
    sources = [Watched(repo) for _ in range(count)]
    keep([one.look(at) for one in sources], at)
    return sources


def small(sweep: Sweep, portion: int) -> Sweep:
    return Sweep(sweep.name, sweep.cause, sweep.choose, sweep.clock, portion=portion)


def states(sources: Sequence[Watched]) -> set[tuple[str, int]]:
    """Trust state and number of verdicts of each."""
    return {(one.standing.trust_state, len(one.verdicts)) for one in sources}


# ---- time


@pytest.mark.django_db
def test_what_lapsed_is_concluded_without_a_request(at: Time) -> None:
    (watched,) = watch(1)
    (result,) = run_once(lapse(at.clock), claim(LAPSE))
    assert not result.again
    verdict = watched.standing.verdict
    assert (verdict.cause, verdict.first_failing) == (Cause.TIME, "tuf.timestamp.freeze.expired")
    assert verdict.at == LAPSED
    assert verdict.changes == ["timestamp v1 expired 2026-03-08T12:00:00Z"]


@pytest.mark.django_db
def test_what_has_not_lapsed_is_left_alone() -> None:
    (watched,) = watch(1)
    run_once(lapse(Time(START + DAY).clock), claim(LAPSE))
    assert len(watched.verdicts) == 1


@pytest.mark.django_db
def test_each_change_of_time_is_one_verdict() -> None:
    """Expires soon, expired, and then nothing more that time alone could change."""
    (watched,) = watch(1)
    at = Time(START)
    kind = lapse(at.clock)
    for _ in range(50):
        at.at += DAY
        run_once(kind, claim(LAPSE))
    assert [state for state, _ in watched.story] == ["verified", "expires_soon", "failing"]
    assert watched.standing.valid_until == START + 365 * DAY  # when the root expires


@pytest.mark.django_db
def test_a_full_portion_is_due_again_at_once(at: Time) -> None:
    sources = watch(5)
    kind = small(lapse(at.clock), 2)
    dues = []
    for _ in range(4):
        (result,) = run_once(kind, claim(LAPSE))
        dues.append(result.again)
    assert dues == [True, True, False, False]
    assert states(sources) == {("failing", 2)}


@pytest.mark.django_db
def test_the_longest_overdue_come_first(at: Time) -> None:
    early, late = watch(1, START - DAY), watch(1)
    run_once(small(lapse(at.clock), 1), claim(LAPSE))
    assert (len(late[0].verdicts), len(early[0].verdicts)) == (1, 2)


@pytest.mark.django_db
def test_a_removed_source_is_left_alone(at: Time) -> None:
    (watched,) = watch(1)
    watched.source.removed_at = LAPSED
    watched.source.save()
    run_once(lapse(at.clock), claim(LAPSE))
    assert len(watched.verdicts) == 1


@pytest.mark.django_db
def test_what_is_left_when_the_process_has_to_stop_is_due_at_once(at: Time) -> None:
    watch(2)
    run_once(lapse(at.clock), claim(LAPSE), is_stopping=True)
    assert Verdict.objects.count() == 2
    assert SourceVerdict.objects.filter(valid_until__lte=LAPSED).count() == 2


# ---- the clock


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [timedelta(hours=1), 3652 * DAY, -timedelta(hours=1)], ids=str)
def test_a_clock_that_jumps_concludes_nothing(jump: timedelta) -> None:
    sources = watch(3)
    at = Time(START + 5 * DAY)
    kind = lapse(at.clock)
    run_once(kind, claim(LAPSE))
    at.at += jump
    at.began += jump
    for _ in range(10):
        assert run_once(kind, claim(LAPSE)) == []
        at.at += timedelta(seconds=5)
    assert states(sources) == {("verified", 1)}
    assert ClockDoubt.objects.count() == 1


@pytest.mark.django_db
def test_once_the_clock_is_confirmed_everything_is_caught_up() -> None:
    sources = watch(3)
    at = Time(START + 5 * DAY)
    kind = lapse(at.clock)
    run_once(kind, claim(LAPSE))
    at.at += 4 * DAY
    at.began += 4 * DAY
    run_once(kind, claim(LAPSE))
    assert states(sources) == {("verified", 1)}
    at.clock.witness(1, at.at, at.at)
    run_once(kind, claim(LAPSE))
    assert states(sources) == {("failing", 2)}
    told = Event.objects.filter(kind__startswith="clock.").order_by("id")
    assert [one.kind for one in told] == ["clock.doubted", "clock.confirmed"]


@pytest.mark.django_db
def test_what_waited_for_the_clock_is_concluded_first(at: Time) -> None:
    waiting, other = watch(1)[0], watch(1)[0]
    waiting.repo.publish(LAPSED)
    waiting.crawl(LAPSED, is_clock_doubted=True)
    run_once(small(lapse(at.clock), 1), claim(LAPSE))
    assert waiting.story == [("verified", ""), ("verified", "")]
    assert waiting.standing.verdict.cause == Cause.EVIDENCE
    assert not Held.objects.exists()
    assert len(other.verdicts) == 1


# ---- our own faults


def break_for(monkeypatch: pytest.MonkeyPatch, broken: Watched) -> None:
    def fragile(one: Remembered, cause: Cause, now: datetime) -> object:
        if one.order.source_id == broken.source.pk:
            raise RuntimeError("a fault of ours")
        return verified_again(one, cause, now)

    monkeypatch.setattr("trustui.verdicts.sweeping.verified_again", fragile)


@pytest.mark.django_db
def test_one_that_breaks_keeps_nobody_from_being_concluded(
    at: Time, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sources = watch(3)
    break_for(monkeypatch, sources[0])
    run_once(lapse(at.clock), claim(LAPSE))
    assert [len(one.verdicts) for one in sources] == [1, 2, 2]
    assert "a fault of ours" in caplog.text
    assert sources[0].standing.valid_until == LAPSED + sweeping.POSTPONED


@pytest.mark.django_db
def test_after_a_death_sources_are_tried_alone_and_postponed_before(at: Time) -> None:
    """Whatever kills the process again, the next try goes on with another source."""
    sources = watch(3)
    (task,) = lapse(at.clock).prepare([claim(LAPSE, attempt=2)])
    assert len(task.work) == 1
    assert sources[0].standing.valid_until == LAPSED + sweeping.POSTPONED
    (task,) = lapse(at.clock).prepare([claim(LAPSE, attempt=3)])
    assert task.work[0].order.source_id == sources[1].source.pk


@pytest.mark.django_db
def test_a_try_alone_that_goes_well_is_written(at: Time) -> None:
    sources = watch(2)
    (result,) = run_once(lapse(at.clock), claim(LAPSE, attempt=2))
    assert result.again
    assert [len(one.verdicts) for one in sources] == [2, 1]
    assert sources[0].standing.valid_until == START + 365 * DAY


# ---- other rules


@pytest.mark.django_db
def test_other_rules_make_everything_due_portion_by_portion() -> None:
    sources = watch(3)
    Verdict.objects.update(verifier=OLD_RULES)
    kind = small(upgrade(Time(START + DAY).clock), 2)
    run_once(kind, claim(UPGRADE))
    assert sum(len(one.verdicts) for one in sources) == 5
    run_once(kind, claim(UPGRADE))
    run_once(kind, claim(UPGRADE))
    assert states(sources) == {("verified", 2)}
    assert {one.standing.verdict.verifier for one in sources} == {VERIFIER}
    assert {one.standing.verdict.cause for one in sources} == {Cause.VERIFIER}


# ---- another root


@pytest.mark.django_db
def test_sources_with_another_root_are_verified_from_it(at: Time) -> None:
    sources = watch(2)
    for one in sources:
        one.pin(vendor("somebody else").document("root", 1))
    claims = [claim(AGAIN, str(one.source.pk)) for one in sources]
    assert len(run_once(Again(at.clock), *claims)) == 2
    assert states(sources) == {("failing", 2)}
    assert {one.standing.verdict.cause for one in sources} == {Cause.ANCHOR}


@pytest.mark.django_db
def test_a_source_that_is_gone_has_nothing_to_do(at: Time) -> None:
    assert run_once(Again(at.clock), claim(AGAIN, "404")) == []


@pytest.mark.django_db
def test_one_that_breaks_is_tried_again(at: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    (watched,) = watch(1)
    break_for(monkeypatch, watched)
    (result,) = run_once(Again(at.clock), claim(AGAIN, str(watched.source.pk)))
    assert result.failed is not None


# ---- many at one instant


@pytest.mark.django_db
def test_a_portion_takes_the_same_number_of_statements_however_large(at: Time) -> None:
    watch(30)
    at.clock.look()
    counts = []
    for portion in (1, 25):
        with CaptureQueriesContext(connection) as queries:
            run_once(small(lapse(at.clock), portion), claim(LAPSE))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 40


class Crawls(SimpleKind):
    """Stands for crawls: notes when each was done."""

    name = "crawls"
    at_once = 8
    seconds = 10.0

    def __init__(self) -> None:
        self.times: list[float] = []

    def record(self, results: Sequence[Result]) -> None:
        self.times += [time.monotonic()] * len(results)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("many", [so_many(100, 200), pytest.param(10_000, marks=pytest.mark.soak)])
def test_all_that_lapse_at_one_instant_are_no_stampede(
    many: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each verdict lands once, and other jobs go on meanwhile (docs/operate/verdicts.md)."""
    now = datetime.now(UTC)
    sources = watch(many, now - WEEK)
    Worker.objects.create(name="one", mode="test", started_at=now, beat_at=now - DAY)
    crawls, done = Crawls(), threading.Event()
    kinds = (lapse(Clock("one.example")), crawls)
    queue.enqueue(kind=LAPSE, key="all", due_at=now, every_seconds=5)
    runner = Runner(kinds, owner="one", mode="test", lease_seconds=60)

    def ask_on() -> None:
        for number in range(10_000):
            if done.is_set():
                break
            queue.enqueue(kind="crawls", key=str(number), due_at=datetime.now(UTC))
            time.sleep(0.02)
        connection.close()

    asking = threading.Thread(target=ask_on)
    asking.start()
    began = time.monotonic()
    try:
        ends = began + 900
        while SourceVerdict.objects.exclude(trust_state="failing").exists():
            assert time.monotonic() < ends
            runner.drain(0.5)
    finally:
        done.set()
        asking.join()
        runner.stop()
    assert Verdict.objects.filter(cause=Cause.TIME).count() == many
    assert Event.objects.filter(kind="verdict.changed").count() == 2 * many
    assert SourceVerdict.objects.filter(verdict__cause=Cause.TIME).count() == len(sources)
    took = time.monotonic() - began
    gaps = [later - earlier for earlier, later in zip(crawls.times, crawls.times[1:], strict=False)]
    with capsys.disabled():
        print(f"\n{many} lapses in {took:.1f} s, meanwhile {len(crawls.times)} other jobs, "
              f"longest gap {max(gaps):.2f} s")  # fmt: skip
    assert max(gaps) < 5.0
    assert Job.objects.get(kind=LAPSE).failures == 0
