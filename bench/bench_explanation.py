"""How often the explanation is right: of labelled cases, outcome and first failing check.

A case counts as right where both are as labelled, or as the reviewed list of differences of its set
says (tests/data). The sets are those of the shared collection; one that is not there is named.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.data import test_attack_corpus as corpus
from tests.data import test_cosign_signed_images as images
from tests.data import test_notation_signed as notation
from tests.data import test_sigstore_bundles as bundles
from tests.data import test_stored_cosign_signatures as stored
from tests.data import test_tuf_hostile as hostile
from trustui.core.trust_policy.expectations import expectation_of

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Labelled:
    """One case: what its label says, and what was found; None where no check fails."""

    name: str
    outcome: str
    checks: tuple[str, ...]
    """The first failing one, or any that the label accepts; none where the label names none."""
    found_outcome: str
    found_check: str | None

    @property
    def has_outcome(self) -> bool:
        return self.outcome == self.found_outcome

    @property
    def has_check(self) -> bool:
        """Whether the check is right too; a case that passes has none."""
        if self.found_check is None:
            return not self.checks
        return not self.checks or self.found_check in self.checks

    @property
    def is_right(self) -> bool:
        return self.has_outcome and self.has_check


Judge = Callable[[Path], Iterator[Labelled]]


def cosign_images(folder: Path) -> Iterator[Labelled]:
    for case in images.cases_of(folder):
        one, _ = images.judged(folder, case)
        quirk = images.QUIRKS.get(case["id"])
        if quirk is None:
            outcome, first = case["outcome"], case["first_failing_check"]
            checks = (first, *case["also_fails"]) if first else ()
        else:
            outcome, checks = quirk.outcome, (quirk.first,) if quirk.first else ()
        yield Labelled(case["id"], outcome, checks, one.outcome.value, images.first_of(one))


def cosign_files(folder: Path) -> Iterator[Labelled]:
    for case in json.loads((folder / "cases.json").read_bytes()):
        stated = dict(case["trust"])
        if "blob" not in stated:
            continue
        artifact = (folder / stated.pop("blob")).read_bytes()
        body = (folder / stated.pop("bundle")).read_bytes()
        wanted = expectation_of(stated)
        one = bundles.asked(body, wanted, bundles.trust_of(folder, wanted), artifact=artifact)
        first = case["first_failing_check"]
        checks = (first,) if first else ()
        yield Labelled(case["id"], case["outcome"], checks, one.outcome.value, images.first_of(one))


def stored_signatures(folder: Path) -> Iterator[Labelled]:
    for case in stored.STORED:
        one = stored.judged(folder, case)
        outcome = "failed" if case.first else "passed"
        checks = (case.first,) if case.first else ()
        yield Labelled(case.folder, outcome, checks, one.outcome.value, images.first_of(one))


def notation_signed(folder: Path) -> Iterator[Labelled]:
    for case in json.loads((folder / "cases.json").read_bytes()):
        one = notation.judged(folder, case)
        outcome = notation.DIFFERENCES.get(case["id"], case["outcome"])
        first = case["first_failing_check"]
        checks = (first, *case.get("also_acceptable", [])) if first else ()
        yield Labelled(case["id"], outcome, checks, one.trace.outcome.value, one.first)


def hostile_repositories(folder: Path) -> Iterator[Labelled]:
    cases = hostile.Cases(folder)
    outcomes = {"accept": "passed", "flag": "passed", "reject": "failed"}
    for name, label in cases.labels.items():
        if label["expected"] in outcomes:
            verdict = cases.verdicts[name]
            outcome = outcomes[label["expected"]]
            checks = tuple(label["checks"]) if outcome == "failed" else ()
            yield Labelled(name, outcome, checks, verdict.outcome.value, verdict.first)


def attacked_clients(folder: Path) -> Iterator[Labelled]:
    for step in corpus.replayed(folder):
        outcome = "passed" if step.recorded["outcome"] == "ok" else "failed"
        checks = tuple(step.first_failing) if outcome == "failed" else ()
        yield Labelled(step.name, outcome, checks, step.verdict.outcome.value, step.verdict.first)


SETS: tuple[tuple[str, str, Judge], ...] = (
    ("cosign-signed, images", images.SET, cosign_images),
    ("cosign-signed, files", images.SET, cosign_files),
    ("notation-signed", notation.SET, notation_signed),
    ("containers-image, cosign", stored.SET, stored_signatures),
    ("tuf-hostile", hostile.HOSTILE, hostile_repositories),
    ("tuf-conformance, attacks", corpus.CORPUS, attacked_clients),
)
"""Name, place in the collection, and how its cases are judged."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table; 1 where a case is not explained as labelled, or no set was there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED, help="the shared collection")
    parser.add_argument("--cases", action="store_true", help="name each case that is not right")
    given = parser.parse_args(arguments)
    every: list[Labelled] = []
    print(f"{'set':28} {'cases':>6} {'outcome':>9} {'first check':>12}")
    for name, place, judge in SETS:
        if not (given.data / place).is_dir():
            print(f"{name:28} not there: {place}")
            continue
        found = list(judge(given.data / place))
        every += found
        _print(name, found)
        for one in found if given.cases else ():
            if not one.is_right:
                wanted = " or ".join(one.checks) or "no check"
                print(
                    f"  {one.name}: {one.outcome}, {wanted}; found {one.found_outcome}, {one.found_check}"
                )
    if not every:
        return 1
    _print("all", every)
    return 0 if all(one.is_right for one in every) else 1


def _print(name: str, found: Sequence[Labelled]) -> None:
    outcomes = sum(one.has_outcome for one in found)
    named = [one for one in found if one.checks]
    checks = sum(one.is_right for one in named)
    print(
        f"{name:28} {len(found):6} {_share(outcomes, len(found)):>9} {_share(checks, len(named)):>12}"
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
