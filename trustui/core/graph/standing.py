"""What a trace says about each role and each edge, and who signed the documents."""

import msgspec

from trustui.core.checks.threshold import Tally
from trustui.core.formats.tuf.metadata import Metadata, Role
from trustui.core.formats.tuf.signing import SignedDocument
from trustui.core.primitives.canonical_json import canonical
from trustui.core.trace import Outcome, Step, Trace, TrustState

ANCHOR = "tuf.root.anchor"

WORST_FIRST = (
    TrustState.FAILING,
    TrustState.COULD_NOT_CHECK,
    TrustState.NOT_TRUSTED,
    TrustState.STALE,
    TrustState.EXPIRES_SOON,
    TrustState.VERIFIED,
)
"""The states that a role can be in."""


class Standing(msgspec.Struct, frozen=True):
    """What became of one group of checks: a top-level role, or one edge."""

    state: TrustState
    first_failing: str | None = None
    """The check that failed or was undecided first, moot or not."""
    rests_on: str | None = None
    """The broken check of something above, because of which nothing here is trusted."""


NOT_CHECKED = Standing(TrustState.STALE)


def standings(trace: Trace) -> dict[str, Standing]:
    """The standing of every group of a trace, by group id."""
    steps: dict[str, list[Step]] = {group.id: [] for group in trace.groups}
    for step in trace.steps:
        if step.group in steps and (_is_trouble(step) or step.moot_because is not None):
            steps[step.group].append(step)
    return {group.id: _standing(group.outcome, steps[group.id]) for group in trace.groups}


def _is_trouble(step: Step) -> bool:
    return step.outcome in {Outcome.FAILED, Outcome.UNDECIDED}


def _standing(outcome: Outcome, steps: list[Step]) -> Standing:
    """From the group's outcome and those of its steps that are moot or in trouble."""
    troubles = [step for step in steps if _is_trouble(step)]
    own = next((step.check for step in troubles if step.decides), None)
    above = next((step.moot_because for step in steps if step.moot_because is not None), None)
    rests_on = above if own in {None, ANCHOR} else None
    return Standing(
        state=_state(outcome, rests_on),
        first_failing=own or next((step.check for step in troubles), None),
        rests_on=rests_on,
    )


def _state(outcome: Outcome, rests_on: str | None) -> TrustState:
    if outcome is Outcome.FAILED:
        return TrustState.FAILING
    if outcome is Outcome.UNDECIDED:
        return TrustState.COULD_NOT_CHECK if rests_on is None else TrustState.NOT_TRUSTED
    return TrustState.VERIFIED


class Signings:
    """The signatures of documents, each verified once however many edges count it."""

    def __init__(self) -> None:
        self._documents: dict[str, SignedDocument] = {}

    def tally(self, metadata: Metadata, role: Role, delegator: Metadata) -> Tally:
        """Count the signatures of a document for a role, by the keys of its delegator."""
        if metadata.digest not in self._documents:
            signed_bytes = canonical(metadata.signed, float_free=True)
            document = SignedDocument(signed_bytes, metadata.signatures)
            self._documents[metadata.digest] = document
        return self._documents[metadata.digest].tally(role, delegator)
