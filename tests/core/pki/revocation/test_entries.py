"""The date from which a certificate was invalid, as lists and answers carry it."""

import pytest
from cryptography import x509

from trustui.core.pki.revocation.entries import invalidity_date
from trustui.demo.images.certifying import SIGNED


def test_an_invalidity_date_may_come_as_an_unknown_extension() -> None:
    """As OCSP answers carry it, where the library does not know it."""
    written = x509.InvalidityDate(SIGNED).public_bytes()
    oid = x509.ObjectIdentifier("2.5.29.24")
    for value in (x509.UnrecognizedExtension(oid, written), x509.InvalidityDate(SIGNED)):
        extensions = x509.Extensions([x509.Extension(oid, critical=True, value=value)])
        assert invalidity_date(extensions) == SIGNED
    for der in (b"\x05\x00", b"\x18\x0f00000101000000Z"):
        odd = x509.Extension(oid, critical=False, value=x509.UnrecognizedExtension(oid, der))
        with pytest.raises(ValueError, match=r".+"):
            invalidity_date(x509.Extensions([odd]))
