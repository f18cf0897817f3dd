"""Two verifiers of one artefact side by side: how their answers differ, and the rule that says why."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tests.differential.compare import Stricter


class Apart(StrEnum):
    """The first thing in which two answers differ."""

    VERDICT = "verdict"
    LOGGED = "logged"
    CHECK = "check"


@dataclass(frozen=True)
class Ours:
    """What this project says: the first failing check, and what fails behind it or without deciding."""

    passed: bool
    check: str | None = None
    because: str = ""
    logged: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    """Every check that does not hold, behind the first one too."""


@dataclass(frozen=True)
class Peers:
    """What the peer says: its words, and the checks that they may stand for."""

    passed: bool
    words: str = ""
    checks: frozenset[str] = frozenset()
    logged: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pair:
    """One artefact in both mouths. `changed` names what differs from one that verifies."""

    name: str
    changed: tuple[str, ...]
    ours: Ours
    peers: Peers

    @property
    def apart(self) -> Apart | None:
        if self.ours.passed != self.peers.passed:
            return Apart.VERDICT
        if self.ours.logged != self.peers.logged:
            return Apart.LOGGED
        if not self.ours.passed and self.ours.check not in self.peers.checks:
            return Apart.CHECK
        return None

    @property
    def stricter(self) -> Stricter:
        if self.apart is not Apart.VERDICT:
            return Stricter.NEITHER
        return Stricter.PEER if self.ours.passed else Stricter.OURS


@dataclass(frozen=True)
class Rule:
    """A kind of difference: its name, who refuses more, why it stays."""

    name: str
    apart: Apart
    stricter: Stricter
    reason: str
    applies: Callable[[Pair], bool]

    def covers(self, pair: Pair) -> bool:
        kind = (pair.apart, pair.stricter)
        return kind == (self.apart, self.stricter) and self.applies(pair)


@dataclass
class Tally:
    """What came out of many pairs."""

    rules: Sequence[Rule]
    equal: int = 0
    passed: int = 0
    """Of those that are judged alike."""
    differing: Counter[str] = field(default_factory=Counter)
    unlisted: list[str] = field(default_factory=list)

    def count(self, pairs: Iterable[Pair]) -> None:
        for pair in pairs:
            names = [rule.name for rule in self.rules if rule.covers(pair)]
            if pair.apart is None:
                self.equal += 1
                self.passed += pair.ours.passed
            elif names:
                self.differing[names[0]] += 1
            else:
                self.unlisted.append(describe(pair))

    @property
    def total(self) -> int:
        return self.equal + self.differing.total() + len(self.unlisted)

    def report(self) -> str:
        """The counts, each difference with its name."""
        lines = [f"{self.total} artefacts: {self.equal} judged alike, {self.passed} of them good"]
        lines += [f"{count:6}  {name}" for name, count in self.differing.most_common()]
        return "\n".join([*lines, *self.unlisted])


def describe(pair: Pair) -> str:
    """Enough to make a rule of it, or to find our mistake."""
    return (
        f"UNLISTED {pair.apart} of {pair.name}: {', '.join(pair.changed)}\n"
        f"  ours: {pair.ours}\n  the peer: {pair.peers}"
    )
