"""Who signs, stamps and revokes, with certificates around the present: Notation asks the machine's clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.x509 import ocsp

from tests.differential.images.notation.combinations import Combination
from tests.simulators.notation_signer import SIGNS_TIME, SUBJECT, key_of_kind
from tests.simulators.revoking import Entry, List, Response, make_list, make_response, told_by
from trustui.demo.images.certifying import AUTHORITY, YEAR, Issued, Wish, issue

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
key_of = cache(key_of_kind)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Parties:
    """Authorities that somebody trusts, and their strangers."""

    at: datetime
    root: Issued
    between: Issued
    stamp_root: Issued
    stamp_signer: Issued
    strange_root: Issued
    strange_stamps: Issued

    @property
    def signed_at(self) -> datetime:
        """When the signers say that they signed."""
        return self.at - 2 * HOUR


@cache
def parties() -> Parties:
    at = now()
    authority = replace(AUTHORITY, start=at - YEAR, end=at + YEAR)
    root = issue(replace(authority, subject="CN=root,O=Acme,ST=WA,C=US"), None)
    between = root.issue(replace(authority, subject="CN=between,O=Acme,ST=WA,C=US", path_length=0))
    stamp_root = issue(replace(authority, subject="CN=stamp root,O=Acme"), None)
    strange_root = issue(replace(authority, subject="CN=strangers,O=Nobody"), None)
    stamps = replace(SIGNS_TIME, start=at - YEAR, end=at + YEAR)
    return Parties(
        at,
        root,
        between,
        stamp_root,
        stamp_root.issue(replace(stamps, subject="CN=stamps,O=Acme")),
        strange_root,
        strange_root.issue(replace(stamps, subject="CN=stamps,O=Nobody")),
    )


def leaf_end(made: Parties, one: Combination) -> datetime:
    return made.at - HOUR if one.leaf == "expired" else made.at + 30 * DAY


def leaf_for(made: Parties, one: Combination, places: str) -> Issued:
    """The signer's certificate; its revocation is told below the address `places`."""
    usages: tuple[str, ...] = ("digital_signature",)
    if one.tampered == "usage":
        usages = ("digital_signature", "key_encipherment")
    wish = Wish(
        SUBJECT,
        start=made.at + DAY if one.leaf == "early" else made.at - 30 * DAY,
        end=leaf_end(made, one),
        usages=usages,
        usages_critical=one.tampered != "usage not critical",
        purposes=("code", "tls") if one.tampered == "purpose" else ("code",),
        extensions=told_by(
            responders=(f"{places}/ocsp",) if "answer" in one.revocation else (),
            lists=(f"{places}/base.crl",) if "list" in one.revocation else (),
        ),
    )
    return made.between.issue(wish, key_of(one.key))


STATUSES = {
    "good": ocsp.OCSPCertStatus.GOOD,
    "revoked": ocsp.OCSPCertStatus.REVOKED,
    "unknown": ocsp.OCSPCertStatus.UNKNOWN,
}


def evidence(made: Parties, one: Combination, leaf: Issued, places: str) -> Mapping[str, bytes]:
    """By address, what a responder and a list say; what is gone does not answer."""
    found = {}
    until = made.at + DAY
    for part in one.revocation.split(", "):
        where, _, what = part.partition(": ")
        if where == "answer" and what in STATUSES:
            said = Response(STATUSES[what], until)
            found[f"{places}/ocsp"] = make_response(said, leaf, made.between)
        elif where == "list" and what != "gone":
            found[f"{places}/base.crl"] = _list(made, what, leaf)
    return found


def _list(made: Parties, what: str, leaf: Issued) -> bytes:
    serial = leaf.certificate.serial_number
    entries = {
        "revoked": (Entry(serial),),
        "revoked for later": (Entry(serial, invalid_since=made.at + DAY),),
    }
    until = made.at - HOUR if what == "out of date" else made.at + DAY
    wanted = List(entries.get(what, ()), until=until)
    return make_list(wanted, made.between, made.strange_root if what == "by strangers" else None)
