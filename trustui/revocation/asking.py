"""Noting what verifications asked, so that it is fetched, and finding what they may be told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.conf import settings
from django.db.models import Max

from trustui.core.pki.revocation import Enquiry
from trustui.core.primitives.digests import sha256
from trustui.crawl.addresses import Refusal, Target, parse_url
from trustui.crawl.revocation_asking import RevocationHosts
from trustui.inventory import sql
from trustui.inventory.models import HEX, NAME
from trustui.inventory.text import storable
from trustui.revocation.models import AskedPlace, Concern, RevocationAnswer

MOST = 64
"""Places that are noted of one verification; three certificates name six."""


def allowed_hosts() -> RevocationHosts:
    """Whom the administrator of this installation allowed to ask."""
    return RevocationHosts(frozenset(settings.TRUSTUI.revocation_hosts))


def identity_of(enquiry: Enquiry) -> str:
    """What an enquiry is found by: SHA-256, lower-case hex."""
    request = b"" if enquiry.request is None else enquiry.request
    parts = (enquiry.address.encode("utf-8", "surrogatepass"), request, enquiry.issuer.der)
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts))


class Told(msgspec.Struct, frozen=True):
    """An answer that a verification may rest on."""

    address: str
    fetched_at: datetime


def want(asked: Iterable[tuple[int, Sequence[Enquiry]]], now: datetime) -> dict[str, Told]:
    """Have the places asked on which a verdict about each of these repositories (row ids) rests.

    Gives the newest answer of each that has one, by `identity_of`; whatever comes later is told to
    those who rest on it. Runs in the caller's transaction, in at most six statements. An address that
    no request could be made of is passed over: the verdict says so.
    """
    named: dict[str, tuple[Enquiry, Target]] = {}
    concerns: dict[tuple[str, int, str], str] = {}
    for repository, enquiries in asked:
        for enquiry in enquiries[:MOST]:
            target = parse_url(enquiry.address)
            if isinstance(target, Refusal):
                continue
            place = identity_of(enquiry)
            named[place] = enquiry, target
            serial = enquiry.certificate.serial[:HEX]
            concerns[place, repository, serial] = enquiry.certificate.subject
    if not named:
        return {}
    ids = _ids(named)
    new = sorted(named.keys() - ids.keys())
    if new:
        _insert([(place, *named[place]) for place in new], now)
        ids = _ids(named)
    _insert_concerns({(ids[place], *rest): one for (place, *rest), one in concerns.items()})
    return _newest_told(ids)


def _ids(places: Iterable[str]) -> dict[str, int]:
    """Locked, so that an answer comes either before what is noted now or after it."""
    rows = AskedPlace.objects.select_for_update().filter(enquiry_id__in=list(places))
    return dict(rows.order_by("pk").values_list("enquiry_id", "pk"))


def _insert(rows: Sequence[tuple[str, Enquiry, Target]], now: datetime) -> None:
    names = (
        *("enquiry_id", "address", "host", "request", "certificate", "issuer"),
        *("first_asked_at", "due_at", "failures", "because"),
    )
    values = [
        (
            *(place, enquiry.address, target.host, enquiry.request),
            *(enquiry.certificate.der, enquiry.issuer.der, now, now, 0, ""),
        )
        for place, enquiry, target in rows
    ]
    sql.insert(AskedPlace, names, values, sql.DO_NOTHING)


def _insert_concerns(subjects: Mapping[tuple[object, ...], str]) -> None:
    known = set(
        Concern.objects.filter(place__in={key[0] for key in subjects}).values_list(
            "place", "repository", "serial"
        )
    )
    rows = [
        (*key, storable(subject, NAME))
        for key, subject in sorted(subjects.items(), key=str)
        if key not in known
    ]
    sql.insert(Concern, ("place", "repository", "serial", "certificate"), rows, sql.DO_NOTHING)


def _newest_told(ids: Mapping[str, int]) -> dict[str, Told]:
    newest = RevocationAnswer.objects.filter(place__in=ids.values()).values("place")
    rows = newest.annotate(fetched=Max("fetched_at")).values_list(
        "place__enquiry_id", "place__address", "fetched"
    )
    return {place: Told(address, at) for place, address, at in rows}
