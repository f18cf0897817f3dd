"""A crew that runs a batch in plain threads and keeps what was delivered."""

import threading
from collections.abc import Callable

from trustui.jobs.kinds import Claim, Result, Task


class PlainCrew:
    """As a runner's crew, for one batch; `results` in the order of delivery."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.told: list[tuple[str, int, int | None, str]] = []
        self.is_stopping = False
        self._threads: list[threading.Thread] = []

    def deliver(self, result: Result) -> None:
        self.results.append(result)

    def submit(self, task: Task, work: Callable[[Task], Result]) -> None:
        thread = threading.Thread(target=lambda: self._work(task, work))
        self._threads.append(thread)
        thread.start()

    def progress(self, claim: Claim, done: int, total: int | None, current: str = "") -> None:
        self.told.append((claim.key, done, total, current))

    def join(self) -> None:
        for thread in self._threads:
            thread.join(30)

    def _work(self, task: Task, work: Callable[[Task], Result]) -> None:
        try:
            self.deliver(work(task))
        except Exception as error:  # noqa: BLE001  as a runner's crew tells it
            self.deliver(Result(task.claim, failed=repr(error)))
