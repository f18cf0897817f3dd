import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import DjangoAssertNumQueries

from trustui.jobs import leases, queue
from trustui.jobs.kinds import Claim
from trustui.jobs.models import Job, State
from trustui.jobs.queue import Ask, Due

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


def enqueue(key: str = "1", **given: Any) -> Job:
    queue.enqueue(**{"kind": "crawl", "key": key, "due_at": now(), **given})
    return Job.objects.get(kind="crawl", key=key)


def take(limit: int = 10) -> list[Claim]:
    return leases.claim("crawl", owner="a", limit=limit, lease_seconds=60, now=now())


def soon(**later: float) -> datetime:
    return now() + timedelta(**later)


# ---- asking


def test_a_new_job_is_queued_with_what_it_was_given() -> None:
    due = soon(hours=1)
    job = enqueue(
        due_at=due,
        payload={"name": "a \u202e name"},
        every_seconds=900,
        priority=10,
        requested_by="person:alice",
    )
    assert job.state == State.QUEUED
    assert job.due_at == due
    assert job.payload == {"name": "a \u202e name"}
    assert (job.every_seconds, job.priority, job.requested_by) == (900, 10, "person:alice")
    assert abs(job.created_at - now()) < timedelta(seconds=30)


def test_there_is_one_job_for_a_kind_and_key() -> None:
    assert enqueue().pk == enqueue().pk
    assert Job.objects.count() == 1


def test_a_queued_job_becomes_due_at_the_earlier_time() -> None:
    early, late = soon(minutes=1), soon(hours=1)
    enqueue(due_at=late)
    assert enqueue(due_at=early).due_at == early
    assert enqueue(due_at=late).due_at == early


def test_asking_without_an_interval_keeps_it_and_asking_with_another_one_changes_it() -> None:
    enqueue(every_seconds=900)
    assert enqueue().every_seconds == 900
    assert enqueue(every_seconds=60).every_seconds == 60


def test_the_newest_payload_counts() -> None:
    enqueue(payload={"n": 1})
    assert enqueue(payload={"n": 2}).payload == {"n": 2}


def test_the_highest_priority_counts() -> None:
    enqueue(priority=10)
    assert enqueue(priority=0).priority == 10


def test_a_job_that_runs_is_asked_for_again() -> None:
    enqueue()
    take()
    lease = Job.objects.get().lease_until
    job = enqueue()
    assert job.state == State.RUNNING
    assert job.asked_again
    assert job.lease_until == job.due_at == lease


def test_a_recurring_job_that_runs_is_not_asked_again_by_its_schedule() -> None:
    enqueue(every_seconds=900)
    take()
    assert not enqueue(every_seconds=900, due_at=soon(minutes=15)).asked_again


def test_a_person_whose_clock_is_ahead_is_heard_all_the_same() -> None:
    enqueue(every_seconds=900)
    take()
    assert enqueue(due_at=soon(minutes=5), priority=10).asked_again


def test_a_job_in_quarantine_stays_there_with_its_input() -> None:
    job = enqueue(payload={"n": 1})
    queue.quarantine(job_id=job.pk, because="it kills workers", now=now())
    job = enqueue(payload={"n": 2})
    assert job.state == State.QUARANTINED
    assert job.payload == {"n": 1}


def test_many_are_asked_for_in_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    asks = [Ask(kind="crawl", key=str(n), due_at=now()) for n in range(2000)]
    with django_assert_num_queries(1):
        queue.enqueue_many(asks)
    assert Job.objects.count() == 2000


def test_of_several_requests_for_one_job_in_a_batch_the_last_counts() -> None:
    queue.enqueue_many(
        [Ask(kind="crawl", key="1", due_at=now(), payload={"n": n}) for n in range(3)]
    )
    assert Job.objects.get().payload == {"n": 2}


def test_asking_for_nothing_asks_the_database_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        queue.enqueue_many([])


def test_a_request_is_part_of_the_transaction_of_its_caller() -> None:
    with transaction.atomic():
        enqueue()
        transaction.set_rollback(True)
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_threads_that_ask_for_the_same_jobs_do_not_block_one_another() -> None:
    asks = [Ask(kind="crawl", key=str(n), due_at=now()) for n in range(200)]
    failed: list[Exception] = []

    def work(part: list[Ask]) -> None:
        try:
            for _ in range(5):
                queue.enqueue_many(part)
        except Exception as error:  # noqa: BLE001  shown below
            failed.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(asks if n % 2 else asks[::-1],)) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Job.objects.count() == 200


# ---- looking


def test_what_is_due_is_counted_with_leases_that_ran_out() -> None:
    enqueue("queued")
    enqueue("later", due_at=soon(hours=1))
    enqueue("held")
    enqueue("silent")
    Job.objects.filter(key="held").update(state=State.RUNNING, due_at=soon(minutes=1))
    since = soon(minutes=-5)
    Job.objects.filter(key="silent").update(state=State.RUNNING, due_at=since)
    assert queue.due_count(now()) == 2
    assert queue.oldest_due(now()) == since


def test_nothing_is_due_in_an_empty_queue() -> None:
    assert queue.due_count(now()) == 0
    assert queue.oldest_due(now()) is None
    assert queue.due_kinds(["crawl"], now()) == []


def test_suspects_are_told_from_others() -> None:
    enqueue()
    queue.enqueue(kind="silent", key="1", due_at=now())
    queue.enqueue(kind="blamed", key="1", due_at=now())
    queue.enqueue(kind="later", key="1", due_at=soon(hours=1))
    Job.objects.filter(kind="silent").update(state=State.RUNNING)
    Job.objects.filter(kind="blamed").update(losses=1)
    found = queue.due_kinds(["crawl", "silent", "blamed", "later", "absent"], now())
    assert sorted(found, key=lambda due: due.kind) == [
        Due("blamed", has_queued=False, has_suspects=True),
        Due("crawl", has_queued=True, has_suspects=False),
        Due("silent", has_queued=False, has_suspects=True),
    ]


def test_the_queue_has_the_clock_of_the_database_where_that_has_one() -> None:
    wrong = datetime(2036, 1, 1, tzinfo=UTC)
    found = queue.clock(wrong)
    if connection.vendor == "postgresql":
        assert abs(found - now()) < timedelta(seconds=30)
    else:
        assert found == wrong


# ---- acts


def test_a_cancelled_job_is_forgotten_with_its_interval() -> None:
    enqueue(every_seconds=900, priority=10)
    assert queue.cancel("crawl", "1")
    job = Job.objects.get()
    assert (job.state, job.every_seconds, job.priority) == (State.IDLE, None, 0)
    assert not queue.cancel("crawl", "2")


def test_what_runs_while_it_is_cancelled_is_not_recorded() -> None:
    enqueue()
    (claim,) = take()
    queue.cancel("crawl", "1")
    assert leases.held(claim.job_id, claim.fence) is None


def test_a_person_puts_a_job_into_quarantine() -> None:
    job = enqueue()
    assert queue.quarantine(job_id=job.pk, because="it eats\x00 memory", now=now())
    job.refresh_from_db()
    assert job.state == State.QUARANTINED
    assert job.last_error == "it eats\\u{0000} memory"
    assert take() == []
    assert not queue.quarantine(job_id=job.pk, because="again", now=now())


def test_what_runs_while_it_is_put_into_quarantine_is_not_recorded() -> None:
    job = enqueue()
    (claim,) = take()
    queue.quarantine(job_id=job.pk, because="it eats memory", now=now())
    assert leases.held(claim.job_id, claim.fence) is None


def test_a_job_is_retried_with_a_clean_slate() -> None:
    job = enqueue(due_at=soon(hours=1))
    Job.objects.update(
        state=State.QUARANTINED, attempts=3, losses=1, deaths=2, failures=4, last_error="died"
    )
    assert queue.retry(job_id=job.pk, now=now())
    job.refresh_from_db()
    assert (job.attempts, job.losses, job.deaths, job.failures) == (0, 0, 0, 0)
    assert [claim.job_id for claim in take()] == [job.pk]


def test_a_job_that_runs_is_retried_afterwards() -> None:
    job = enqueue()
    take()
    assert queue.retry(job_id=job.pk, now=now())
    job.refresh_from_db()
    assert job.state == State.RUNNING
    assert job.asked_again


def test_no_job_is_not_retried() -> None:
    assert not queue.retry(job_id=1, now=now())
