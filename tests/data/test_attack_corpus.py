"""The attack corpus of tuf-conformance: 171 refreshes, as python-tuf answered and as we explain."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from tests.simulators.tuf_places import Client, Verdict
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.trace import Outcome

CORPUS = "tuf/tuf-conformance-attack-corpus"
CLOCK = datetime(2026, 11, 20, 15, tzinfo=UTC)
TOP_LEVEL = ("root", "timestamp", "snapshot", "targets")


class Step(NamedTuple):
    """One refresh: what happened, and what python-tuf 7.0.1 and the corpus say of it."""

    name: str
    verdict: Verdict
    versions: list[str]
    """Of root, timestamp, snapshot and targets that the client trusts afterwards."""
    recorded: dict[str, str]
    first_failing: list[str]


def answers_from(folder: Path) -> Callable[[Request], Document | Problem]:
    """`N.ROLE.json` as it is; else `ROLE.json`, where N was asked only if its version is N."""

    def ask(request: Request) -> Document | Problem:
        plain = folder / f"{quote(request.role, safe='')}.json"
        numbered = folder / f"{request.version}.{plain.name}"
        if request.version is not None and numbered.is_file():
            return Document(str(numbered), numbered.read_bytes())
        if plain.is_file() and request.version in {None, version_of(plain.read_bytes())}:
            return Document(str(plain), plain.read_bytes())
        return Problem(str(plain), ProblemKind.ABSENT, "no such file")

    return ask


def version_of(body: bytes) -> object:
    return json.loads(body)["signed"]["version"]


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def replayed(corpus: Path) -> Iterator[Step]:
    checks = {
        (row["test"], row["step"]): row["first_failed_check_any_of"].split()
        for row in rows_of(corpus / "refused-by-check.csv")
    }
    clients: dict[str, Client] = {}
    for row in rows_of(corpus / "replay-python-tuf-7.0.1.csv"):
        test, number = row["test"], row["step"]
        folder = corpus / quote(test, safe="")
        if test not in clients:
            clients[test] = Client((folder / "refresh-1" / "1.root.json").read_bytes(), CLOCK)
        known = clients[test]
        verdict = known.refresh(answers_from(folder / f"refresh-{number}"))
        kept = known.trusted | ({"root": known.root} if isinstance(known.root, Document) else {})
        versions = [str(version_of(kept[r].body)) if r in kept else "" for r in TOP_LEVEL]
        yield Step(f"{test} step {number}", verdict, versions, row, checks.get((test, number), []))


@pytest.fixture(scope="module")
def steps(shared_data: Callable[[str], Path]) -> list[Step]:
    return list(replayed(shared_data(CORPUS)))


def test_there_are_171_steps_of_which_43_are_refused(steps: list[Step]) -> None:
    assert len(steps) == 171
    assert sum(step.verdict.outcome is Outcome.FAILED for step in steps) == 43


def test_each_step_is_accepted_or_refused_as_recorded(steps: list[Step]) -> None:
    different = [
        step.name
        for step in steps
        if (step.verdict.outcome is Outcome.PASSED) is not (step.recorded["outcome"] == "ok")
    ]
    assert different == []


def test_each_refused_step_names_the_check_that_is_to_blame(steps: list[Step]) -> None:
    different = [
        (step.name, step.verdict.first, step.first_failing)
        for step in steps
        if step.recorded["outcome"] != "ok" and step.verdict.first not in step.first_failing
    ]
    assert different == []


def test_after_each_step_the_client_trusts_the_versions_recorded(steps: list[Step]) -> None:
    different = [
        (step.name, step.versions)
        for step in steps
        if step.versions != [step.recorded[role] for role in TOP_LEVEL]
    ]
    assert different == []
