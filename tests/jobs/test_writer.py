from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoAssertNumQueries

from trustui.jobs import crash_points, leases, queue
from trustui.jobs.inbox import Finished
from trustui.jobs.kinds import Claim, Result, SimpleKind
from trustui.jobs.models import Job, Outcome, State
from trustui.jobs.queue import Ask
from trustui.jobs.writer import Written, write

pytestmark = pytest.mark.django_db(transaction=True)


def now() -> datetime:
    return datetime.now(UTC)


class Ledger(SimpleKind):
    """Records into a row of the queue itself, so that a rollback would be seen."""

    name = "ledger"
    at_once = 10
    seconds = 10.0

    def record(self, results: Sequence[Result]) -> None:
        for result in results:
            queue.enqueue(kind="effect", key=result.claim.key, due_at=now())
        if any(result.value == "bad" for result in results):
            raise ValueError("cannot be recorded")


LEDGER = Ledger()


def take(*keys: str, every_seconds: int | None = None) -> list[Claim]:
    queue.enqueue_many(
        [Ask(kind="ledger", key=key, due_at=now(), every_seconds=every_seconds) for key in keys]
    )
    return leases.claim("ledger", owner="a", limit=500, lease_seconds=60, now=now())


def finished(claim: Claim, value: object = "good", failed: str | None = None) -> Finished:
    return Finished(Result(claim, value, failed), 0.0)


def effects() -> list[str]:
    return sorted(Job.objects.filter(kind="effect").values_list("key", flat=True))


def job(key: str = "1") -> Job:
    return Job.objects.get(kind="ledger", key=key)


@pytest.fixture
def on_visit() -> Iterator[Callable[[Callable[[str], None]], None]]:
    yield crash_points.install
    crash_points.install(None)


def test_a_batch_of_any_size_takes_the_same_number_of_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    class Nothing(Ledger):
        def record(self, results: Sequence[Result]) -> None:
            """Nothing."""

    nothing = Nothing()
    claims = take(*map(str, range(101)))
    with CaptureQueriesContext(connection) as few:
        write([finished(claims[0])], nothing, now())
    with django_assert_num_queries(len(few)):
        assert write([finished(claim) for claim in claims[1:]], nothing, now()).finished == 100


def test_results_are_recorded_with_the_end_of_their_jobs() -> None:
    assert write([finished(claim) for claim in take("1", "2")], LEDGER, now()) == Written(2, 0)
    assert effects() == ["1", "2"]
    assert job().state == State.IDLE


def test_one_that_cannot_be_recorded_fails_alone_and_leaves_no_row() -> None:
    one, two, three = sorted(take("1", "2", "3"), key=lambda claim: claim.key)
    batch = [finished(one), finished(two, "bad"), finished(three)]
    assert write(batch, LEDGER, now()) == Written(3, 0)
    assert effects() == ["1", "3"]
    assert (job("2").last_outcome, job("2").failures) == (Outcome.FAILED, 1)


def test_a_failure_that_has_a_value_is_recorded_and_one_without_is_not() -> None:
    one, two = sorted(take("1", "2"), key=lambda claim: claim.key)
    write([finished(one, failed="429"), finished(two, None, failed="gone")], LEDGER, now())
    assert effects() == ["1"]
    assert (job("1").last_error, job("2").last_error) == ("429", "gone")


def test_a_result_without_a_value_is_recorded_all_the_same() -> None:
    (claim,) = take("1")
    write([finished(claim, None)], LEDGER, now())
    assert effects() == ["1"]


def test_a_result_under_an_older_fence_leaves_no_row_and_is_counted() -> None:
    (claim,) = take("1")
    Job.objects.filter(kind="ledger").update(fence=7)
    assert write([finished(claim)], LEDGER, now()) == Written(0, 1)
    assert effects() == []
    assert job().state == State.RUNNING


def test_a_result_of_a_job_that_is_gone_is_dropped() -> None:
    (claim,) = take("1")
    Job.objects.all().delete()
    assert write([finished(claim)], LEDGER, now()) == Written(0, 1)


def test_the_same_result_twice_is_recorded_once_and_is_no_lost_lease() -> None:
    (claim,) = take("1")
    write([finished(claim)], LEDGER, now())
    Job.objects.filter(kind="effect").delete()
    assert write([finished(claim)], LEDGER, now()) == Written(0, 0)
    assert effects() == []


@pytest.mark.parametrize("point", ["jobs.checked", "jobs.recorded", "jobs.finished"])
def test_trouble_leaves_nothing_behind(
    point: str, on_visit: Callable[[Callable[[str], None]], None]
) -> None:
    def visit(name: str) -> None:
        if name == point:
            raise OperationalError("the connection is lost")

    on_visit(visit)
    claims = take("1", "2")
    with pytest.raises(OperationalError):
        write([finished(claim) for claim in claims], LEDGER, now())
    assert effects() == []
    assert job().state == State.RUNNING


def test_our_own_mistake_is_not_blamed_on_a_job(
    on_visit: Callable[[Callable[[str], None]], None],
) -> None:
    def visit(name: str) -> None:
        if name == "jobs.finished":
            raise LookupError(name)

    on_visit(visit)
    (claim,) = take("1")
    with pytest.raises(LookupError):
        write([finished(claim)], LEDGER, now())
    assert job().state == State.RUNNING


def test_a_recurring_job_waits_as_long_as_somebody_asked_even_after_a_success() -> None:
    (claim,) = take("1", every_seconds=60)
    write([Finished(Result(claim, retry_after=1800.0), 0.0)], LEDGER, now())
    assert job().due_at - now() > timedelta(minutes=29)


def test_a_job_that_is_not_through_is_due_again_at_once_whatever_its_interval() -> None:
    (claim,) = take("1", every_seconds=3600)
    write([Finished(Result(claim, again=True), 0.0)], LEDGER, now())
    assert job().state == State.QUEUED
    assert abs(job().due_at - now()) < timedelta(seconds=30)
