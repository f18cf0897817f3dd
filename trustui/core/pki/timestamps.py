"""RFC 3161 timestamps: an authority's word that these bytes existed at a time.

A token is CMS signed data (RFC 5652) around a TSTInfo. The set of certificates in it may be in any
order: it lies outside the signature, and one large authority does not sort it.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import msgspec
from asn1crypto import cms, tsp

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.facts import VerifiedTime
from trustui.core.pki.authorities import Authority
from trustui.core.pki.certificates import (
    MAX_CERTIFICATES,
    TIME_STAMPING,
    Certificate,
    parse_certificate,
)
from trustui.core.pki.chains import Chain, ChainProblem, build_chain
from trustui.core.pki.keys import HASHES
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible

MAX_TOKEN_BYTES = 64 * 1024
_GRANTED = frozenset({"granted", "granted_with_mods"})
_SET_OF = b"\x31"
"""Signed attributes are signed as a SET, not with the implicit tag that they carry (RFC 5652 §5.4)."""
# How the library reads ASN.1 lazily: a malformed part raises only when it is asked for.
_MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


class TimestampProblem(msgspec.Struct, frozen=True):
    """Why a token proves no time."""

    because: str
    expected: str = ""
    found: str = ""


class Token(msgspec.Struct, frozen=True):
    """What a timestamp token says; nothing of it is verified."""

    at: datetime
    hash_name: str
    """Of the message, such as `sha256`; or the dotted number of one that counts for nothing here."""
    message_digest: bytes
    policy: str
    serial: str
    info: bytes
    """The TSTInfo that is signed."""
    signed_attributes: bytes
    """As they are signed."""
    attributes_digest: bytes
    """What the signed attributes say about `info`."""
    digest_name: str
    certificate_digests: tuple[tuple[str, bytes], ...]
    """Which certificate the signer says it used (RFC 5035)."""
    signature: bytes
    signer_serial: int | None
    signer_issuer: bytes
    """DER of the name; b"" where the signer is named by its key identifier."""
    signer_key_id: bytes
    certificates: tuple[bytes, ...]
    accuracy: timedelta = timedelta()
    """How far the time may be off, both ways."""


class Countersignature(msgspec.Struct, frozen=True):
    """A token that holds: what it proves, and by whose word."""

    time: VerifiedTime
    accuracy: timedelta
    chain: Chain
    """From the certificate that signed to the one that is trusted."""
    names_certificate: bool
    """Whether the signer says which certificate it used, in a way that binds (RFC 5035)."""


def verify_timestamp(
    token: bytes, message: bytes, authorities: Sequence[Authority]
) -> VerifiedTime | TimestampProblem:
    """The time that one of these authorities stated for this message, or why there is none.

    `token` is a TimeStampResp or a bare TimeStampToken, DER. The authority must have been in use at
    that time, and its certificates valid; ends of windows are inside.
    """
    found = verify_countersignature(token, message, authorities)
    return found.time if isinstance(found, Countersignature) else found


def verify_countersignature(
    token: bytes, message: bytes, authorities: Sequence[Authority]
) -> Countersignature | TimestampProblem:
    """As `verify_timestamp`, with what formats that have rules of their own judge further."""
    try:
        read = parse_token(token)
    except ParseError as error:
        return TimestampProblem(error.because, error.expected, error.found)
    return _about_message(read, message) or _about_signer(read, authorities)


def _about_message(token: Token, message: bytes) -> TimestampProblem | None:
    if token.hash_name not in HASHES:
        return TimestampProblem(
            "the timestamp is over a hash that counts for nothing here",
            ", ".join(HASHES),
            visible(token.hash_name),
        )
    digest = hashlib.new(token.hash_name, message).digest()
    if digest != token.message_digest:
        return TimestampProblem(
            "the timestamp is about another signature",
            f"{token.hash_name} {digest.hex()[:16]}…",
            f"{token.message_digest.hex()[:16]}…",
        )
    if token.digest_name not in HASHES:
        return TimestampProblem(
            "the timestamp is signed over a broken hash",
            ", ".join(HASHES),
            visible(token.digest_name),
        )
    if hashlib.new(token.digest_name, token.info).digest() != token.attributes_digest:
        return TimestampProblem(
            "what the timestamp signs is not what it says",
            "the digest of its own content",
            "another digest",
        )
    return None


def _about_signer(
    token: Token, authorities: Sequence[Authority]
) -> Countersignature | TimestampProblem:
    if not authorities:
        return TimestampProblem(
            "no timestamp authority is trusted", "a trusted timestamp authority", "none"
        )
    embedded = _readable(token.certificates)
    problems: list[TimestampProblem] = []
    for authority in authorities:
        found = _by_authority(token, embedded, authority)
        if isinstance(found, Countersignature):
            return found
        problems.append(found)
    return problems[0] if len(problems) == 1 else _most_telling(problems)


def _most_telling(problems: list[TimestampProblem]) -> TimestampProblem:
    """That of an authority whose certificate is the signer's, before those it is none of."""
    return next((one for one in problems if one.because != _UNKNOWN_SIGNER), problems[0])


_UNKNOWN_SIGNER = "the timestamp is signed by an authority that is not trusted"


def _by_authority(
    token: Token, embedded: tuple[Certificate, ...], authority: Authority
) -> Countersignature | TimestampProblem:
    signer = _signer(token, (*authority.chain, *embedded))
    chain = (
        ChainProblem("", "", "")
        if signer is None
        else build_chain(
            signer, (*authority.chain[:-1], *embedded), authority.chain[-1:], token.at, None
        )
    )
    if signer is None or isinstance(chain, ChainProblem):
        return TimestampProblem(
            _UNKNOWN_SIGNER,
            f"a signer that chains to {authority.title}",
            f"one issued by {_issuer_of(token)}" if signer is None else chain_words(chain),
        )
    because = f"timestamp authority {visible(authority.title)}"
    return (
        _about_certificate(token, signer, authority)
        or _about_time(token, signer, authority)
        or Countersignature(
            time=VerifiedTime(token.at, "timestamp", because),
            accuracy=token.accuracy,
            chain=chain,
            names_certificate=any(name in HASHES for name, _ in token.certificate_digests),
        )
    )


def chain_words(chain: object) -> str:
    """Why a chain was not found, as `found`."""
    return chain.because if isinstance(chain, ChainProblem) else ""


def _about_certificate(
    token: Token, signer: Certificate, authority: Authority
) -> TimestampProblem | None:
    """RFC 3161 §2.3: the key is for timestamps alone; RFC 5035: the certificate is the one named."""
    if signer.eku != (TIME_STAMPING,) or not signer.eku_is_critical:
        return TimestampProblem(
            f"the certificate {signer.title} may not sign timestamps",
            "extended key usage: timeStamping alone, critical",
            ", ".join(signer.eku or ()) or "none",
        )
    for name, digest in token.certificate_digests:
        if name in HASHES and hashlib.new(name, signer.der).digest() != digest:
            return TimestampProblem(
                "the timestamp says that it was signed with another certificate",
                f"the digest of {signer.title}",
                f"{digest.hex()[:16]}…",
            )
    if signer.key is None or not signer.key.verifies(token.signature, token.signed_attributes):
        return TimestampProblem(
            f"the timestamp's signature is not one of {visible(authority.title)}",
            "a signature of the authority's key",
            "a signature of something else",
        )
    return None


def _about_time(token: Token, signer: Certificate, authority: Authority) -> TimestampProblem | None:
    for what, window in (
        (f"the timestamp authority {visible(authority.title)} was not in use", authority.window),
        (f"the certificate {signer.title} was not valid", signer.window),
    ):
        if not window.contains(token.at):
            return TimestampProblem(
                f"{what} at the time of the timestamp", str(window), write_instant(token.at)
            )
    return None


def _signer(token: Token, known: tuple[Certificate, ...]) -> Certificate | None:
    for certificate in known:
        if token.signer_serial is None:
            if token.signer_key_id and certificate.key_id == token.signer_key_id:
                return certificate
        elif (
            certificate.serial == f"{token.signer_serial:x}"
            and certificate.issuer_der == token.signer_issuer
        ):
            return certificate
    return None


def _issuer_of(token: Token) -> str:
    number = "no serial number" if token.signer_serial is None else f"{token.signer_serial:x}"
    return f"somebody unknown, serial {number}"


def _readable(certificates: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    found: list[Certificate] = []
    for der in certificates:
        try:
            found.append(parse_certificate(der))
        except ParseError:
            continue  # what cannot be read can sign nothing
    return tuple(found)


def parse_token(raw: bytes) -> Token:
    """Read a TimeStampResp or a TimeStampToken. Raises ParseError or LimitExceeded."""
    if len(raw) > MAX_TOKEN_BYTES:
        raise LimitExceeded(
            "the timestamp is too long",
            expected=f"at most {MAX_TOKEN_BYTES:,} bytes",
            found=f"{len(raw):,} bytes",
        )
    try:
        return _token(_content(raw))
    except _MALFORMED as error:
        raise ParseError(
            f"the timestamp cannot be read: {visible(str(error))}",
            expected="a TimeStampResp or a TimeStampToken (RFC 3161 §2.4.2)",
        ) from error


def _content(raw: bytes) -> cms.ContentInfo:
    """A response begins with its status, a token with its type."""
    try:
        response = tsp.TimeStampResp.load(raw, strict=True)
        status = response["status"]["status"].native
    except _MALFORMED:
        return cms.ContentInfo.load(raw, strict=True)
    if status not in _GRANTED:
        _refuse("the timestamp authority refused", "granted", str(status))
    token: cms.ContentInfo = response["time_stamp_token"]
    return token


def _refuse(because: str, expected: str, found: str) -> NoReturn:
    raise ParseError(because, expected=expected, found=visible(found))


def _token(content: cms.ContentInfo) -> Token:
    if content["content_type"].native != "signed_data":
        _refuse(
            "the timestamp is no signed data", "signed_data", str(content["content_type"].native)
        )
    signed = content["content"]
    inner = signed["encap_content_info"]
    if inner["content_type"].native != "tst_info":
        _refuse("what is signed is no timestamp", "tst_info", str(inner["content_type"].native))
    signers = signed["signer_infos"]
    if len(signers) != 1:
        _refuse("a timestamp has exactly one signer (RFC 3161 §2.4.2)", "1", str(len(signers)))
    info = inner["content"].parsed
    imprint, signer = info["message_imprint"], signers[0]
    attributes = _attributes(signer)
    return Token(
        at=_instant(info["gen_time"].native),
        hash_name=imprint["hash_algorithm"]["algorithm"].native,
        message_digest=imprint["hashed_message"].native,
        policy=info["policy"].native,
        serial=f"{info['serial_number'].native:x}",
        info=bytes(inner["content"]),
        signed_attributes=_SET_OF + signer["signed_attrs"].dump()[1:],
        attributes_digest=attributes["message_digest"].native,
        digest_name=signer["digest_algorithm"]["algorithm"].native,
        certificate_digests=_certificate_digests(attributes),
        signature=signer["signature"].native,
        certificates=tuple(
            one.chosen.dump() for one in list(signed["certificates"] or ())[:MAX_CERTIFICATES]
        ),
        accuracy=_accuracy(info),
        **_signer_name(signer["sid"]),
    )


def _instant(at: datetime) -> datetime:
    return at.astimezone(UTC)


_BASELINE_POLICY = "0.4.0.2023.1.1"
"""Of ETSI; whoever follows it is off by a second at most (RFC 3628 §5.2)."""
_WORST_ACCURACY = timedelta(days=1)
"""A clock that may be off by more proves no time."""


def _accuracy(info: Any) -> timedelta:
    """What the token states (RFC 3161 §2.4.2), else what its policy promises."""
    stated = info["accuracy"].native or {}
    seconds, millis, micros = (stated.get(name) or 0 for name in ("seconds", "millis", "micros"))
    if min(seconds, millis, micros) < 0 or seconds > _WORST_ACCURACY.total_seconds():
        _refuse("the accuracy of the timestamp is no span", "up to a day", f"{seconds:,} seconds")
    if not (seconds or millis or micros) and info["policy"].native == _BASELINE_POLICY:
        return timedelta(seconds=1)
    return timedelta(seconds=seconds, milliseconds=min(millis, 999), microseconds=min(micros, 999))


def _attributes(signer: cms.SignerInfo) -> dict[str, Any]:
    """Signed attributes by name, each of one value; without them nothing ties type and content."""
    found: dict[str, Any] = {}
    for attribute in signer["signed_attrs"]:
        name, values = attribute["type"].native, attribute["values"]
        if name in found or len(values) != 1:
            _refuse("a signed attribute of the timestamp is there twice", "once", str(name))
        found[name] = values[0]
    kind = found["content_type"].native
    if kind != "tst_info":
        _refuse("the signer signed something else than a timestamp", "tst_info", str(kind))
    return found


def _certificate_digests(attributes: dict[str, Any]) -> tuple[tuple[str, bytes], ...]:
    """The first certificate of SigningCertificateV2 is the signer's (RFC 5035 §3).

    The older attribute (RFC 2634) names it by SHA-1, which binds nothing: it is not looked at, nor is
    SHA-1 in the newer one.
    """
    if "signing_certificate_v2" not in attributes:
        return ()
    first = attributes["signing_certificate_v2"]["certs"][0]
    return ((first["hash_algorithm"]["algorithm"].native, first["cert_hash"].native),)


def _signer_name(sid: cms.SignerIdentifier) -> dict[str, Any]:
    named = sid.chosen
    if sid.name == "subject_key_identifier":
        return {"signer_serial": None, "signer_issuer": b"", "signer_key_id": named.native}
    return {
        "signer_serial": named["serial_number"].native,
        "signer_issuer": named["issuer"].chosen.dump(),
        "signer_key_id": b"",
    }
