"""Running a batch in threads: each task ends with exactly one result, whatever happens in it."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from trustui.events.services import storable
from trustui.jobs.crash_points import reached
from trustui.jobs.holdings import Holdings, Progress
from trustui.jobs.inbox import Finished, Inbox
from trustui.jobs.kinds import Claim, Kind, Result, Task
from trustui.jobs.queue import MAX_CURRENT, MAX_ERROR

_log = logging.getLogger(__name__)

NO_RESULT = "the run ended without a result"


class BatchCrew:
    """The crew of one batch (`kinds.Crew`). Its threads are daemons: a stuck one holds nobody up."""

    def __init__(
        self,
        kind: Kind,
        tasks: Sequence[Task],
        inbox: Inbox,
        holdings: Holdings,
        stopping: threading.Event,
    ) -> None:
        self._kind = kind
        self._tasks = tasks
        self._inbox = inbox
        self._holdings = holdings
        self._stopping = stopping
        self._open = {task.claim.job_id: task.claim for task in tasks}
        self._working = 0
        self._raised: BaseException | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Run the batch in a thread of its own."""
        self._begin(lambda: self._kind.run(self._tasks, self))

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def deliver(self, result: Result) -> None:
        with self._lock:
            is_open = self._open.pop(result.claim.job_id, None) is not None
        if is_open:
            reached("jobs.delivered")
            self._inbox.post(Finished(result, time.monotonic()))

    def submit(self, task: Task, work: Callable[[Task], Result]) -> None:
        self._begin(lambda: self._deliver_from(task, work))

    def progress(self, claim: Claim, done: int, total: int | None, current: str = "") -> None:
        self._holdings.tell(claim, Progress(done, total, storable(current, MAX_CURRENT)))

    def _deliver_from(self, task: Task, work: Callable[[Task], Result]) -> None:
        try:
            self.deliver(work(task))
        except BaseException as error:  # noqa: BLE001  whatever a job raises is its own failure
            self._fail(task.claim, error)

    def _begin(self, run: Callable[[], None]) -> None:
        with self._lock:
            self._working += 1
        threading.Thread(
            target=self._work, args=(run,), name=f"{self._kind.name} run", daemon=True
        ).start()

    def _work(self, run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException as error:  # noqa: BLE001  whatever a kind raises fails its tasks
            self._raised = error
        with self._lock:
            self._working -= 1
            is_over = self._working == 0
            left = list(self._open.values()) if is_over else []
        for claim in left:
            self._fail(claim, self._raised)

    def _fail(self, claim: Claim, error: BaseException | None) -> None:
        with self._lock:
            is_open = self._open.pop(claim.job_id, None) is not None
        if is_open:
            if error is not None:
                _log.error("%s %s failed", claim.kind, claim.key, exc_info=error)
            self._inbox.post(failure(claim, error))


def failure(claim: Claim, error: BaseException | None) -> Finished:
    """The result of a run that gave none."""
    because = NO_RESULT if error is None else f"{type(error).__name__}: {error}"
    result = Result(claim, failed=storable(because, MAX_ERROR))
    return Finished(result, time.monotonic(), is_ours=True)
