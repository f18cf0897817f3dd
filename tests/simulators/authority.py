"""A certificate authority that lives for one test, and servers with its certificates."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

DAY = timedelta(days=1)
SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")
"""DER of the algorithms' names (RFC 8017 appendix A.2), equally long."""


class Authority:
    """Writes PEM files into ``folder``; ``ca_file`` is what a client would be given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.key = self.new_key()
        self._name = _name("Throw-away authority")
        self.ca_file = str(folder / "ca.pem")
        certificate = _builder(self._name, self._name, self.key, days=(-1, 1)).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        signed = certificate.sign(self.key, hashes.SHA256())
        Path(self.ca_file).write_bytes(signed.public_bytes(Encoding.PEM))

    def new_key(self) -> Key:
        return ec.generate_private_key(ec.SECP256R1())

    def server(
        self,
        address: str = "127.0.0.1",
        *,
        days: tuple[int, int] = (-1, 1),
        self_signed: bool = False,
    ) -> ssl.SSLContext:
        """A server that shows a certificate for ``address``, valid between these days of today."""
        key = self.new_key()
        name = _name(f"server at {address}")
        issuer, signer = (name, key) if self_signed else (self._name, self.key)
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = _builder(name, issuer, key, days=days).add_extension(alternative, critical=False)
        return self._context(key, builder.sign(signer, hashes.SHA256()))

    def _context(self, key: Key, certificate: x509.Certificate) -> ssl.SSLContext:
        pem = self._folder / f"server-{certificate.serial_number}.pem"
        pem.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # the server is not the one who is careful
        context.load_cert_chain(pem)
        return context


class Sha1Authority(Authority):
    """An authority of old: RSA, and SHA-1 in the certificates of its servers."""

    def new_key(self) -> Key:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def _context(self, key: Key, certificate: x509.Certificate) -> ssl.SSLContext:
        """`cryptography` signs no SHA-1 certificates any more: put it in afterwards."""
        assert isinstance(self.key, rsa.RSAPrivateKey)
        signed = certificate.tbs_certificate_bytes.replace(SHA256_WITH_RSA, SHA1_WITH_RSA)
        der = certificate.public_bytes(Encoding.DER)
        der = der.replace(certificate.tbs_certificate_bytes, signed)
        der = der.replace(SHA256_WITH_RSA, SHA1_WITH_RSA)
        signature = self.key.sign(signed, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
        der = der.replace(certificate.signature, signature)
        return super()._context(key, x509.load_der_x509_certificate(der))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, *, days: tuple[int, int]
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * DAY)
        .not_valid_after(now + days[1] * DAY)
    )
