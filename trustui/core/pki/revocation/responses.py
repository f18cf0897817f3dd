"""OCSP answers (RFC 6960): whose they are, about what, until when, and what they say."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from trustui.core.limits import KIB
from trustui.core.pki.certificates import Certificate, parse_certificate
from trustui.core.pki.chains import is_issued_by
from trustui.core.pki.revocation.answers import Answer, Asked, NotUsable, Status, readable
from trustui.core.pki.revocation.entries import invalidity_date
from trustui.core.pki.revocation.evidence import request_for
from trustui.core.primitives.instants import write_instant

MAX_RESPONSE = 20 * KIB
"""Bytes, as Notation reads; 4 KiB are usual."""
MAX_DELEGATES = 8
"""Certificates that come with one answer; there is one, or one with its chain."""


def ask_responders(asked: Asked, responders: Sequence[str]) -> Answer:
    """The first usable answer of these responders; the last reason where none is usable."""
    answer = Answer(Status.UNKNOWN, "no responder is named")
    for address in responders:
        try:
            return _ask(asked, address)
        except NotUsable as problem:
            answer = Answer(problem.status, f"OCSP: {problem}", address)
    return answer


def _ask(asked: Asked, address: str) -> Answer:
    request = readable("the certificate", lambda: request_for(asked.certificate, asked.issuer))
    body = asked.fetch(address, request, MAX_RESPONSE)
    return readable("the answer", lambda: _read(ocsp.load_der_ocsp_response(body), asked, address))


def _read(response: ocsp.OCSPResponse, asked: Asked, address: str) -> Answer:
    one = single_of(response, asked.issuer, asked.at)
    check_subject(one, asked)
    until = next_update_of(one)
    if asked.at > until:
        raise NotUsable(f"the answer held until {write_instant(until)}")
    return _said(one, asked, response, Answer(Status.GOOD, "OCSP says good", address, until))


def single_of(
    response: ocsp.OCSPResponse, issuer: Certificate, at: datetime
) -> ocsp.OCSPSingleResponse:
    """What an answer says about the one certificate that was asked about, as the issuer vouches at
    an instant (UTC). Raises NotUsable where nobody vouches or there is not one.
    """
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise NotUsable(f"the responder refused: {response.response_status.name.lower()}")
    _check_signature(response, issuer, at)
    singles = list(response.responses)
    if len(singles) != 1:
        raise NotUsable(f"one certificate was asked about, and {len(singles)} answers came")
    return singles[0]


def next_update_of(one: ocsp.OCSPSingleResponse) -> datetime:
    """Until when it holds, UTC. Raises NotUsable where it does not say."""
    until = one.next_update_utc
    if until is None:
        raise NotUsable("the answer does not say until when it holds")
    return until


def _said(
    one: ocsp.OCSPSingleResponse, asked: Asked, response: ocsp.OCSPResponse, good: Answer
) -> Answer:
    if one.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return good
    if one.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        words = "OCSP: the responder does not know the certificate"
        return Answer(Status.UNKNOWN, words, good.source, good.valid_until)
    invalid_since = invalidity_date(response.single_extensions)
    if invalid_since is not None and asked.is_before(invalid_since):
        words = f"OCSP: revoked, and invalid only since {write_instant(invalid_since)}"
        return Answer(Status.GOOD, f"{words}, after it signed", good.source, good.valid_until)
    since = one.revocation_time_utc
    assert since is not None  # it comes with the status (§4.2.1 RevokedInfo)
    words = f"OCSP: revoked at {write_instant(since)}"
    return Answer(Status.REVOKED, words, good.source, good.valid_until)


def check_subject(one: ocsp.OCSPSingleResponse, asked: Asked) -> None:
    """It is about this very certificate of this issuer (§3.2 item 1). Raises NotUsable."""
    builder = ocsp.OCSPRequestBuilder()
    issuer = asked.issuer.loaded
    wanted = builder.add_certificate(asked.certificate.loaded, issuer, one.hash_algorithm).build()
    if (one.serial_number, one.issuer_name_hash, one.issuer_key_hash) != (
        wanted.serial_number,
        wanted.issuer_name_hash,
        wanted.issuer_key_hash,
    ):
        raise NotUsable("the answer is about another certificate")


def _check_signature(response: ocsp.OCSPResponse, issuer: Certificate, at: datetime) -> None:
    """The issuer signed, or somebody whom it certified for that (§4.2.2.2)."""
    for signer in (issuer, *_delegates(response, issuer, at)):
        if signer.key is not None and signer.key.verifies(
            response.signature, response.tbs_response_bytes
        ):
            return
    raise NotUsable("the answer is signed by neither the issuer nor whom it certified for that")


def _delegates(
    response: ocsp.OCSPResponse, issuer: Certificate, at: datetime
) -> Iterator[Certificate]:
    purpose = ExtendedKeyUsageOID.OCSP_SIGNING.dotted_string
    for loaded in response.certificates[:MAX_DELEGATES]:
        signer = parse_certificate(loaded.public_bytes(Encoding.DER))
        if (
            purpose in (signer.eku or ())
            and signer.is_valid_at(at)
            and is_issued_by(signer, issuer)
        ):
            yield signer
