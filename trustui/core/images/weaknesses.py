"""What is weak about a signature that is good: nobody else saw it, or nothing proves when it was made.

Both come from what was asked for: an expectation may do without the log, and without any time.
"""

from collections.abc import Iterator, Sequence

from trustui.core.images.disagreements import Judged
from trustui.core.primitives.text import visible
from trustui.core.trace import Finding, Outcome, Severity
from trustui.core.trust_policy.expectations import Expectation

WITHOUT_LOG = "policy.finding.key_without_log"
ONLY_CERTIFICATE = "policy.finding.certificate_only_time"

FINDINGS = (WITHOUT_LOG, ONLY_CERTIFICATE)


def weaknesses(judged: Sequence[Judged], expectation: Expectation) -> Iterator[Finding]:
    """What is weak about the good signatures of one expectation."""
    for one in judged:
        if one.result is None or one.outcome is not Outcome.PASSED:
            continue
        if expectation.key and not expectation.needs_log:
            yield Finding(
                WITHOUT_LOG,
                one.candidate.on,
                "a key signed, and no log entry is demanded: whoever steals the key signs unseen",
                Severity.LOW,
            )
        if one.result.identity and not one.result.times:
            yield Finding(
                ONLY_CERTIFICATE,
                one.candidate.on,
                f"nothing proves when {visible(one.result.identity, 100)} signed: the signature counts as long as "
                "the certificate is valid, and no longer",
                Severity.MEDIUM,
            )
