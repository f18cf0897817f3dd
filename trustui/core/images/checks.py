"""Every check and finding of the verification of an artefact that belongs to no single format."""

from trustui.core.images import history, weaknesses
from trustui.core.images.candidates import BLOB, LAYERS
from trustui.core.images.disagreements import COSIGN
from trustui.core.images.verify import COVERED, FIND, THRESHOLD
from trustui.core.oci import discovery
from trustui.core.trust_policy.given import FLAGS, GIVEN
from trustui.core.trust_policy.policies import LINTS

CHECKS = (
    COVERED,
    *GIVEN,
    FLAGS,
    THRESHOLD,
    *discovery.RESOLVING,
    *discovery.LISTING,
    *(check for check in discovery.OPENING if check is not discovery.DIGEST),
    FIND,
    BLOB,
    LAYERS,
)

FINDINGS = (discovery.PARTIAL, *LINTS, COSIGN, *weaknesses.FINDINGS, *history.FINDINGS)
