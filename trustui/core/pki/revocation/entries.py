"""Extensions that entries of CRLs and OCSP answers share."""

from datetime import UTC, datetime

from asn1crypto import core as asn1
from cryptography import x509

from trustui.core.pki.revocation.answers import NotUsable

_INVALIDITY_DATE = "2.5.29.24"


def invalidity_date(extensions: x509.Extensions) -> datetime | None:
    """From when the issuer calls the certificate invalid (RFC 5280 §5.3.2), UTC.

    Raises NotUsable for critical extensions that are not understood, ValueError for malformed ones.
    """
    found: datetime | None = None
    for extension in extensions:
        match extension.value:
            case x509.InvalidityDate() as value:
                found = value.invalidity_date_utc
            case x509.UnrecognizedExtension(oid=oid, value=der) if (
                oid.dotted_string == _INVALIDITY_DATE
            ):
                found = _instant(der)
            case x509.CRLReason():
                continue
            case _:
                _pass_over(extension)
    return found


def _pass_over(extension: x509.Extension[x509.ExtensionType]) -> None:
    if extension.critical:
        oid = extension.oid.dotted_string
        raise NotUsable(f"an entry has a critical extension that is not processed here: {oid}")


def _instant(der: bytes) -> datetime:
    native = asn1.GeneralizedTime.load(der, strict=True).native
    if not isinstance(native, datetime):
        raise ValueError("the invalidity date is no time")  # noqa: TRY004  malformed, not misused
    return native.astimezone(UTC)
