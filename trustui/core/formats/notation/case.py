"""One signature and one question about it: what its judges ask, worked out once.

What is worked out here is worked out when a judge first asks, so that whatever goes wrong is a failed
step of that judge.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import TypeAlias

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, Turn, VerifiedTime
from trustui.core.formats.notation.envelope import SCHEME_AUTHORITY, Envelope
from trustui.core.pki.authorities import Authority
from trustui.core.pki.certificates import Certificate, parse_certificate
from trustui.core.pki.revocation import CertificateStatus, Evidence
from trustui.core.pki.times import Window, turns_of
from trustui.core.pki.timestamps import (
    Countersignature,
    TimestampProblem,
    verify_countersignature,
)
from trustui.core.primitives.instants import write_instant
from trustui.core.trust_policy.notation.statements import AFTER_EXPIRY, ALWAYS, Action, Actions

Store: TypeAlias = tuple[Certificate, ...] | ParseError | Problem
"""What a trust store holds, or why it cannot be used."""


class Asked(msgspec.Struct, frozen=True):
    """What a statement of a trust policy asks of a signature (trust-store-trust-policy.md)."""

    actions: Actions
    """`authenticity`, `authenticTimestamp`, `expiry`, `revocation` -> `enforce`, `log` or `skip`, with
    overrides merged; what is not named is enforced, and integrity always is."""
    identities: tuple[str, ...]
    """`*` or `x509.subject: …`, as the statement has them."""
    stores: Mapping[str, Store]
    """By `ca:NAME`, `signingAuthority:NAME` or `tsa:NAME`, in the order of the statement."""
    verify_timestamp: str = ALWAYS
    metadata: Mapping[str, str] = {}
    """What the signer must have said besides."""

    def stores_of(self, kind: str) -> dict[str, Store]:
        """Those of a kind: `ca`, `signingAuthority` or `tsa`."""
        named = self.stores.items()
        return {name: store for name, store in named if name.partition(":")[0] == kind}


class Wanted(msgspec.Struct, frozen=True):
    """What must be signed: an image's descriptor, or a blob, which is hashed as the key demands."""

    digest: str = ""
    size: int | None = None
    media_type: str = ""
    """"" compares no media type."""
    blob: Document | Problem | None = None


class SignatureQuestion(msgspec.Struct, frozen=True):
    """Is this a signature of that artefact, as the statement asks?

    `media_type` says which envelope `content` is, "" leaves it to the bytes. `at` is the present (UTC).
    """

    group: str
    on: str
    content: Document | Problem
    media_type: str
    wanted: Wanted
    asked: Asked
    at: datetime
    evidence: Evidence
    rests_on: str | None = None
    """A check that broke before, such as one of the policy."""
    needed: bool = True


class Case:
    """An envelope that could be read, with what follows from it."""

    def __init__(self, question: SignatureQuestion, envelope: Envelope) -> None:
        self.question = question
        self.envelope = envelope
        self.asked = question.asked
        self.times: list[VerifiedTime] = []
        """Times that hold, and that the verification used."""
        self.statuses: list[CertificateStatus] = []
        """What was found out about revocation, of whatever chain."""
        self.broken_by: str | None = None
        """The enforced check that has failed by now: nobody is asked for certificates of a signature
        that is not to be trusted, for whoever made it chose whom."""

    @cached_property
    def certificates(self) -> tuple[Certificate, ...]:
        """Raises ParseError where one of them cannot be read."""
        return tuple(parse_certificate(der) for der in self.envelope.certificates)

    @cached_property
    def leaf(self) -> Certificate:
        """Whose key signed. Raises ParseError where there is none."""
        if not self.envelope.certificates:
            raise ParseError(
                "the envelope has no certificate", expected="a certificate chain", found="none"
            )
        return parse_certificate(self.envelope.certificates[0])

    @property
    def store_kind(self) -> str:
        """Which stores count for the signing scheme (signing-scheme.md "Trust Stores")."""
        return "signingAuthority" if self.is_by_authority else "ca"

    @property
    def is_by_authority(self) -> bool:
        """Whether a signing authority signed for somebody, and vouches for the time."""
        return self.envelope.scheme == SCHEME_AUTHORITY

    def action(self, validation: str) -> str:
        """What follows from a failure."""
        return self.asked.actions.get(validation, Action.ENFORCE)

    @property
    def signed_at(self) -> datetime | None:
        """When it is proven to have existed at the latest; None where only the signer says so."""
        if self.is_by_authority:
            return self.envelope.authentic_signing_time
        return self.times[0].at if self.times else None

    # time

    def expired(self) -> Certificate | None:
        """The first certificate of the chain that has expired by now."""
        now = self.question.at
        return next(
            (one for one in self.certificates if one.window.end and now > one.window.end), None
        )

    @property
    def uses_timestamp(self) -> bool:
        """Whether the countersignature decides instead of the present ("Timestamp Countersignature
        Verification details").
        """
        if self.is_by_authority or not self.asked.stores_of("tsa"):
            return False
        return self.asked.verify_timestamp != AFTER_EXPIRY or self.expired() is not None

    @cached_property
    def countersignature(self) -> Countersignature | TimestampProblem:
        """What came of the timestamp; asked for only where all stores of authorities are there."""
        roots = [
            root
            for store in self.asked.stores_of("tsa").values()
            if isinstance(store, tuple)
            for root in store
        ]
        authorities = [Authority("", (root,), Window()) for root in roots]
        envelope = self.envelope
        return verify_countersignature(envelope.timestamp, envelope.signature, authorities)

    def turns(self) -> Iterator[Turn]:
        """When the present decides otherwise, with the same evidence."""
        if self.envelope.expiry is not None:
            at = self.envelope.expiry
            yield Turn(at, f"the signer lets the signature expire at {write_instant(at)}")
        if not self.is_by_authority and not self.times:
            for one in self.certificates:
                yield from turns_of(one.window, f"the certificate {one.title}")
        for status in self.statuses:
            if status.valid_until is not None:
                what = f"what is known about the revocation of {status.certificate.title}"
                yield from turns_of(Window(None, status.valid_until), what)
