"""Every labelled case of the real Notation 1.3.2: outcome, first failing check, what is only logged.

Run with `-s` for the table. The verdict is asked for as `verify image` and `verify blob` ask for it:
configuration, layout and revocation evidence are read from the folders of the set.
"""

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from trustui.core.client_messages import recognize
from trustui.core.images.notation.blob import verify_notation_blob
from trustui.core.images.notation.question import (
    MAX_SIGNATURES,
    BlobQuestion,
    NotationQuestion,
    NotationVerdict,
)
from trustui.core.images.notation.signatures import logged_failures
from trustui.core.images.notation.states import notation_state
from trustui.core.images.notation.verify import verify_notation_image
from trustui.core.limits import MIB
from trustui.core.oci.references import parse_reference
from trustui.core.trace import Trace, TrustState, collect, trace
from trustui.crawl.files import read_file
from trustui.crawl.image_source import ImageOptions, Listing
from trustui.crawl.notation_configuration import read_configuration
from trustui.crawl.revocation_evidence import read_evidence
from trustui.crawl.sources.oci_layout import OciLayout

SET = "oci/notation-signed"
FALLBACK_ONLY = "localhost:5512/"
"""References of this registry stand for docker-registry, which has no referrers interface."""

DIFFERENCES = {"plugin-not-installed": "undecided"}
"""Case -> our outcome; the first failing check is the labelled one. A demanded plugin is not run here:
the signature may be good where it is installed (docs/formats/notation_policy.md)."""

NAMED_CAUSES = {
    "moved-tag-new-digest": "notation.finding.moved_tag",
    "index-signed-platform-not": "notation.finding.index_signed",
    "artifact-type-wrong": "notation.finding.wrong_type",
    "one-blob-missing-one-good": "notation.finding.hidden_by_retrieval",
    "fallback-dangling-and-good": "notation.finding.hidden_by_retrieval",
}
"""Cases where the client's answer misleads, and the finding that names the cause."""


@dataclass(frozen=True)
class Judged:
    trace: Trace
    verdict: NotationVerdict

    @property
    def first(self) -> str | None:
        """The first failing check, or else the first that is only logged."""
        first = self.trace.first_failing
        if first is not None:
            return first.check
        needed = {group.id for group in self.trace.groups if group.needed}
        steps = tuple(step for step in self.trace.steps if step.group in needed)
        return next(iter(logged_failures(steps)), None)


def option(case: dict[str, Any], name: str) -> str | None:
    words = shlex.split(case["command"])
    return words[words.index(name) + 1] if name in words else None


def metadata_of(case: dict[str, Any]) -> dict[str, str]:
    wanted = option(case, "--user-metadata")
    return {} if wanted is None else dict([wanted.split("=", 1)])


def judged(folder: Path, case: dict[str, Any]) -> Judged:
    at = datetime.fromisoformat(case["at"])
    shared: dict[str, Any] = {
        "configuration": read_configuration(
            folder / "policy_sets" / case["policy_set"] / "notation"
        ),
        "at": at,
        "evidence": read_evidence(folder / "revocation"),
        "metadata": metadata_of(case),
    }
    if "blob" in case:
        signature = folder / case["signature"]
        asked = BlobQuestion(
            signature=read_file(signature, MIB),
            signature_name=signature.name,
            blob=read_file(folder / case["blob"], MIB),
            statement=option(case, "--policy-name"),
            media_type=option(case, "--media-type") or "",
            **shared,
        )
        events, verdict = collect(verify_notation_blob, asked)
        return Judged(trace(case["id"], at, at, events), verdict)
    without = case["reference"].startswith(FALLBACK_ONLY)
    place = str(folder / case["layout"])
    source = OciLayout(place, ImageOptions(without_referrers=without))
    listed = source.tags()
    tags = listed.names if isinstance(listed, Listing) else ()
    question = NotationQuestion(
        reference=parse_reference(case["reference"]),
        max_signatures=int(option(case, "--max-signatures") or MAX_SIGNATURES),
        tags=lambda: tags,
        held=OciLayout(place, ImageOptions()).ask if without else None,
        **shared,
    )
    events, verdict = collect(verify_notation_image, question, source.ask)
    return Judged(trace(case["reference"], at, at, events), verdict)


@pytest.fixture(scope="module")
def folder(shared_data: Callable[[str], Path]) -> Path:
    return shared_data(SET)


@pytest.fixture(scope="module")
def cases(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "cases.json").read_bytes())
    assert len(found) == 133
    return found


@pytest.fixture(scope="module")
def verdicts(folder: Path, cases: list[dict[str, Any]]) -> dict[str, Judged]:
    return {case["id"]: judged(folder, case) for case in cases}


def test_every_case_has_the_labelled_verdict_or_a_reviewed_difference(
    cases: list[dict[str, Any]], verdicts: dict[str, Judged], capsys: pytest.CaptureFixture[str]
) -> None:
    lines, wrong = [], []
    for case in cases:
        one = verdicts[case["id"]]
        label = case["first_failing_check"]
        outcome = DIFFERENCES.get(case["id"], case["outcome"])
        found = (one.trace.outcome.value, one.first)
        right = found[0] == outcome and found[1] in {label, *case.get("also_acceptable", [])}
        mark = "differs" if case["id"] in DIFFERENCES else "=" if found[1] == label else "also"
        lines.append(
            f"{case['id']:34} {case['outcome']:7} {label or '-':23} {mark if right else 'WRONG':8} {found[1] or '-'}"
        )
        if not right:
            wrong.append((case["id"], label, found))
    with capsys.disabled():
        print("", *lines, sep="\n")
    assert wrong == []


def test_every_signature_that_failed_has_the_labelled_check(
    cases: list[dict[str, Any]], verdicts: dict[str, Judged]
) -> None:
    labelled = [case for case in cases if "per_signature" in case]
    assert len(labelled) == 3
    for case in labelled:
        told = {one.digest: one.first_failing for one in verdicts[case["id"]].verdict.signatures}
        for one in case["per_signature"]:
            assert told[one["digest"]] == one["check"], case["id"]


def test_nothing_that_is_only_logged_or_skipped_looks_verified(
    cases: list[dict[str, Any]], verdicts: dict[str, Judged]
) -> None:
    for case in cases:
        one = verdicts[case["id"]]
        state = notation_state(one.trace, one.verdict)
        clean = case["outcome"] == "passed" and not case["first_failing_check"]
        if clean and "skip" not in case["policy_set"].split("-"):
            assert state is TrustState.VERIFIED, case["id"]
        elif case["policy_set"] != "override-revocation-skip":
            assert state is not TrustState.VERIFIED, case["id"]
        found = {finding.id for finding in one.trace.findings}
        is_logged = case["outcome"] == "passed" and bool(case["first_failing_check"])
        assert ("notation.finding.logged_failure" in found) == is_logged, case["id"]


@pytest.mark.parametrize("id_", sorted(NAMED_CAUSES))
def test_where_the_client_misleads_the_cause_is_named(
    verdicts: dict[str, Judged], id_: str
) -> None:
    found = [finding.id for finding in verdicts[id_].trace.findings]
    assert NAMED_CAUSES[id_] in found


def test_no_cause_is_named_where_there_is_none(
    cases: list[dict[str, Any]], verdicts: dict[str, Judged]
) -> None:
    causes = set(NAMED_CAUSES.values())
    silent = [case["id"] for case in cases if case["id"] not in NAMED_CAUSES]
    told = {one: {f.id for f in verdicts[one].trace.findings} & causes for one in silent}
    assert {one: found for one, found in told.items() if found} == {}


def test_what_the_client_said_leads_to_the_labelled_check(cases: list[dict[str, Any]]) -> None:
    """Of its own words with `-v` the check, of those without it one among a few."""
    lost = []
    for case in cases:
        label = case["first_failing_check"]
        if label is None or label == "notation.limit":
            continue
        wanted = {label, *case.get("also_acceptable", [])}
        said = "\n".join([case["stderr"], *(case.get("log") or [])])
        if not said.strip():
            continue
        found = [check for one in recognize(said) for check in one.checks[:2]]
        if not wanted & set(found):
            lost.append((case["id"], label, found))
    assert lost == []


def test_nothing_is_asked_of_a_network(folder: Path, cases: list[dict[str, Any]]) -> None:
    """Every address in a certificate is answered from the folder, or counts as unreachable."""
    case = next(one for one in cases if one["id"] == "crl-unreachable")
    one = judged(folder, case)
    step = next(step for step in one.trace.steps if step.check == "notation.revocation")
    assert "gone.crl" in f"{step.because} {step.found} {step.evidence}"
