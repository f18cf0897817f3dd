"""Every labelled image of the real cosign 3.1.2: outcome and first failing check, beside the client's.

Run with `-s` for the table. Blobs without an image are judged by `test_cosign_signed_blobs.py`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from trustui.core.facts import Document, Problem
from trustui.core.images.verify import ImageQuestion, ImageVerdict, verify_image
from trustui.core.oci.references import parse_reference
from trustui.core.trace import Trace, collect, trace
from trustui.core.trust_policy.expectations import expectation_of
from trustui.crawl.files import read_file
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.sources.oci_layout import OciLayout

SET = "oci/cosign-signed"
FALLBACK_ONLY = ("no referrers API", "in-memory registry")
LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Quirk:
    """A reviewed difference: what we say instead of the client, and the clause that says so."""

    outcome: str
    first: str | None
    clause: str


QUIRKS = {
    "keyless-regexp-unanchored": Quirk(
        "failed",
        "bundle.identity",
        "an expectation says the whole identity (docs/formats/oci.md, patterns); cosign finds a pattern"
        " anywhere in a name, which any registered name can be made to contain",
    ),
    "keyless-attestation-counts-as-signature": Quirk(
        "failed",
        "registry.find",
        "cosign BUNDLE_SPEC: an image's signature is a statement of the predicate"
        " https://sigstore.dev/cosign/sign/v1; provenance says how it was built, not that it was signed",
    ),
    "key-tag-ed25519": Quirk(
        "passed",
        None,
        "RFC 8032 §5.1 Ed25519ph: the right key made this signature; cosign signs prehashed and verifies"
        " plain, so it refuses what it signed itself",
    ),
    "both-formats-tag-key": Quirk(
        "passed",
        None,
        "cosign SIGNATURE_SPEC, Storage: the signature at the tag is good, and one good signature is"
        " enough; cosign 3 does not look there once one readable bundle is attached",
    ),
}
"""Case -> our verdict. Each also raises the finding `client.disagrees.cosign`."""


def cases_of(folder: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((folder / "cases.json").read_bytes())
    return [case for case in cases if case["layout"] is not None]


def judged(folder: Path, case: dict[str, Any]) -> tuple[Trace, ImageVerdict]:
    without = case["registry"].startswith(FALLBACK_ONLY)
    source = OciLayout(str(folder / case["layout"]), ImageOptions(without_referrers=without))
    at = datetime.fromisoformat(case["at"])

    def read(name: str) -> Document | Problem:
        return read_file(folder / name, LIMIT)

    expected = expectation_of(case["trust"])
    question = ImageQuestion(parse_reference(case["reference"]), expected, read, at)
    events, verdict = collect(verify_image, question, source.ask)
    return trace(case["reference"], at, at, events), verdict


@pytest.fixture(scope="module")
def folder(shared_data: Callable[[str], Path]) -> Path:
    return shared_data("oci/cosign-signed")


def first_of(one: Trace) -> str | None:
    return None if one.first_failing is None else one.first_failing.check


def test_every_image_has_the_labelled_verdict_or_a_reviewed_difference(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = cases_of(folder)
    lines, wrong = [], []
    for case in cases:
        one, _ = judged(folder, case)
        labelled = (case["outcome"], case["first_failing_check"])
        found = (one.outcome.value, first_of(one))
        quirk = QUIRKS.get(case["id"])
        accepted = [labelled, *((case["outcome"], other) for other in case["also_fails"])]
        if quirk is not None:
            accepted = [(quirk.outcome, quirk.first)]
        mark = "=" if found == labelled else ("differs" if quirk else "also")
        lines.append(
            f"{case['id']:42} {labelled[0]:7} {labelled[1] or '-':24} {mark:8} {found[1] or '-'}"
        )
        if found not in accepted:
            wrong.append((case["id"], labelled, found))
    with capsys.disabled():
        print("", *lines, sep="\n")
    assert len(cases) == 121
    assert wrong == []


@pytest.mark.parametrize("id_", sorted(QUIRKS))
def test_a_reviewed_difference_is_told_as_a_finding(folder: Path, id_: str) -> None:
    case = next(case for case in cases_of(folder) if case["id"] == id_)
    one, _ = judged(folder, case)
    told = [finding for finding in one.findings if finding.id == "client.disagrees.cosign"]
    assert len(told) == 1
    assert told[0].because


def test_no_difference_is_told_where_both_agree(folder: Path) -> None:
    told = [
        case["id"]
        for case in cases_of(folder)
        if case["id"] not in QUIRKS
        for finding in judged(folder, case)[0].findings
        if finding.id == "client.disagrees.cosign"
    ]
    assert told == []


def test_every_signature_that_was_found_has_its_own_outcome(folder: Path) -> None:
    case = next(case for case in cases_of(folder) if case["id"] == "two-signatures-second")
    one, verdict = judged(folder, case)
    assert one.outcome == "passed"
    assert one.first_failing is None
    outcomes = [(found.outcome.value, found.first_failing) for found in verdict.signatures]
    assert sorted(outcomes, key=str) == [("failed", "cosign.sig"), ("passed", None)]


def test_every_place_that_was_looked_at_says_what_it_answered(folder: Path) -> None:
    case = next(case for case in cases_of(folder) if case["id"] == "unsigned")
    _, verdict = judged(folder, case)
    assert verdict.discovery is not None
    told = {one.place.value: one.state.value for one in verdict.discovery.places}
    assert told == {
        "referrers_api": "not_offered",
        "fallback_tag": "empty",
        "cosign_sig_tag": "empty",
        "cosign_att_tag": "empty",
        "cosign_sbom_tag": "empty",
        "in_index": "not_looked_at",
    }
