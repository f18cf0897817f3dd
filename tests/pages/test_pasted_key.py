"""A pasted public key."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from tests.simulators.onlookers import STRANGER, onlooker
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.inventory.models import SourceKey
from trustui.pages.pasted_key import tell_key

pytestmark = pytest.mark.django_db


def pem(key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_key_of_a_source_is_told_with_where_it_is_used() -> None:
    watched = Watched(vendor(), name="vendor-updates")
    watched.crawl(START + DAY)
    row = SourceKey.objects.select_related("key").filter(source=watched.source).first()
    assert row is not None
    public = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(row.key.public))
    told = tell_key(onlooker(watched), pem(public))
    assert told is not None
    assert told.what == "Ed25519"
    assert told.fingerprint == row.key.fingerprint
    assert [one.source for one in told.uses] == ["vendor-updates"]
    assert row.key.fingerprint in told.href


def test_a_stranger_does_not_learn_where_a_key_is_used() -> None:
    watched = Watched(vendor(), name="vendor-updates")
    watched.crawl(START + DAY)
    row = SourceKey.objects.select_related("key").filter(source=watched.source).first()
    assert row is not None
    public = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(row.key.public))
    told = tell_key(STRANGER, pem(public))
    assert told is not None
    assert (told.uses, told.href) == ((), "")


def test_an_unknown_key_is_told_by_its_kind() -> None:
    told = tell_key(STRANGER, pem(ec.generate_private_key(ec.SECP256R1()).public_key()))
    assert told is not None
    assert told.what == "ECDSA, secp256r1"


def test_a_certificate_is_told_with_its_subject() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer\u202e")])
    now = datetime(2026, 3, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    told = tell_key(STRANGER, certificate.public_bytes(Encoding.PEM).decode())
    assert told is not None
    assert told.subject == "CN=signer\\u{202E}"


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PUBLIC KEY-----\nno base64\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----",
    ],
)
def test_what_holds_no_key_is_not_told(text: str) -> None:
    assert tell_key(STRANGER, text) is None
