"""Certificates, SCTs and timestamps as a private stack makes them, with every rule breakable.

The same keys and serial numbers give the same bytes on every run; without them both are new ones.
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

SIGNED = datetime(2026, 11, 20, 12, 1, tzinfo=UTC)
"""When things are signed, unless somebody says otherwise."""
MINUTE = timedelta(minutes=1)
YEAR = timedelta(days=365)
PURPOSES = {"code": "1.3.6.1.5.5.7.3.3", "time": "1.3.6.1.5.5.7.3.8", "tls": "1.3.6.1.5.5.7.3.1"}
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def derived_key(seed: str) -> ec.EllipticCurvePrivateKey:
    """A throw-away key from a text, the same one each time."""
    secret = hashlib.sha256(seed.encode()).digest()
    # 2^255 lies below the order of the curve, so every seed gives a private value.
    return ec.derive_private_key(int.from_bytes(secret) % 2**255 + 1, ec.SECP256R1())


def spki(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def sign(key: PrivateKey, message: bytes) -> bytes:
    """As Sigstore signs with keys of this kind."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def name_of(common_name: str) -> x509.Name:
    """A common name alone, or all attributes of a name as RFC 4514 writes them."""
    if not common_name:
        return x509.Name([])
    if "=" in common_name:
        return x509.Name.from_rfc4514_string(common_name)
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


@dataclass(frozen=True)
class Wish:
    """What a certificate should say. None leaves an extension out."""

    subject: str = ""
    start: datetime = SIGNED - MINUTE
    end: datetime = SIGNED + 9 * MINUTE
    ca: bool | None = None
    ca_critical: bool = True
    path_length: int | None = None
    usages: tuple[str, ...] | None = ("digital_signature",)
    usages_critical: bool = True
    purposes: tuple[str, ...] | None = ("code",)
    """Of `PURPOSES`, or dotted numbers."""
    purposes_critical: bool = False
    names: tuple[x509.GeneralName, ...] = ()
    extensions: tuple[tuple[str, bytes, bool], ...] = ()
    hash_algorithm: Any = field(default_factory=hashes.SHA256)


AUTHORITY = Wish(
    "authority",
    SIGNED - YEAR,
    SIGNED + 9 * YEAR,
    ca=True,
    usages=("key_cert_sign", "crl_sign"),
    purposes=None,
)
USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class Issued:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(self, wish: Wish, key: PrivateKey | None = None) -> "Issued":
        return issue(wish, self, key)

    def issue_with_sct(
        self,
        wish: Wish,
        log: PrivateKey,
        key: PrivateKey | None = None,
        serial: int | None = None,
        **changes: Any,
    ) -> "Issued":
        """Issue twice, as a real authority does: once for the log, once with its promise."""
        key, serial = key or new_key(), serial or x509.random_serial_number()
        bare = issue(wish, self, key, serial)
        body = sct(bare.certificate, self.certificate, log, **changes)
        promised = core.OctetString(struct.pack(">HH", len(body) + 2, len(body)) + body).dump()
        with_list = (*wish.extensions, (SCT_LIST.dotted_string, promised, False))
        return issue(replace(wish, extensions=with_list), self, key, serial)


def issue(
    wish: Wish, issuer: Issued | None, key: PrivateKey | None = None, serial: int | None = None
) -> Issued:
    """A certificate as wished; self-signed without an issuer."""
    own = key or new_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(name_of(wish.subject))
        .issuer_name(name_of(wish.subject) if issuer is None else issuer.certificate.subject)
        .not_valid_before(wish.start)
        .not_valid_after(wish.end)
        .serial_number(serial or x509.random_serial_number())
        .public_key(own.public_key())
    )
    for extension, critical in _extensions(wish, own):
        builder = builder.add_extension(extension, critical)
    signer = own if issuer is None else issuer.key
    assert not isinstance(signer, ed25519.Ed25519PrivateKey)
    always_same = True if isinstance(signer, ec.EllipticCurvePrivateKey) else None
    return Issued(builder.sign(signer, wish.hash_algorithm, ecdsa_deterministic=always_same), own)


def _extensions(wish: Wish, key: PrivateKey) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = []
    if wish.ca is not None:
        found.append((x509.BasicConstraints(wish.ca, wish.path_length), wish.ca_critical))
    if wish.usages is not None:
        usage = x509.KeyUsage(**{name: name in wish.usages for name in USAGES})
        found.append((usage, wish.usages_critical))
    if wish.purposes is not None:
        oids = [x509.ObjectIdentifier(PURPOSES.get(name, name)) for name in wish.purposes]
        found.append((x509.ExtendedKeyUsage(oids), wish.purposes_critical))
    if wish.names:
        found.append((x509.SubjectAlternativeName(wish.names), True))
    found.append((x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
    for oid, value, critical in wish.extensions:
        found.append((x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical))
    return found


def sct(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    log: PrivateKey,
    *,
    at: datetime = SIGNED,
    extensions: bytes = b"",
    spoiled: bool = False,
) -> bytes:
    """A signed certificate timestamp over a certificate that carries none yet (RFC 6962 §3.2)."""
    key = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    tbs = certificate.tbs_certificate_bytes
    milliseconds = int(at.timestamp() * 1000)
    extended = struct.pack(">H", len(extensions)) + extensions
    signed = struct.pack(">BBQH", 0, 0, milliseconds, 1) + hashlib.sha256(key).digest()
    signed += len(tbs).to_bytes(3, "big") + tbs + extended
    signature = sign(log, b"another" if spoiled else signed)
    head = struct.pack(">B", 0) + hashlib.sha256(spki(log)).digest()
    head += struct.pack(">Q", milliseconds) + extended
    return head + struct.pack(">BBH", 4, 3, len(signature)) + signature


@dataclass(frozen=True)
class Stamp:
    """What a timestamp should say, and how it should be wrong."""

    at: datetime = SIGNED
    hash_name: str = "sha256"
    digest_name: str = "sha256"
    signs: bytes | None = None
    """What the signature is over instead of the signed attributes."""
    attributes_digest: bytes | None = None
    inner: str = "tst_info"
    said_inner: str = "tst_info"
    names_certificate: bool = True
    named_certificate: bytes | None = None
    by_key_id: bool = False
    embeds: tuple[bytes, ...] = ()
    signers: int = 1
    repeats_attribute: bool = False
    status: str = "granted"
    is_bare: bool = False
    other_digest: bool = False
    """Names its certificate by SHA-1 alone, as before RFC 5035."""
    policy: str = "1.2.3.4"
    accuracy: tuple[int, int, int] | None = None
    """Seconds, milliseconds, microseconds."""


def timestamp(message: bytes, signer: Issued, stamp: Stamp = Stamp()) -> bytes:
    """A TimeStampResp of this signer over the message (RFC 3161 §2.4.2)."""
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": stamp.policy,
            "message_imprint": {
                "hash_algorithm": {"algorithm": stamp.hash_name},
                "hashed_message": hashlib.new(stamp.hash_name, message).digest(),
            },
            "serial_number": 7,
            "gen_time": stamp.at,
            **_accuracy(stamp),
        }
    ).dump()
    token = cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": {
                "version": "v3",
                "digest_algorithms": [{"algorithm": stamp.digest_name}],
                "encap_content_info": {
                    "content_type": stamp.inner,
                    "content": core.ParsableOctetString(info),
                },
                "certificates": [asn1_x509.Certificate.load(der) for der in stamp.embeds],
                "signer_infos": [_signer_info(info, signer, stamp)] * stamp.signers,
            },
        }
    )
    if stamp.is_bare:
        return bytes(token.dump())
    response = {"status": {"status": stamp.status}, "time_stamp_token": token}
    return bytes(tsp.TimeStampResp(response).dump())


def _accuracy(stamp: Stamp) -> dict[str, Any]:
    if stamp.accuracy is None:
        return {}
    stated = zip(("seconds", "millis", "micros"), stamp.accuracy, strict=True)
    return {"accuracy": {name: number for name, number in stated if number}}


def _signer_info(info: bytes, signer: Issued, stamp: Stamp) -> cms.SignerInfo:
    attributes = cms.CMSAttributes(_attributes(info, signer, stamp))
    signed = attributes.dump() if stamp.signs is None else stamp.signs
    certificate = asn1_x509.Certificate.load(signer.der)
    if stamp.by_key_id:
        sid = cms.SignerIdentifier("subject_key_identifier", certificate.key_identifier)
    else:
        both = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        sid = cms.SignerIdentifier("issuer_and_serial_number", both)
    return cms.SignerInfo(
        {
            "version": "v1",
            "sid": sid,
            "digest_algorithm": {"algorithm": stamp.digest_name},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": sign(signer.key, signed),
        }
    )


def _attributes(info: bytes, signer: Issued, stamp: Stamp) -> Sequence[cms.CMSAttribute]:
    digest = stamp.attributes_digest or hashlib.new(stamp.digest_name, info).digest()
    found = [
        cms.CMSAttribute({"type": "content_type", "values": [stamp.said_inner]}),
        cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
    ]
    if stamp.repeats_attribute:
        found.append(found[1])
    if stamp.names_certificate:
        algorithm = "sha1" if stamp.other_digest else "sha256"
        named = hashlib.new(algorithm, stamp.named_certificate or signer.der).digest()
        listed = tsp.ESSCertIDv2(
            {"hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}), "cert_hash": named}
        )
        found.append(
            cms.CMSAttribute(
                {
                    "type": "signing_certificate_v2",
                    "values": [tsp.SigningCertificateV2({"certs": [listed]})],
                }
            )
        )
    return found
