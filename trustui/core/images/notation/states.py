"""The trust state of what was verified by Notation's rules, in the words used everywhere."""

from trustui.core.images.notation.causes import FOR_THIS_IMAGE
from trustui.core.images.notation.question import LIST, POLICY, NotationVerdict
from trustui.core.trace import Outcome, Trace, TrustState


def notation_state(trace: Trace, verdict: NotationVerdict) -> TrustState:
    """Sum up a trace and what was found.

    What passes only because the level logs a failure, or skips everything, is never "verified".
    """
    if trace.outcome is Outcome.PASSED:
        return _passed(trace, verdict)
    if trace.outcome is Outcome.UNDECIDED:
        return TrustState.COULD_NOT_CHECK
    first = trace.first_failing
    check = "" if first is None else first.check
    if check == LIST.id and FOR_THIS_IMAGE.isdisjoint(verdict.causes):
        return TrustState.NOT_SIGNED
    if check == POLICY.id and verdict.selection is not None:
        return TrustState.NOT_COVERED
    return TrustState.FAILING


def _passed(trace: Trace, verdict: NotationVerdict) -> TrustState:
    if verdict.is_skipped:
        return TrustState.STALE
    good = [
        one
        for one in verdict.signatures
        if any(group.id == one.group and group.needed for group in trace.groups)
    ]
    clean = any(not one.logged for one in good)
    return TrustState.VERIFIED if clean else TrustState.NOT_TRUSTED
