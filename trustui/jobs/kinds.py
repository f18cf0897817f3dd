"""What a kind of job is: how its jobs are prepared, run and recorded (docs/operate/jobs.md)."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec


class Claim(msgspec.Struct, frozen=True):
    """A job that this process holds, until it is recorded or its lease runs out."""

    job_id: int
    kind: str
    key: str
    payload: dict[str, Any]
    fence: int
    """The number of this claim; nothing is recorded under an older one."""
    attempt: int
    """1 at the first try since the job last came to an end."""


class Task(msgspec.Struct, frozen=True):
    """A claim with all that its run needs, read beforehand, so that it needs no database."""

    claim: Claim
    work: Any = None


class Result(msgspec.Struct, frozen=True):
    """How a run ended.

    `value` is what `record` writes. `failed` says why it shall be tried again soon, with
    back-off; a failure may have a value all the same. `retry_after` are the seconds that somebody
    asked us to wait, kept to up to an hour. `again`: it is due again at once, whatever the schedule.
    """

    claim: Claim
    value: Any = None
    failed: str | None = None
    retry_after: float | None = None
    again: bool = False


class Crew(Protocol):
    """Who runs a batch of tasks. Safe to call from every thread."""

    @property
    def is_stopping(self) -> bool:
        """The process ends in a few seconds; what is not delivered then is handed back."""

    def deliver(self, result: Result) -> None:
        """One task is done. Only the first result of a claim counts."""

    def submit(self, task: Task, work: Callable[[Task], Result]) -> None:
        """Run `work(task)` in a thread of its own and deliver what it gives, or why it raised."""

    def progress(self, claim: Claim, done: int, total: int | None, current: str = "") -> None:
        """How far a job is; written at most once a second."""


class Kind(Protocol):
    """A kind of job.

    `at_once` of its jobs run side by side in one process, each for at most `seconds`. At most
    `together` results are recorded in one transaction, and none of another kind: so the locks of a
    transaction are those of one `record`, which takes them in an order that all others take.
    """

    @property
    def name(self) -> str: ...

    @property
    def at_once(self) -> int: ...

    @property
    def seconds(self) -> float: ...

    @property
    def together(self) -> int: ...

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        """Read what a batch needs, in few queries. A claim left out has nothing to do: it is over.

        Runs without a transaction. When it raises, each claim is prepared alone, and the one that
        raises then has failed.
        """

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        """Do the work, without the database, in a thread; deliver each task as it is done.

        The batch is over when this has returned and every submitted thread has ended. A task that
        has no result by then has failed, with the exception that was raised, if any.
        """

    def record(self, results: Sequence[Result]) -> None:
        """Write results, inside the transaction that checked the fences and finishes the jobs.

        Gets what was delivered, also failures that have a value. When it raises, each result is
        recorded alone, and the one that raises then has failed. It may run a second time after a
        transaction that came to nothing.
        """


class SimpleKind:
    """A kind that does all its work where it records: prepares and runs nothing."""

    together = 500

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        """Nothing to read."""
        return [Task(claim) for claim in claims]

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        """Nothing to do without the database."""
        for task in tasks:
            crew.deliver(Result(task.claim))
