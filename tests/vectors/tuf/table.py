"""What a vector is, and the table that holds them all.

A vector is a named function that builds a repository, lets a client verify it, and says which
checks show what. The repositories are made anew on every run, from keys derived from a seed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from tests.simulators.tuf_places import Verdict
from trustui.core.trace import Outcome, Step

Ids: TypeAlias = str | tuple[str, ...]
Run: TypeAlias = Callable[[], Verdict]


@dataclass(frozen=True)
class Vector:
    """One situation. `shows` maps check ids to what at least one of their steps says."""

    run: Run
    shows: dict[str, str]
    outcome: Outcome
    first: str | None
    """The first failing check, or None when there is none."""

    @cached_property
    def verdict(self) -> Verdict:
        """Of one run that all tests share."""
        return self.run()

    @property
    def sentence(self) -> str:
        return self.run.__name__.replace("_", " ")

    def __str__(self) -> str:
        return self.sentence

    def showing(self, check: str) -> list[Step]:
        """The steps of a check that say what this vector shows."""
        return [step for step in self.verdict.steps(check) if said(step) == self.shows[check]]


def said(step: Step) -> str:
    """The outcome of a step that stands; `finding` for a note that raises one."""
    if step.moot_because is not None:
        return f"moot: {step.outcome}"
    return "finding" if step.severity is not None else str(step.outcome)


VECTORS: list[Vector] = []


def vector(
    *,
    passed: Ids = (),
    noted: Ids = (),
    finding: Ids = (),
    failed: Ids = (),
    undecided: Ids = (),
    first: str | None = None,
) -> Callable[[Run], Run]:
    """Put a function into the table, with the checks that show what their keyword says.

    The first failing check is the first id under `failed` or `undecided`, unless `first` is given.
    """
    stated = {
        "passed": passed,
        "noted": noted,
        "finding": finding,
        "failed": failed,
        "undecided": undecided,
    }
    listed = {word: (ids,) if isinstance(ids, str) else ids for word, ids in stated.items()}
    shows = {check: word for word, ids in listed.items() for check in ids}
    outcome = Outcome.PASSED
    for trouble in (Outcome.UNDECIDED, Outcome.FAILED):
        if listed[trouble]:
            outcome = trouble
            first = first or listed[trouble][0]

    def enter(run: Run) -> Run:
        VECTORS.append(Vector(run, shows, outcome, first))
        return run

    return enter
