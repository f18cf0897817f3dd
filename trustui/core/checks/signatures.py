"""What one signature came to, whatever its format."""

import msgspec

from trustui.core.facts import Turn, VerifiedTime
from trustui.core.trace import Outcome


class SignatureOutcome(msgspec.Struct, frozen=True):
    """One signature or attestation that was verified against one expectation.

    `identity` and `issuer` are as its certificate says, verified or not; `key` is the SHA-256 of
    the public key that it was verified with (subject public key info, hex), or "".
    """

    group: str
    on: str
    outcome: Outcome
    first_failing: str | None = None
    identity: str = ""
    issuer: str = ""
    key: str = ""
    predicate_type: str = ""
    times: tuple[VerifiedTime, ...] = ()
    turns: tuple[Turn, ...] = ()
    """When time alone may change what it came to, as far as the evidence says; the past too."""

    @property
    def signer(self) -> str:
        """Whom it counts for: an identity by its issuer, or else a key."""
        return f"{self.identity} {self.issuer}" if self.identity else self.key
