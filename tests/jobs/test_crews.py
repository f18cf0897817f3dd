import threading
from collections.abc import Callable, Sequence

import pytest

from tests.jobs.conftest import wait_until
from trustui.jobs.crews import BatchCrew, failure
from trustui.jobs.holdings import Holdings
from trustui.jobs.inbox import Finished, Inbox
from trustui.jobs.kinds import Claim, Crew, Result, SimpleKind, Task

TASKS = [Task(Claim(n, "given", str(n), {}, 1, 1)) for n in range(3)]


class Given(SimpleKind):
    name = "given"
    at_once = 10
    seconds = 10.0

    def __init__(self, run: Callable[[Sequence[Task], Crew], None]) -> None:
        self._run = run

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        self._run(tasks, crew)

    def record(self, results: Sequence[Result]) -> None:
        """Not called here."""


def outcomes(run: Callable[[Sequence[Task], Crew], None]) -> dict[str, str | None]:
    """Run a batch; gives why each task failed, or None."""
    inbox, holdings = Inbox(), Holdings()
    kind = Given(run)
    holdings.take([task.claim for task in TASKS], kind, 0.0, is_alone=False)
    BatchCrew(kind, TASKS, inbox, holdings, threading.Event()).start()
    found: list[Finished] = []

    def all_are_there() -> bool:
        found.extend(one for one in inbox.take() if isinstance(one, Finished))
        return len(found) >= len(TASKS)

    wait_until(all_are_there, 5)
    assert len(found) == len(TASKS)
    return {one.claim.key: one.result.failed for one in found}


def test_results_arrive_as_they_are_delivered() -> None:
    def run(tasks: Sequence[Task], crew: Crew) -> None:
        for task in tasks:
            crew.deliver(Result(task.claim))

    assert outcomes(run) == {"0": None, "1": None, "2": None}


def test_only_the_first_result_of_a_claim_counts() -> None:
    def run(tasks: Sequence[Task], crew: Crew) -> None:
        for task in tasks:
            crew.deliver(Result(task.claim, failed="first"))
            crew.deliver(Result(task.claim, failed="second"))

    assert set(outcomes(run).values()) == {"first"}


def test_a_batch_that_raises_fails_what_it_did_not_deliver() -> None:
    def run(tasks: Sequence[Task], crew: Crew) -> None:
        crew.deliver(Result(tasks[0].claim))
        raise LookupError("no \x00 such thing")

    because = "LookupError: no \\u{0000} such thing"
    assert outcomes(run) == {"0": None, "1": because, "2": because}


def test_a_thread_that_raises_fails_its_own_task() -> None:
    def work(task: Task) -> Result:
        if task.claim.key == "1":
            raise SystemExit(3)
        return Result(task.claim)

    def run(tasks: Sequence[Task], crew: Crew) -> None:
        for task in tasks:
            crew.submit(task, work)

    assert outcomes(run) == {"0": None, "1": "SystemExit: 3", "2": None}


def test_the_batch_is_over_only_when_every_thread_has_ended() -> None:
    gate = threading.Event()

    def work(task: Task) -> Result:
        gate.wait()
        return Result(task.claim)

    def run(tasks: Sequence[Task], crew: Crew) -> None:
        crew.submit(tasks[0], work)
        crew.submit(tasks[1], work)
        threading.Timer(0.1, gate.set).start()

    assert outcomes(run) == {"0": None, "1": None, "2": "the run ended without a result"}


def test_a_thread_may_start_another_one() -> None:
    def run(tasks: Sequence[Task], crew: Crew) -> None:
        def work(task: Task) -> Result:
            for other in tasks[1:]:
                crew.submit(other, lambda other: Result(other.claim))
            return Result(task.claim)

        crew.submit(tasks[0], work)

    assert set(outcomes(run).values()) == {None}


def test_progress_is_noted_in_text_that_every_database_keeps() -> None:
    holdings = Holdings()
    kind = Given(lambda _tasks, _crew: None)
    holdings.take([TASKS[0].claim], kind, 0.0, is_alone=False)
    crew = BatchCrew(kind, TASKS, Inbox(), holdings, threading.Event())
    crew.progress(TASKS[0].claim, 1, 2, "a\x00\u202eb" + 300 * "c")
    (holding,) = holdings.renewable(0.0)
    assert holding.current is not None
    assert holding.current.startswith("a\\u{0000}\\u{202E}bccc")
    assert len(holding.current) <= 200


def test_a_crew_knows_that_the_process_ends() -> None:
    stopping = threading.Event()
    crew = BatchCrew(Given(lambda _tasks, _crew: None), TASKS, Inbox(), Holdings(), stopping)
    assert not crew.is_stopping
    stopping.set()
    assert crew.is_stopping


@pytest.mark.parametrize(
    ("error", "because"),
    [(None, "the run ended without a result"), (KeyError("x"), "KeyError: 'x'")],
)
def test_a_failure_has_nothing_to_record(error: Exception | None, because: str) -> None:
    made = failure(TASKS[0].claim, error)
    assert made.is_ours
    assert made.result.failed == because
