"""What a verdict about an artefact rests on, judged at another instant. Nothing of it is stored."""

from datetime import datetime

import msgspec

from trustui.core.limits import MIB
from trustui.images.stored_place import TooMuch, artefact_of
from trustui.policies.trust import trust_by
from trustui.revocation.evidence import StoredEvidence
from trustui.verdicts.image_verifying import Draft, Verifier, inherited
from trustui.verdicts.models import ArtefactVerdict

MAX_BYTES = 16 * MIB
"""Of what hangs on one artefact: somebody waits for the answer."""
NOT_COVERED = "no policy covered it then, so that no instant makes another answer"
NOT_KEPT = "what the registry answered then is not kept"
NOT_READABLE = "its policy of then can no longer be read"


class NotJudged(Exception):  # noqa: N818  a reason, and no fault
    """Why something is not judged at another instant, as a clause."""


def judged_as_of(verdict: ArtefactVerdict, known_at: datetime, valid_at: datetime) -> Draft:
    """The evidence of a verdict by its policy and materials, at another instant (UTC).

    What is known about revocation is that of `known_at`. The verdict comes with its policy and
    repository; the draft's state is what would be shown. Five statements and two for each place
    that tells of revocation; no request. Raises NotJudged.
    """
    if verdict.policy is None:
        raise NotJudged(NOT_COVERED)
    trust = trust_by(verdict.policy, verdict.rests_on.get("materials", {}))
    if trust is None:
        raise NotJudged(NOT_READABLE)
    try:
        artefact = artefact_of(verdict.repository, verdict.digest, verdict.evidence, MAX_BYTES)
    except TooMuch as much:
        raise NotJudged(
            f"{much.size:,} bytes hang on it, which takes too long for a page; trustui verify image"
            " judges it"
        ) from much
    if artefact is None:
        raise NotJudged(NOT_KEPT)
    judge = Verifier(trust, lambda _: StoredEvidence(known_at))
    draft = judge(artefact.full_name, artefact.digest, artefact.ask, valid_at)
    return msgspec.structs.replace(draft, state=inherited(draft, artefact.index_digest))
