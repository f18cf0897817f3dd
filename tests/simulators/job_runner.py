"""Runners of obedient jobs in the test's own process: real threads, a real database."""

from typing import Any

from tests.simulators.job_kinds import UNSTUCK, Obedient, effects
from tests.simulators.job_worker import ALONE
from trustui.jobs.runner import Runner
from trustui.jobs.terms import Terms

_STARTED: list[Runner] = []


def runner(kind: Obedient | None = None, **terms: Any) -> Runner:
    """One that is stopped at the end of the test, by the fixture `runners_stop`."""
    chosen = {"owner": "test", "mode": "test", "lease": 60.0, "isolated": ALONE, **terms}
    return started(Runner([kind or Obedient()], owner="test", mode="test", terms=Terms(**chosen)))


def started(one: Runner) -> Runner:
    """The same, to be stopped with the others."""
    _STARTED.append(one)
    return one


def stop_all() -> None:
    """Let go of what waits for the end, and stop every runner."""
    UNSTUCK.set()
    while _STARTED:
        _STARTED.pop().stop()


def drain(kind: Obedient | None = None, **terms: Any) -> int:
    """Everything that is due, done; gives how many jobs were."""
    one = runner(kind, **terms)
    try:
        return one.drain(30)
    finally:
        one.stop()


def recorded() -> list[str]:
    """Keys of the jobs whose effect stands in the database."""
    return [effect.key for effect in effects()]
