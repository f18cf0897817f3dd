"""Kinds of jobs run once, as a runner does it, without a queue."""

from typing import Any

from tests.simulators.plain_crew import PlainCrew
from trustui.jobs.kinds import Claim, Kind, Result


def claim(
    kind: str, key: str = "all", attempt: int = 1, payload: dict[str, Any] | None = None
) -> Claim:
    return Claim(1, kind, key, payload or {}, fence=1, attempt=attempt)


def run_once(kind: Kind, *claims: Claim, is_stopping: bool = False) -> list[Result]:
    """Prepare, run and record; gives what was delivered."""
    crew = PlainCrew()
    crew.is_stopping = is_stopping
    tasks = kind.prepare(claims)
    if tasks:
        kind.run(tasks, crew)
        crew.join()
        kind.record(crew.results)
    return crew.results
