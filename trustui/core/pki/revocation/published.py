"""Answers about revocation by themselves: whose they are, from when until when, what they say of whom.

For whoever keeps them. Whether one counts for a certificate at an instant is judged anew each time.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec
from cryptography import x509
from cryptography.x509 import ocsp

from trustui.core.errors import ParseError
from trustui.core.pki.revocation.answers import Asked, NotUsable, readable
from trustui.core.pki.revocation.entries import invalidity_date
from trustui.core.pki.revocation.evidence import NO_EVIDENCE, Enquiry
from trustui.core.pki.revocation.lists import MAX_LIST, check_issuer, reason_of
from trustui.core.pki.revocation.lists import next_update_of as end_of_list
from trustui.core.pki.revocation.responses import MAX_RESPONSE, check_subject, single_of
from trustui.core.pki.revocation.responses import next_update_of as end_of_answer
from trustui.core.primitives.instants import write_instant

MAX_AHEAD = timedelta(hours=1)
"""How far the clock of an authority may go before ours. What claims to be of later would, if it were
believed, keep every genuine answer away as an older one."""


class Published(msgspec.Struct, frozen=True):
    """An answer for which the issuer vouches. Instants in UTC."""

    this_update: datetime
    next_update: datetime


def longest(request: bytes | None) -> int:
    """How many bytes an answer may have: of a list where there is no request, else of OCSP."""
    return MAX_LIST if request is None else MAX_RESPONSE


def read_published(enquiry: Enquiry, body: bytes, at: datetime) -> Published:
    """The answer to an enquiry as it came, at an instant (UTC).

    Raises ParseError where it is malformed or too long, not vouched for by the issuer, about another
    certificate, without an end, over, or of an instant to come.
    """
    try:
        return readable("the answer", lambda: _counted(enquiry, body, at))
    except NotUsable as problem:
        raise ParseError(str(problem), expected="an answer that counts now") from problem


def _counted(enquiry: Enquiry, body: bytes, at: datetime) -> Published:
    most = longest(enquiry.request)
    if len(body) > most:
        raise NotUsable(f"it has more than {most:,} bytes")
    found = _read(enquiry, body, at)
    if at > found.next_update:
        raise NotUsable(f"it held until {write_instant(found.next_update)}")
    if found.this_update > at + MAX_AHEAD:
        raise NotUsable(f"it says that it is of {write_instant(found.this_update)}")
    return found


def _read(enquiry: Enquiry, body: bytes, at: datetime) -> Published:
    if enquiry.request is None:
        loaded = x509.load_der_x509_crl(body)
        check_issuer(loaded, enquiry.issuer)
        return Published(loaded.last_update_utc, end_of_list(loaded))
    single = single_of(ocsp.load_der_ocsp_response(body), enquiry.issuer, at)
    check_subject(single, Asked(enquiry.certificate, enquiry.issuer, NO_EVIDENCE, at, None))
    return Published(single.this_update_utc, end_of_answer(single))


def entries_in(body: bytes, request: bytes | None, serials: Iterable[int]) -> Mapping[int, str]:
    """What an answer that was read says of each of these serial numbers, as words to compare.

    "" stands for nothing that speaks against the certificate. A list that is a delta may take back
    what its base says. Raises nothing: what cannot be read is said to be so.
    """
    try:
        return readable("the answer", lambda: _entries(body, request, serials))
    except NotUsable as problem:
        return dict.fromkeys(serials, str(problem))


def _entries(body: bytes, request: bytes | None, serials: Iterable[int]) -> Mapping[int, str]:
    if request is None:
        loaded = x509.load_der_x509_crl(body)
        rows = {one: loaded.get_revoked_certificate_by_serial_number(one) for one in serials}
        return {serial: "" if row is None else _words(row) for serial, row in rows.items()}
    single = next(iter(ocsp.load_der_ocsp_response(body).responses))
    return {one: _answered(single) if one == single.serial_number else "" for one in serials}


def _words(entry: x509.RevokedCertificate) -> str:
    words = f"revoked at {write_instant(entry.revocation_date_utc)} ({reason_of(entry).value})"
    since = invalidity_date(entry.extensions)
    return words if since is None else f"{words}, invalid since {write_instant(since)}"


def _answered(single: ocsp.OCSPSingleResponse) -> str:
    if single.certificate_status is ocsp.OCSPCertStatus.GOOD:
        return ""
    since = single.revocation_time_utc
    return "not known to the responder" if since is None else f"revoked at {write_instant(since)}"
