"""What a vector of any format but TUF is: a named function whose run gives a trace.

`table()` gives a list and a decorator that enters functions into it with what they show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from tests.vectors.tuf.table import said
from trustui.core.trace import Outcome, Step, Trace

Ids: TypeAlias = str | tuple[str, ...]
Run: TypeAlias = "Callable[[], Told]"


@dataclass(frozen=True)
class Told:
    """A finished verification, and the questions that tests ask about it."""

    trace: Trace

    @property
    def outcome(self) -> Outcome:
        return self.trace.outcome

    @property
    def first(self) -> str | None:
        """The id of the first failing check."""
        first = self.trace.first_failing
        return None if first is None else first.check

    def steps(self, check: str) -> list[Step]:
        return [step for step in self.trace.steps if step.check == check]

    def step(self, check: str) -> Step:
        """The only step of a check."""
        (step,) = self.steps(check)
        return step


@dataclass(frozen=True)
class Scenario:
    """One situation. `shows` maps check ids to what at least one of their steps says."""

    run: Run
    shows: dict[str, str]
    outcome: Outcome
    first: str | None
    """The first failing check, or None when there is none."""

    @cached_property
    def verdict(self) -> Told:
        """Of one run that all tests share."""
        return self.run()

    @property
    def sentence(self) -> str:
        return self.run.__name__.replace("_", " ")

    def __str__(self) -> str:
        return self.sentence

    def showing(self, check: str) -> list[Step]:
        """The steps of a check that say what this scenario shows."""
        return [step for step in self.verdict.steps(check) if said(step) == self.shows[check]]


class Table:
    """The scenarios of a format."""

    def __init__(self) -> None:
        self.scenarios: list[Scenario] = []

    def scenario(
        self,
        *,
        passed: Ids = (),
        noted: Ids = (),
        finding: Ids = (),
        failed: Ids = (),
        undecided: Ids = (),
        first: str | None = None,
    ) -> Callable[[Run], Run]:
        """Enter a function, with the checks that show what their keyword says.

        The first failing check is the first id under `failed` or `undecided`, unless `first` says.
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
        outcome = Outcome.PASSED if first is None else Outcome.FAILED
        for trouble in (Outcome.UNDECIDED, Outcome.FAILED):
            if listed[trouble]:
                outcome = trouble
                first = first or listed[trouble][0]

        def enter(run: Run) -> Run:
            self.scenarios.append(Scenario(run, shows, outcome, first))
            return run

        return enter
