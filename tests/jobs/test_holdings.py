from tests.simulators.job_kinds import Obedient
from trustui.jobs.holdings import Holdings, Progress
from trustui.jobs.kinds import Claim
from trustui.jobs.leases import Holding

KIND = Obedient(seconds=10.0)


def claim(job: int, fence: int = 1) -> Claim:
    return Claim(job, "obedient", str(job), {}, fence, 1)


def holdings(*jobs: int, alone: int | None = None) -> Holdings:
    made = Holdings()
    made.take([claim(job) for job in jobs], KIND, 100.0, is_alone=False)
    if alone is not None:
        made.take([claim(alone)], KIND, 100.0, is_alone=True)
    return made


def test_what_is_taken_is_in_hand_until_it_is_dropped() -> None:
    found = holdings(1, 2, alone=3)
    assert len(found) == 3
    assert sorted(found.ids()) == [1, 2, 3]
    assert (found.count("obedient"), found.count("other"), found.count_alone()) == (2, 0, 1)
    found.drop([claim(1), claim(3)])
    assert found.claims() == [claim(2)]


def test_a_job_that_is_claimed_anew_counts_once() -> None:
    found = holdings(1, 2)
    found.take([claim(1, fence=2)], KIND, 100.0, is_alone=True)
    assert (len(found), found.count("obedient"), found.count_alone()) == (2, 1, 1)
    found.drop([claim(1), claim(2)])  # the first of them is an older one
    assert (len(found), found.count("obedient"), found.count_alone()) == (1, 0, 1)


def test_an_older_claim_of_the_same_job_is_not_in_hand() -> None:
    found = holdings(1)
    found.take([claim(1, fence=2)], KIND, 100.0, is_alone=False)
    assert found.has(claim(1, fence=2))
    assert not found.has(claim(1))
    found.drop([claim(1)])
    found.tell(claim(1), Progress(1, 2, "x"))
    assert found.has(claim(1, fence=2))
    assert not found.has_news()


def test_leases_are_renewed_within_the_time_of_their_kind() -> None:
    found = holdings(1, alone=2)
    assert found.renewable(110.0) == [Holding(1, 1), Holding(2, 1)]
    assert found.overdue(110.0) == []
    assert found.renewable(110.1) == [Holding(2, 1)]  # the time of this one is kept elsewhere
    assert found.overdue(110.1) == [claim(1)]


def test_progress_goes_with_one_renewal() -> None:
    found = holdings(1)
    found.tell(claim(1), Progress(1, 10, "a"))
    found.tell(claim(1), Progress(2, None, "b"))
    assert found.has_news()
    assert found.renewable(100.0) == [Holding(1, 1, 2, None, "b")]
    assert not found.has_news()
    assert found.renewable(100.0) == [Holding(1, 1)]
