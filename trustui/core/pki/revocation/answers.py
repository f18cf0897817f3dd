"""What is asked about one certificate, and what one source of evidence came to."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from trustui.core.errors import ParseError
from trustui.core.facts import Problem, ProblemKind
from trustui.core.pki.certificates import Certificate
from trustui.core.pki.revocation.evidence import Enquiry, Evidence, is_plain_http
from trustui.core.primitives.text import visible

T = TypeVar("T")


class Status(StrEnum):
    """What is known about one certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """It could be revoked, and nothing usable says whether it was."""
    NOT_ASKED = "not_asked"
    """It could be revoked, and those who would tell may not be asked from here."""
    NOT_REVOCABLE = "not_revocable"
    """It names no place that would tell: nobody can revoke it."""


class Asked(msgspec.Struct, frozen=True):
    """One certificate, who issued it, and by which evidence it is judged.

    `at` (UTC) is when evidence must be fresh; `signed_at` when the signature is proven to have existed,
    if it is.
    """

    certificate: Certificate
    issuer: Certificate
    evidence: Evidence
    at: datetime
    signed_at: datetime | None

    def is_before(self, invalid_since: datetime | None) -> bool:
        """Whether it signed before the date from which its issuer calls it invalid (RFC 5280 §5.3.2)."""
        return (
            self.signed_at is not None
            and invalid_since is not None
            and self.signed_at < invalid_since
        )

    def fetch(self, address: str, request: bytes | None, limit: int) -> bytes:
        """What the place answers. Raises NotUsable where it answers nothing that counts."""
        if not is_plain_http(address):
            raise NotUsable(f"{visible(address, 80)} is not asked: only http addresses are")
        found = self.evidence(Enquiry(address, request, self.certificate, self.issuer))
        if isinstance(found, Problem):
            refused = found.kind is ProblemKind.REFUSED
            words = "was not asked" if refused else "gave nothing"
            status = Status.NOT_ASKED if refused else Status.UNKNOWN
            raise NotUsable(f"{visible(address, 80)} {words}: {found.because}", status)
        if len(found.body) > limit:
            raise NotUsable(f"{visible(address, 80)} gave more than {limit:,} bytes")
        return found.body


class Answer(msgspec.Struct, frozen=True):
    """What one place said about one certificate, or why what it said does not count."""

    status: Status
    because: str
    source: str = ""
    """The address."""
    valid_until: datetime | None = None
    """When the place says that it will know more (next update), UTC."""


class NotUsable(Exception):  # noqa: N818  it says what the evidence is
    """This evidence cannot be relied on; the message says why. Never leaves this package."""

    def __init__(self, because: str, status: Status = Status.UNKNOWN) -> None:
        super().__init__(because)
        self.status = status


_MALFORMED = (
    ValueError,
    TypeError,
    LookupError,
    NotImplementedError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    ParseError,
)
"""What the library raises over evidence that is odd or wrong; parts are read when they are asked for."""


def readable(what: str, read: Callable[[], T]) -> T:
    """What `read` gives. Raises NotUsable where it turns out to be malformed."""
    try:
        return read()
    except _MALFORMED as error:
        raise NotUsable(f"{what} cannot be read: {visible(str(error))}") from error
