"""The status of each certificate of a chain: OCSP first, then CRLs (Notation's order)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import msgspec

from trustui.core.errors import ParseError
from trustui.core.pki.certificates import Certificate
from trustui.core.pki.revocation.answers import Answer, Asked, Status
from trustui.core.pki.revocation.evidence import Evidence, addresses
from trustui.core.pki.revocation.lists import ask_lists
from trustui.core.pki.revocation.responses import ask_responders


class CertificateStatus(msgspec.Struct, frozen=True):
    """What is known about one certificate of a chain."""

    certificate: Certificate
    status: Status
    because: str
    source: str = ""
    """The address that decided, or the last that was asked."""
    valid_until: datetime | None = None
    """Until when the evidence holds, UTC."""


def statuses_of(
    chain: Sequence[Certificate],
    evidence: Evidence,
    at: datetime,
    signed_at: datetime | None = None,
) -> tuple[CertificateStatus, ...]:
    """Of every certificate but the last, which is trusted because somebody named it.

    `chain` goes from the leaf up, each issued by the next. `at` (UTC): evidence that had run out then
    is none. `signed_at`: a proven time of signing; a revocation that says from when on the
    certificate was invalid does not count against what was signed before.
    """
    found = []
    for certificate, issuer in pairwise(chain):
        answer = _ask(Asked(certificate, issuer, evidence, at, signed_at))
        found.append(
            CertificateStatus(
                certificate, answer.status, answer.because, answer.source, answer.valid_until
            )
        )
    return tuple(found)


def worst_of(found: Sequence[CertificateStatus]) -> CertificateStatus | None:
    """A revoked certificate before one of unknown status, and that before one about which nobody may
    be asked; None where there is none of them.
    """
    for status in (Status.REVOKED, Status.UNKNOWN, Status.NOT_ASKED):
        for one in found:
            if one.status is status:
                return one
    return None


_OPEN = (Status.UNKNOWN, Status.NOT_ASKED)


def _ask(asked: Asked) -> Answer:
    try:
        named = addresses(asked.certificate)
    except ParseError as error:
        return Answer(Status.UNKNOWN, error.because)
    if named.is_empty:
        return Answer(Status.NOT_REVOCABLE, "it names no place that would tell of a revocation")
    answer = Answer(Status.UNKNOWN, "it names places of revocation, and none by an http address")
    if named.ocsp:
        answer = ask_responders(asked, named.ocsp)
    if answer.status in _OPEN and named.crls:
        lists = ask_lists(asked, named.crls, has_freshest=bool(named.freshest))
        return lists if not named.ocsp else _after(answer, lists)
    return answer


def _after(responders: Answer, lists: Answer) -> Answer:
    """What lists say, and why they were asked at all."""
    return msgspec.structs.replace(lists, because=f"{lists.because} ({responders.because})")
