"""Where cosign's answer is another than the specification's, and why (handbook, 8.1).

The verdict is that of the specification and of the stated expectation; a finding tells whoever also
runs the client what it says instead. Version 3.1 of cosign was measured.
"""

from collections.abc import Iterator, Sequence

import msgspec

from trustui.core.checks.signatures import SignatureOutcome
from trustui.core.images.candidates import Against, Candidate, verify_candidate
from trustui.core.primitives.text import visible
from trustui.core.trace import Event, Finding, Outcome, Severity, Step, Trace, collect, trace
from trustui.core.trust_policy.expectations import Expectation

COSIGN = "client.disagrees.cosign"
HIDDEN = "cosign.finding.hidden_by_bundle"

FINDINGS = (COSIGN, HIDDEN)


class Judged(msgspec.Struct, frozen=True):
    """One candidate that was verified: its events, the trace of them alone, what it says."""

    candidate: Candidate
    events: list[Event]
    trace: Trace
    result: SignatureOutcome | None

    @property
    def group(self) -> str:
        """The name of its group of steps."""
        return self.trace.groups[0].id

    @property
    def outcome(self) -> Outcome:
        """What its own steps conclude."""
        return self.trace.outcome

    def distance(self, expectation: Expectation) -> tuple[bool, bool, int, int]:
        """How far it is from what is expected; the least is the nearest miss.

        By whether it is good, attests what is wanted, by its failing steps, by how early they come.
        """
        troubles = [step for step in self.trace.steps if _is_trouble(step)]
        first = self.trace.steps.index(troubles[0]) if troubles else len(self.trace.steps)
        is_bad = self.outcome is not Outcome.PASSED
        return is_bad, not self.candidate.fits_predicate(expectation), len(troubles), -first


def _is_trouble(step: Step) -> bool:
    return step.outcome in {Outcome.FAILED, Outcome.UNDECIDED}


def disagreements(
    judged: Sequence[Judged], there: Sequence[Candidate], against: Against
) -> Iterator[Finding]:
    """What cosign would say otherwise about one expectation."""
    good = [one for one in judged if one.outcome is Outcome.PASSED]
    bundles = [one for one in judged if one.candidate.is_bundle]
    if good:
        yield from _refused(good, bundles)
    else:
        yield from _accepted(judged, there, against)


def _refused(good: Sequence[Judged], bundles: Sequence[Judged]) -> Iterator[Finding]:
    """Good here, and refused there."""
    if bundles and not any(one.candidate.is_bundle for one in good):
        because = (
            "a readable bundle is attached as well, and cosign 3 then does not look at the tag format at all: "
            "it does not find this signature"
        )
        yield Finding(HIDDEN, good[0].candidate.on, because, Severity.MEDIUM)
        yield Finding(COSIGN, good[0].candidate.on, f"cosign refuses: {because}", Severity.MEDIUM)
    elif all(_says(one, "cosign_refuses") for one in good):
        step = _saying(good[0], "cosign_refuses")
        because = f"cosign refuses in {step.check}, where this holds: {step.because}"
        yield Finding(COSIGN, good[0].candidate.on, because, Severity.MEDIUM)


def _accepted(
    judged: Sequence[Judged], there: Sequence[Candidate], against: Against
) -> Iterator[Finding]:
    """Bad here, and accepted there."""
    for one in judged:
        troubles = [step for step in one.trace.steps if _is_trouble(step)]
        if troubles and all(step.evidence.get("cosign_accepts") is True for step in troubles):
            because = f"cosign accepts what fails {troubles[0].check} here: {troubles[0].because}"
            yield Finding(COSIGN, one.candidate.on, because, Severity.HIGH)
            return
    if not against.expectation.predicate_type and not against.expectation.tag_format_only:
        yield from _attestation_counted(there, against)


def _attestation_counted(there: Sequence[Candidate], against: Against) -> Iterator[Finding]:
    """`cosign verify` does not look at what a bundle attests: any statement is a signature to it."""
    for candidate in there:
        if candidate.kind == "attestation" and candidate.is_bundle:
            events, _ = collect(verify_candidate, candidate, against)
            verdict = trace(candidate.name, against.at, against.at, events)
            troubles = {step.check for step in verdict.steps if _is_trouble(step)}
            if troubles <= {"bundle.predicate"} and not verdict.not_reached:
                because = (
                    f"cosign verify accepts this attestation ({visible(candidate.predicate_type)}) as a signature of the "
                    "image; nobody signed the image itself"
                )
                yield Finding(COSIGN, candidate.on, because, Severity.HIGH)
                return


def _says(one: Judged, evidence: str) -> bool:
    return any(step.evidence.get(evidence) is True for step in one.trace.steps)


def _saying(one: Judged, evidence: str) -> Step:
    return next(step for step in one.trace.steps if step.evidence.get(evidence) is True)
