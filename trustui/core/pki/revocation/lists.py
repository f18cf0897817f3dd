"""Certificate revocation lists (RFC 5280 §5): base and delta, as the specification of Notation uses them.

Every distribution point of a certificate is asked, for each may cover other reasons; one that cannot
be had leaves the status unknown.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from trustui.core.limits import MIB
from trustui.core.pki.certificates import Certificate
from trustui.core.pki.revocation.answers import Answer, Asked, NotUsable, Status, readable
from trustui.core.pki.revocation.entries import invalidity_date
from trustui.core.pki.revocation.evidence import MAX_ADDRESSES, uris_of
from trustui.core.primitives.instants import write_instant

MAX_LIST = 32 * MIB
"""Bytes, as Notation reads; the largest public ones have some 20 MB."""

_UNDERSTOOD = frozenset({ExtensionOID.ISSUING_DISTRIBUTION_POINT, ExtensionOID.DELTA_CRL_INDICATOR})
"""Critical extensions that are processed."""


def ask_lists(asked: Asked, points: Sequence[str], *, has_freshest: bool) -> Answer:
    """What all these distribution points together say. `has_freshest`: the certificate itself names
    delta CRLs, which are followed only where the base list names them too.
    """
    answer = Answer(Status.UNKNOWN, "no usable distribution point is named")
    for address in points:
        try:
            answer = _ask(asked, address, has_freshest=has_freshest)
        except NotUsable as problem:
            return Answer(problem.status, f"CRL: {problem}", address)
        if answer.status is Status.REVOKED:
            break
    return answer


def _ask(asked: Asked, address: str, *, has_freshest: bool) -> Answer:
    base = _Listed(_fetched(asked, address), asked)
    if base.delta_of is not None:
        raise NotUsable("what the certificate names as its list is only a delta")
    deltas = base.freshest
    if has_freshest and not deltas:
        raise NotUsable("only the certificate names a delta CRL, which is not supported")
    delta = _delta(asked, base, deltas) if deltas else None
    return _said(asked, address, base, delta)


def _fetched(asked: Asked, address: str) -> x509.CertificateRevocationList:
    body = asked.fetch(address, None, MAX_LIST)
    return readable("the list", lambda: x509.load_der_x509_crl(body))


def _delta(asked: Asked, base: "_Listed", addresses: Sequence[str]) -> "_Listed":
    """The first that can be had; they have the same scope, so one is enough (RFC 5280 §5.2.6)."""
    problem = NotUsable("no delta CRL could be had")
    for address in addresses:
        try:
            loaded = _fetched(asked, address)
        except NotUsable as error:
            problem = error
            continue
        delta = _Listed(loaded, asked)
        delta.check_fits(base)
        return delta
    raise NotUsable(f"the delta CRL is not to be had: {problem}", problem.status)


class _Listed:
    """One list that is the issuer's, fresh and understood. Raises NotUsable where it is not."""

    def __init__(self, loaded: x509.CertificateRevocationList, asked: Asked) -> None:
        self.loaded = loaded
        self.number: int | None = None
        self.delta_of: int | None = None
        self.freshest: list[str] = []
        readable("the list", lambda: self._check(asked))

    def _check(self, asked: Asked) -> None:
        check_issuer(self.loaded, asked.issuer)
        until = next_update_of(self.loaded)
        if asked.at > until:
            raise NotUsable(f"the list held until {write_instant(until)}")
        self.valid_until = until
        for extension in self.loaded.extensions:
            self._read(extension, asked)

    def _read(self, extension: x509.Extension[x509.ExtensionType], asked: Asked) -> None:
        match extension.value:
            case x509.CRLNumber(crl_number=number):
                self.number = number
            case x509.DeltaCRLIndicator(crl_number=number):
                self.delta_of = number
            case x509.FreshestCRL() as points:
                self.freshest = uris_of(points)[:MAX_ADDRESSES]
            case x509.IssuingDistributionPoint() as scope:
                _check_scope(scope, asked)
            case _ if extension.critical and extension.oid not in _UNDERSTOOD:
                oid = extension.oid.dotted_string
                raise NotUsable(f"the list has a critical extension that is not processed: {oid}")

    def check_fits(self, base: "_Listed") -> None:
        """It is a delta to that base (RFC 5280 §5.2.4)."""
        if self.delta_of is None:
            raise NotUsable("what the list names as its delta is none")
        if base.number is None or self.number is None:
            raise NotUsable("base and delta CRL need numbers")
        if self.delta_of > base.number:
            raise NotUsable(f"the delta starts from list {self.delta_of}, after {base.number}")
        if self.number <= base.number:
            raise NotUsable(f"the delta has number {self.number}, not above {base.number}")

    def entry(self, serial: int) -> x509.RevokedCertificate | None:
        """What the list says about this serial number."""
        return self.loaded.get_revoked_certificate_by_serial_number(serial)


def next_update_of(loaded: x509.CertificateRevocationList) -> datetime:
    """Until when it holds, UTC. Raises NotUsable where it does not say."""
    until = loaded.next_update_utc
    if until is None:
        raise NotUsable("the list does not say until when it holds")
    return until


def check_issuer(loaded: x509.CertificateRevocationList, issuer: Certificate) -> None:
    """The issuer of the certificate issued and signed the list. Raises NotUsable."""
    if loaded.issuer.public_bytes() != issuer.subject_der:
        raise NotUsable(f"the list is not issued by {issuer.title}")
    if issuer.key_usage is not None and "crl_sign" not in issuer.key_usage:
        raise NotUsable(f"{issuer.title} may not sign lists (key usage cRLSign)")
    if issuer.key is None or not issuer.key.verifies(loaded.signature, loaded.tbs_certlist_bytes):
        raise NotUsable(f"the list is not signed by {issuer.title}")


def _check_scope(scope: x509.IssuingDistributionPoint, asked: Asked) -> None:
    """Silence of a list about what it does not cover says nothing (RFC 5280 §6.3.3 b 2)."""
    is_ca = asked.certificate.is_ca
    if (
        scope.indirect_crl
        or scope.only_contains_attribute_certs
        or (scope.only_contains_user_certs and is_ca)
        or (scope.only_contains_ca_certs and not is_ca)
    ):
        raise NotUsable("the list covers other certificates than this one")


def _said(asked: Asked, address: str, base: _Listed, delta: _Listed | None) -> Answer:
    until = base.valid_until if delta is None else min(base.valid_until, delta.valid_until)
    good = Answer(Status.GOOD, "the CRL does not list it", address, until)
    latest: x509.RevokedCertificate | None = None
    for entry in _entries(asked, base, delta):
        reason, invalid_since = readable("an entry of the list", lambda one=entry: _details(one))  # type: ignore[misc]
        if invalid_since is not None and asked.is_before(invalid_since):
            words = f"CRL: revoked, and invalid only since {write_instant(invalid_since)}"
            return Answer(Status.GOOD, f"{words}, after it signed", address, until)
        if reason not in _TEMPORARY:
            return _revoked(entry, reason, good)
        if latest is None or entry.revocation_date_utc >= latest.revocation_date_utc:
            latest = entry
    if latest is not None and reason_of(latest) is x509.ReasonFlags.certificate_hold:
        return _revoked(latest, x509.ReasonFlags.certificate_hold, good)
    return good


_TEMPORARY = (x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl)


def _entries(
    asked: Asked, base: _Listed, delta: _Listed | None
) -> Iterator[x509.RevokedCertificate]:
    serial = asked.certificate.loaded.serial_number
    for one in (base, delta):
        entry = None if one is None else readable("the list", lambda of=one: of.entry(serial))  # type: ignore[misc]
        if entry is not None:
            yield entry


def _details(
    entry: x509.RevokedCertificate,
) -> tuple[x509.ReasonFlags, datetime | None]:
    return reason_of(entry), invalidity_date(entry.extensions)


def reason_of(entry: x509.RevokedCertificate) -> x509.ReasonFlags:
    """Why it was revoked. Raises ValueError where the extensions of the entry are malformed."""
    for extension in entry.extensions:
        if isinstance(extension.value, x509.CRLReason):
            return extension.value.reason
    return x509.ReasonFlags.unspecified


def _revoked(entry: x509.RevokedCertificate, reason: x509.ReasonFlags, good: Answer) -> Answer:
    words = f"CRL: revoked at {write_instant(entry.revocation_date_utc)} ({reason.value})"
    return Answer(Status.REVOKED, words, good.source, good.valid_until)
