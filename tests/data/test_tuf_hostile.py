"""The hostile repositories: each accepted, refused, flagged or survived as its label says."""

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.simulators.memory import measured
from tests.simulators.tuf_places import Client, Verdict
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.trace import Outcome

HOSTILE = "hostile/tuf-hostile"
PATH = "a/x.bin"
MAX_SECONDS = 1
MAX_BYTES = 100 * 2**20


class Cases:
    """The labels, and one verification for each that all tests share."""

    def __init__(self, folder: Path) -> None:
        stated = json.loads((folder / "cases.json").read_bytes())
        self.folder = folder
        self.at = datetime.fromisoformat(stated["reference_time"])
        self.labels: dict[str, dict[str, Any]] = {case["id"]: case for case in stated["cases"]}
        self.verdicts = {name: self.verified(name) for name in self.labels}

    def verified(self, name: str) -> Verdict:
        folder = self.folder / name
        root = (folder / "trusted_root.json").read_bytes()
        return Client(root, self.at).verify(answers_from(folder), PATH)

    def expecting(self, word: str) -> dict[str, Verdict]:
        """The verdicts of the cases that are labelled so; never none."""
        found = {n: v for n, v in self.verdicts.items() if self.labels[n]["expected"] == word}
        assert found
        return found


def answers_from(folder: Path) -> Callable[[Request], Document | Problem]:
    def ask(request: Request) -> Document | Problem:
        name = request.file_name.removesuffix(".json")
        path = folder / f"{quote(name, safe='', errors='surrogatepass')}.json"
        try:
            return Document(str(path), path.read_bytes())
        except OSError as error:
            return Problem(str(path), ProblemKind.ABSENT, error.strerror or "no such file")

    return ask


@pytest.fixture(scope="module")
def cases(shared_data: Callable[[str], Path]) -> Cases:
    return Cases(shared_data(HOSTILE))


def test_there_are_83_cases(cases: Cases) -> None:
    assert len(cases.verdicts) == 83


def test_what_is_to_be_accepted_passes(cases: Cases) -> None:
    refused = {n: v.first for n, v in cases.expecting("accept").items() if v.outcome != "passed"}
    assert refused == {}


def test_what_is_to_be_refused_fails_at_one_of_the_named_checks(cases: Cases) -> None:
    different = {
        name: (verdict.outcome, verdict.first)
        for name, verdict in cases.expecting("reject").items()
        if verdict.outcome is not Outcome.FAILED
        or verdict.first not in cases.labels[name]["checks"]
    }
    assert different == {}


def test_what_is_to_be_flagged_passes_with_the_named_finding(cases: Cases) -> None:
    different = {
        name: (verdict.outcome, verdict.findings)
        for name, verdict in cases.expecting("flag").items()
        if verdict.outcome is not Outcome.PASSED
        or not verdict.findings.issuperset(cases.labels[name]["finding"])
    }
    assert different == {}


def test_what_is_to_be_survived_comes_to_a_verdict(cases: Cases) -> None:
    assert {verdict.outcome for verdict in cases.expecting("no-crash").values()} <= set(Outcome)


def test_no_check_breaks_on_any_of_them(cases: Cases) -> None:
    broken = [
        (name, step.check)
        for name, verdict in cases.verdicts.items()
        for step in verdict.trace.steps
        if "the check itself broke" in step.because
    ]
    assert broken == []


def test_no_name_leads_out_of_the_folder(cases: Cases) -> None:
    asked = {
        Path(step.found).resolve().parent.parent
        for verdict in cases.verdicts.values()
        for step in verdict.trace.steps
        if step.check.endswith(".fetch") and step.found and step.found.startswith("/")
    }
    assert asked == {cases.folder.resolve()}


def test_none_takes_more_than_a_second_or_100_megabytes(cases: Cases) -> None:
    expensive = {}
    for name in cases.verdicts:
        started = time.process_time()
        with measured() as growth:
            cases.verified(name)
        seconds = time.process_time() - started
        if seconds > MAX_SECONDS or growth.bytes > MAX_BYTES:
            expensive[name] = (seconds, growth.bytes)
    assert expensive == {}
