"""A kind of job that does what its payload says, and a table that shows what was recorded."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connection

from trustui.jobs.kinds import Claim, Crew, Result, Task

UNSTUCK = threading.Event()
"""Set by a test to let go of threads that are `stuck`."""


class Effect(NamedTuple):
    key: str
    fence: int
    process: int


@contextmanager
def table_of_effects() -> Iterator[None]:
    """A table beside the product's own, without any constraint: a second effect would show."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE effect (key text, fence bigint, process bigint)")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE effect")


def effects() -> list[Effect]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, fence, process FROM effect ORDER BY key, fence")
        return [Effect(*row) for row in cursor.fetchall()]


class Obedient:
    """Does what `payload["do"]` says; records its key, the fence and the process."""

    name = "obedient"
    together = 500

    def __init__(self, at_once: int = 64, seconds: float = 60.0) -> None:
        self.at_once = at_once
        self.seconds = seconds
        self.batches: list[int] = []

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        self.batches.append(len(claims))
        if any(claim.payload.get("do") == "be unpreparable" for claim in claims):
            raise ValueError("cannot be prepared")
        return [Task(claim) for claim in claims if claim.payload.get("do") != "be left out"]

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        for task in tasks:
            match task.claim.payload.get("do", "nothing"):
                case "nothing":
                    crew.deliver(Result(task.claim, "done"))
                case "be forgotten":
                    pass
                case _:
                    crew.submit(task, lambda task: obey(task, crew))

    def record(self, results: Sequence[Result]) -> None:
        if any(result.value == "unrecordable" for result in results):
            raise ValueError("cannot be recorded")
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO effect VALUES (%s, %s, %s)",
                [(one.claim.key, one.claim.fence, os.getpid()) for one in results],
            )


def obey(task: Task, crew: Crew) -> Result:  # noqa: C901, PLR0912  one arm for each word
    """Do what a payload says."""
    claim = task.claim
    match claim.payload["do"]:
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "die at first" if claim.attempt == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        case "loop":
            while True:
                pass
        case "be stuck":
            UNSTUCK.wait()
        case "sleep":
            time.sleep(claim.payload["seconds"])
        case "wait for the end":
            while not crew.is_stopping:
                time.sleep(0.01)
        case "raise":
            raise ValueError("it was asked to")
        case "fail":
            return Result(
                claim, failed="it was asked to", retry_after=claim.payload.get("retry_after")
            )
        case "be unrecordable":
            return Result(claim, "unrecordable")
        case "progress":
            crew.progress(claim, 3, 10, "targets.json")
            time.sleep(claim.payload["seconds"])
        case _:
            pass
    return Result(claim, "done")
