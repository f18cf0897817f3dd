"""The trust state of an artefact, in the words used everywhere."""

from trustui.core.images.verify import COVERED, FIND, ImageVerdict
from trustui.core.trace import Outcome, Trace, TrustState
from trustui.core.trust_policy.given import IDENTITY_GIVEN

RULES = 2
"""As `core.formats.tuf.RULES`, for artefacts."""

OTHER_FORMATS = ("application/vnd.cncf.notary.signature",)
"""Types of signatures that expectations know nothing of; a policy of Notation verifies them."""


def image_state(trace: Trace, verdict: ImageVerdict) -> TrustState:
    """Sum up a trace and what was found.

    "Not signed" is only said where every place answered and nothing of the wanted kind is there.
    """
    if trace.outcome is Outcome.PASSED:
        return TrustState.VERIFIED
    if trace.outcome is Outcome.UNDECIDED:
        return TrustState.COULD_NOT_CHECK
    first = trace.first_failing
    check = "" if first is None else first.check
    if check == FIND.id:
        return TrustState.UNKNOWN_FORMAT if _has_other_format(verdict) else TrustState.NOT_SIGNED
    if check == IDENTITY_GIVEN.id and verdict.candidates:
        return TrustState.NOT_TRUSTED
    return TrustState.NOT_COVERED if check == COVERED.id else TrustState.FAILING


def _has_other_format(verdict: ImageVerdict) -> bool:
    attached = () if verdict.discovery is None else verdict.discovery.attached.values()
    return any(one.manifest.artifact_type in OTHER_FORMATS for one in attached)
