"""The vendor's authority for code, by which Notation signs, and what the port expects of its signers.

The port keeps Notation's own configuration: trust stores, and a trust policy document with a statement for
each repository.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import msgspec
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from trustui.demo.images.certifying import AUTHORITY, YEAR, Issued, Wish, derived_key, issue
from trustui.demo.images.stack import Json
from trustui.demo.images.trust import DOMAIN, in_service_since

CONFIGURATION = "notation"
"""Its folder beside the policies: as `~/.config/notation`."""
TRUST_POLICY = "trustpolicy.json"
STORES = ("ca:quayline", "tsa:quayline")
"""As a statement names them, and as names of trust materials."""

OF_VENDOR = "O=Quayline,ST=Zuid-Holland,C=NL"
RELEASE = f"CN=release signing,OU=Release,{OF_VENDOR}"
FIELD_SERVICE = f"CN=field laptop 12,OU=Field service,{OF_VENDOR}"
IDENTITY = "x509.subject: C=NL, ST=Zuid-Holland, O=Quayline, OU=Release"
LISTS = f"http://crl.{DOMAIN}/code-signing.crl"
"""Where the authority's newer certificates say that revocations are listed."""


class Authority(msgspec.Struct, frozen=True):
    """A root for code and one for timestamps, each signing directly."""

    root: Issued
    stamp_root: Issued
    stamps: Issued

    def certify(
        self, subject: str, at: datetime, days: int, *, is_revocable: bool = False
    ) -> tuple[Issued, ...]:
        """The chain of a signer for so many days from an instant (UTC) on.

        `is_revocable`: it names the place where revocations are listed.
        """
        points = (
            ((ExtensionOID.CRL_DISTRIBUTION_POINTS.dotted_string, _points(LISTS), False),)
            if is_revocable
            else ()
        )
        seed = f"quayline/code/{subject}/{at.isoformat()}"
        wish = Wish(subject, at, at + timedelta(days=days), extensions=points)
        key = derived_key(seed)
        return issue(wish, self.root, key, _serial(seed)), self.root


def _points(address: str) -> bytes:
    name = x509.UniformResourceIdentifier(address)
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint([name], None, None, None)]
    ).public_bytes()


def _serial(seed: str) -> int:
    """At most 20 octets, as RFC 5280 §4.1.2.2 demands."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:15])


@cache
def authority(now: datetime) -> Authority:
    """That of the world of `now` (aware UTC): the same one each time."""
    since = in_service_since(now)
    until = since + 9 * YEAR

    def made(subject: str, wish: Wish, issuer: Issued | None = None) -> Issued:
        seed = f"quayline/code/{subject}"
        named = replace(wish, subject=f"CN={subject},{OF_VENDOR}", start=since, end=until)
        return issue(named, issuer, derived_key(seed), _serial(seed))

    stamp_root = made("timestamp root", AUTHORITY)
    stamping = Wish(purposes=("time",), purposes_critical=True)
    root = made("code signing root", AUTHORITY)
    return Authority(root, stamp_root, made("timestamps", stamping, stamp_root))


def stores(now: datetime) -> Mapping[str, bytes]:
    """The certificates of each trust store, as PEM."""
    found = authority(now)
    return dict(zip(STORES, (found.root.pem, found.stamp_root.pem), strict=True))


def trust_policy() -> bytes:
    """The trust policy document: one statement is strict, one only logs."""
    statements = [
        _statement("customs", "customs-link", "strict"),
        _statement("weighbridge", "weighbridge", "permissive"),
    ]
    return json.dumps({"version": "1.0", "trustPolicies": statements}, indent=1).encode()


def _statement(name: str, repository: str, level: str) -> Json:
    return {
        "name": name,
        "registryScopes": [f"localhost/{repository}"],
        "signatureVerification": {"level": level, "verifyTimestamp": "afterCertExpiry"},
        "trustStores": list(STORES),
        "trustedIdentities": [IDENTITY],
    }


def configuration_files(now: datetime) -> dict[str, bytes]:
    """All files by their names below Notation's configuration directory."""
    kept = {
        f"truststore/x509/{title.replace(':', '/')}/root.pem": body
        for title, body in stores(now).items()
    }
    return {TRUST_POLICY: trust_policy(), **kept}
