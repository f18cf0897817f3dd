import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import DjangoAssertNumQueries

from trustui.events.models import Event
from trustui.jobs import leases, queue
from trustui.jobs.kinds import Claim
from trustui.jobs.leases import Done, Holding, Locked
from trustui.jobs.models import Job, Outcome, State
from trustui.jobs.queue import Ask

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


def ask(*keys: str, **given: Any) -> None:
    queue.enqueue_many(
        [Ask(**{"kind": "crawl", "key": key, "due_at": now(), **given}) for key in keys]
    )


def take(limit: int = 10, owner: str = "a", **given: Any) -> list[Claim]:
    return leases.claim(
        "crawl", **{"owner": owner, "limit": limit, "lease_seconds": 60, "now": now(), **given}
    )


def take_one(**given: Any) -> Claim:
    (claim,) = take(**given)
    return claim


def run_out(claim: Claim) -> None:
    """Its holder goes silent for longer than the lease."""
    past = now() - timedelta(seconds=1)
    Job.objects.filter(pk=claim.job_id).update(due_at=past, lease_until=past)


def make_due() -> None:
    Job.objects.update(due_at=now() - timedelta(seconds=1))


def job() -> Job:
    return Job.objects.get()


def finish(claim: Claim, state: State = State.IDLE, failures: int = 0) -> None:
    done = Done(claim, state, now(), failures, "because" if failures else "", Outcome.DONE)
    leases.finish([done], now=now())


# ---- claims


def test_a_claim_raises_the_fence_and_counts_the_attempt() -> None:
    ask("1", payload={"n": 1})
    claim = take_one(owner="host:1")
    assert claim == Claim(job().pk, "crawl", "1", {"n": 1}, fence=1, attempt=1)
    assert (job().state, job().lease_owner) == (State.RUNNING, "host:1")
    assert job().due_at == job().lease_until
    assert abs(job().due_at - now() - timedelta(seconds=60)) < timedelta(seconds=10)
    assert job().started_at is not None


def test_what_is_held_is_not_claimed_again() -> None:
    ask("1")
    take()
    assert take() == take(suspects=True) == []


def test_what_is_not_due_is_not_claimed() -> None:
    ask("1", due_at=now() + timedelta(minutes=5))
    assert take() == []


def test_only_the_kind_that_was_asked_for_is_claimed() -> None:
    ask("1", kind="another")
    assert take() == []


def test_the_longest_due_goes_first_and_the_urgent_before_it() -> None:
    for key, minutes, priority in (("late", 1, 0), ("urgent", 0, 10), ("later", 2, 0)):
        ask(key, due_at=now() - timedelta(minutes=minutes), priority=priority)
    assert [take_one(limit=1).key for _ in range(3)] == ["urgent", "later", "late"]


def test_one_claim_takes_urgent_ones_and_others_up_to_its_limit() -> None:
    ask("1", "2", "3", "4")
    ask("5", "6", priority=10)
    keys = {claim.key for claim in take(limit=4)}
    assert len(keys) == 4
    assert {"5", "6"} <= keys


def test_what_this_process_runs_already_is_left_out() -> None:
    ask("1", "2")
    held = take_one(limit=1)
    run_out(held)
    assert [claim.key for claim in take(exclude=[held.job_id])] == [{"1": "2", "2": "1"}[held.key]]
    assert take(suspects=True, exclude=[held.job_id]) == []


def test_a_claim_is_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ask(*map(str, range(500)))
    with transaction.atomic(), django_assert_num_queries(1 + 2):  # and its savepoint
        assert len(take(limit=500)) == 500


@pytest.mark.django_db(transaction=True)
def test_threads_that_claim_at_once_get_different_jobs() -> None:
    ask(*map(str, range(300)))
    taken: list[Claim] = []

    def work(owner: str) -> None:
        try:
            while found := take(limit=7, owner=owner):
                taken.extend(found)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len({claim.job_id for claim in taken}) == 300


def test_the_clock_of_a_worker_does_not_matter_where_the_database_has_one() -> None:
    ask("1")
    wrong = now() - timedelta(days=3650)
    claims = take(now=wrong)
    if connection.vendor == "postgresql":
        assert [claim.key for claim in claims] == ["1"]
        assert job().due_at > now()
    else:
        assert claims == []


# ---- suspects


def test_a_lease_that_ran_out_is_claimed_as_a_suspect_only() -> None:
    ask("1")
    first = take_one()
    run_out(first)
    assert take() == []
    second = take_one(suspects=True, owner="b")
    assert (second.fence, second.attempt) == (2, 2)
    assert (job().losses, job().lease_owner) == (1, "b")
    assert job().last_error == "the process that held it went silent"


def test_a_blamed_job_stays_a_suspect_until_it_comes_to_an_end() -> None:
    ask("1")
    leases.lost(take_one(), "it ran longer than 1 s", now=now())
    make_due()
    assert take() == []
    finish(take_one(suspects=True))
    ask("1")
    assert take_one().attempt == 1
    assert (job().losses, job().deaths) == (0, 0)


def test_a_job_whose_holders_go_silent_again_and_again_is_put_into_quarantine() -> None:
    ask("1")
    run_out(take_one())
    for _ in range(leases.BLAMES - 1):
        run_out(take_one(suspects=True))
    assert take(suspects=True) == []
    assert job().state == State.QUARANTINED
    assert job().losses == leases.BLAMES
    event = Event.objects.get()
    assert (event.kind, event.subject, event.actor) == ("job.quarantined", "crawl 1", "worker")


def test_a_job_that_kills_its_process_is_put_into_quarantine_after_three_tries() -> None:
    ask("1", payload={"input": "poison"})
    run_out(take_one())
    for tries in (2, 3):
        claim = take_one(suspects=True)
        assert claim.attempt == tries
        assert leases.died(claim, "its process was ended by SIGSEGV", now=now())
        make_due()
    assert job().state == State.QUARANTINED
    assert job().payload == {"input": "poison"}
    assert job().last_error == "its process was ended by SIGSEGV"
    assert Event.objects.get().detail == {
        "job": job().pk,
        "attempts": 3,
        "losses": 1,
        "deaths": 2,
        "failures": 0,
    }
    assert take(suspects=True) == []


def test_a_job_that_died_waits_a_moment() -> None:
    ask("1")
    leases.died(take_one(), "it died", now=now())
    assert take(suspects=True) == []
    assert job().due_at <= now() + leases.PAUSE


def test_the_death_of_a_process_after_its_job_was_recorded_is_nobodys_fault() -> None:
    ask("1")
    claim = take_one()
    finish(claim)
    assert not leases.died(claim, "it died", now=now())
    assert not leases.lost(claim, "it went silent", now=now())
    assert (job().state, job().losses, job().deaths) == (State.IDLE, 0, 0)


# ---- fences


ENDS: dict[str, Callable[[Claim], object]] = {
    "finish": finish,
    "hand back": lambda claim: leases.hand_back([claim], now=now()),
    "lose": lambda claim: leases.lost(claim, "because", now=now()),
    "die": lambda claim: leases.died(claim, "because", now=now()),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_older_claim_changes_nothing(end: str) -> None:
    ask("1")
    old = take_one()
    run_out(old)
    take_one(suspects=True, owner="b")
    before = Job.objects.values().get()
    ENDS[end](old)
    assert Job.objects.values().get() == before


def test_a_claim_is_found_by_another_process_as_long_as_it_holds() -> None:
    ask("1", payload={"n": 1})
    claim = take_one()
    assert leases.held(claim.job_id, claim.fence) == claim
    assert leases.held(claim.job_id, claim.fence + 1) is None
    finish(claim)
    assert leases.held(claim.job_id, claim.fence) is None


# ---- renewal


def test_leases_are_renewed_in_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ask(*map(str, range(100)))
    held = [Holding(claim.job_id, claim.fence) for claim in take(limit=100, lease_seconds=1)]
    with django_assert_num_queries(1):
        leases.renew(held, lease_seconds=600, now=now())
    assert not Job.objects.filter(due_at__lt=now() + timedelta(seconds=500)).exists()
    leases.renew([], lease_seconds=600, now=now())


def test_what_somebody_else_took_over_is_not_renewed() -> None:
    ask("1")
    old = take_one()
    run_out(old)
    take_one(suspects=True)
    before = job().due_at
    leases.renew([Holding(old.job_id, old.fence, 1, 2, "x")], lease_seconds=600, now=now())
    assert job().due_at == before
    assert job().progress_done is None


def test_a_renewal_does_not_revive_what_came_to_an_end() -> None:
    ask("1")
    claim = take_one()
    finish(claim)
    leases.renew([Holding(claim.job_id, claim.fence)], lease_seconds=600, now=now())
    assert (job().state, job().lease_until) == (State.IDLE, None)


def test_progress_is_written_with_a_renewal_and_stays_until_the_next_claim() -> None:
    ask("1")
    claim = take_one()
    leases.renew([Holding(claim.job_id, claim.fence, 3, 10, "a")], lease_seconds=60, now=now())
    since = job().progress_since
    leases.renew([Holding(claim.job_id, claim.fence)], lease_seconds=60, now=now())
    leases.renew([Holding(claim.job_id, claim.fence, 4, None, "b")], lease_seconds=60, now=now())
    found = job()
    assert (found.progress_done, found.progress_total, found.progress_current) == (4, None, "b")
    assert since is not None
    assert found.progress_since == since
    run_out(claim)
    take(suspects=True)
    found = job()
    assert (found.progress_done, found.progress_current, found.progress_since) == (None, "", None)


# ---- ends


def test_a_finished_job_starts_from_nothing_again() -> None:
    ask("1", priority=10, requested_by="person:alice")
    finish(take_one(), State.QUEUED, failures=2)
    found = job()
    assert found.state == State.QUEUED
    assert (found.attempts, found.failures, found.last_error) == (0, 2, "because")
    assert (found.lease_owner, found.lease_until) == ("", None)
    assert (found.priority, found.requested_by) == (0, "")
    assert found.finished_at is not None


def test_what_was_asked_again_keeps_its_priority_and_who_asked() -> None:
    ask("1")
    claim = take_one()
    ask("1", priority=10, requested_by="person:alice")
    finish(claim, State.QUEUED)
    found = job()
    assert (found.priority, found.requested_by, found.asked_again) == (10, "person:alice", False)


def test_what_ends_is_locked_as_it_stands() -> None:
    ask("1", every_seconds=60)
    ask("2")
    first, second = take()
    ask("2", priority=1)
    with transaction.atomic():
        rows = leases.locked([first.job_id, second.job_id, 987_654])
    started_at = Job.objects.get(pk=first.job_id).started_at
    assert rows == {
        first.job_id: Locked(1, State.RUNNING, 60, 0, False, started_at),
        second.job_id: Locked(1, State.RUNNING, None, 0, True, rows[second.job_id].started_at),
    }
    assert rows[second.job_id].asked_again is True


def test_jobs_end_in_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ask(*map(str, range(200)))
    done = [Done(claim, State.IDLE, now(), 0, "", "done") for claim in take(limit=200)]
    with django_assert_num_queries(1):
        leases.finish(done, now=now())
    assert Job.objects.filter(state=State.IDLE).count() == 200


def test_a_job_that_ends_in_quarantine_is_told() -> None:
    ask("1")
    with transaction.atomic():
        finish(take_one(), State.QUARANTINED, failures=10)
    assert Event.objects.get().reason == "because"
    assert Event.objects.get().detail["failures"] == 10


def test_what_is_handed_back_is_due_at_once_and_the_attempt_does_not_count() -> None:
    ask("1", "2")
    claims = take()
    assert leases.hand_back(claims, now=now()) == 2
    assert [claim.attempt for claim in take()] == [1, 1]


# ---- clocks that were wrong


def test_times_that_only_a_wrong_clock_sets_are_brought_back() -> None:
    ask("recurring", every_seconds=900)
    ask("once", "held", "fine")
    Job.objects.filter(key="held").update(state=State.RUNNING)
    far = now() + timedelta(days=3650)
    Job.objects.exclude(key="fine").update(due_at=far, lease_until=far)
    assert leases.heal(lease_seconds=60, now=now()) == 3
    due = dict(Job.objects.values_list("key", "due_at"))
    assert due["recurring"] <= now() + timedelta(seconds=1350)
    assert due["held"] <= now() + timedelta(seconds=60)
    assert due["once"] <= now()


def test_after_a_jump_times_of_within_an_hour_are_brought_back_too() -> None:
    ask("recurring", due_at=now() + timedelta(minutes=59), every_seconds=10)
    assert leases.heal(lease_seconds=60, now=now()) == 0
    assert leases.heal(lease_seconds=60, now=now(), slack=timedelta(seconds=30)) == 1
    assert job().due_at <= now() + timedelta(seconds=15)


def test_a_recurring_job_that_waits_its_interval_is_left_alone() -> None:
    due = now() + timedelta(days=2)
    ask("daily", due_at=due, every_seconds=86_400)
    assert leases.heal(lease_seconds=60, now=now()) == 0
    assert job().due_at == due
