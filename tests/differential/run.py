"""Many generated repositories through two clients, and a count of what they did not agree on."""

import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.differential.clients import PythonTuf
from tests.differential.compare import Difference, compare
from tests.differential.generator import generate
from tests.differential.predicates import Rule, rule_for
from tests.differential.rules import RULES

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Tally:
    """What came out of a run."""

    rules: Counter[str] = field(default_factory=Counter)
    equal: int = 0
    unlisted: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.equal + self.rules.total() + len(self.unlisted)

    def count(self, difference: Difference | None, rules: tuple[Rule, ...]) -> None:
        if difference is None:
            self.equal += 1
        elif (rule := rule_for(difference, rules)) is None:
            self.unlisted.append(describe(difference))
        else:
            self.rules[rule.name] += 1

    def add(self, other: "Tally") -> None:
        self.rules += other.rules
        self.equal += other.equal
        self.unlisted += other.unlisted

    def report(self, rules: tuple[Rule, ...]) -> str:
        """The counts per rule, the most frequent one first."""
        lines = [f"{self.total:,} repositories: {self.equal:,} judged alike"]
        lines += [f"{count:6,}  {name}" for name, count in self.rules.most_common()]
        lines += [f"{0:6}  {rule.name}" for rule in rules if rule.name not in self.rules]
        return "\n".join([*lines, *self.unlisted])


def against_python_tuf(seeds: Iterable[int]) -> Tally:
    """Compare with python-tuf, one scenario after the other."""
    tally = Tally()
    for seed in seeds:
        scenario = generate(seed, AT)
        with tempfile.TemporaryDirectory() as folder:
            tally.count(compare(scenario, PythonTuf(scenario, Path(folder))), RULES)
    return tally


def describe(difference: Difference) -> str:
    """Enough to make a rule of it, or to find our mistake."""
    step = difference.first
    ours = "no failing step" if step is None else f"{step.check} on {step.on}: {step.because}"
    scenario = difference.scenario
    return (
        f"UNLISTED {scenario.name}, visit {difference.number + 1}, "
        f"after {', '.join(scenario.changes)}\n"
        f"  ours: {difference.ours.words}: {ours}\n"
        f"  the peer: {difference.peer.words}: {difference.error or 'no error'}"
    )
