"""A signature as people read it: what it signs, by whom, its certificates, log entries and timestamps.

Nothing of it is verified here, and everything in it is foreign: what is shown is made visible, and
what cannot be read is told in words.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from trustui.core.checks.attestation import attestation_of, read_attestation
from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.cosign.payload import (
    CERTIFICATE,
    CHAIN,
    LOG_ENTRY,
    SIGNATURE,
    TIMESTAMP,
    parse_payload,
)
from trustui.core.formats.in_toto.predicates import readable
from trustui.core.formats.notation.envelope import Envelope as NotationEnvelope
from trustui.core.formats.notation.reading import parse_envelope
from trustui.core.formats.sigstore_bundle.bundle import Bundle
from trustui.core.formats.sigstore_bundle.bundle import parse as parse_bundle
from trustui.core.limits import MIB, JsonLimits
from trustui.core.pki.certificates import Certificate, parse_certificate, parse_certificates
from trustui.core.pki.timestamps import parse_token
from trustui.core.primitives.dsse import Envelope, read_base64
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.statements import Statement
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import counted, quoted, visible
from trustui.core.tlog.entries import LogEntry, parse_cosign_bundle, read_body
from trustui.pages.components import Labelled

LONGEST = 256 * 1024
"""Bytes of content that a page shows as text; longer ones are had as a file."""
MOST_SUBJECTS = 20
_TEXT = 300


class CertificateLine(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate of a chain. Times in UTC."""

    title: str
    subject: str
    issuer: str
    serial: str
    fingerprint: str
    """SHA-256 of the DER."""
    names: tuple[str, ...]
    not_before: datetime | None
    not_after: datetime | None
    is_ca: bool
    extensions: tuple[Labelled, ...]
    """What Fulcio writes into it."""
    ct_promises: int
    """Promises of logs of certificates that are embedded."""
    problems: tuple[str, ...]


class EntryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a transparency log. Times in UTC."""

    index: int
    log_id: str
    kind: str
    integrated_at: datetime | None
    has_promise: bool
    tree_size: int | None
    """Of its inclusion proof; None where there is none."""
    checkpoint: str
    signs: tuple[str, ...]
    """Digests that the entry says were signed."""
    problem: str


class StampLine(msgspec.Struct, frozen=True, kw_only=True):
    """One RFC 3161 timestamp. Times in UTC."""

    at: datetime | None
    serial: str
    policy: str
    hash_name: str
    certificates: tuple[str, ...]
    problem: str


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """All that a signature says of itself."""

    form: str
    lines: tuple[Labelled, ...] = ()
    """What is signed, in a few lines."""
    subjects: tuple[str, ...] = ()
    more_subjects: int = 0
    chain: tuple[CertificateLine, ...] = ()
    """The one that signed first."""
    entries: tuple[EntryLine, ...] = ()
    stamps: tuple[StampLine, ...] = ()
    signature: str = ""
    """As it stands there, base64 or what stands in its place, cut."""
    text: str = ""
    """The statement or payload, indented; empty where it is too long or no text."""
    raw: str = ""
    """The content as it came; empty where it is too long."""
    problem: str = ""
    """Why it cannot be read; empty where it can."""
    may_be_logged: bool = True
    """Whether logs take in signatures of this form."""


class Material(msgspec.Struct, frozen=True):
    """What a signature is read from: its content, and the annotations of its layer."""

    body: bytes
    annotations: Mapping[str, str]
    is_bundle: bool
    is_statement: bool
    envelope_type: str = ""
    """The media type of an envelope of Notation's; empty for all others."""


def decode(found: Material) -> Decoded:
    """Read it. Raises nothing: what cannot be read is a problem in words."""
    try:
        if found.envelope_type:
            return _by_notation(found)
        return _bundle(found) if found.is_bundle else _layer(found)
    except ParseError as error:
        return _decoded(found, "unreadable", problem=visible(error.in_words, 500))


def _decoded(found: Material, form: str, **more: Any) -> Decoded:
    raw = found.body.decode(errors="replace") if len(found.body) <= LONGEST else ""
    return Decoded(form=form, raw=raw, **more)


# Sigstore's two forms ---------------------------------------------------------------------------


def _bundle(found: Material) -> Decoded:
    bundle = parse_bundle(Document("", found.body))
    lines, statement, payload = _signed(bundle)
    return _decoded(
        found,
        f"sigstore bundle {bundle.version}",
        lines=lines,
        **_subjects(statement),
        chain=tuple(_certificate(der) for der in bundle.certificates),
        entries=tuple(_entry(one) for one in bundle.entries),
        stamps=tuple(_stamp(one) for one in bundle.timestamps),
        signature=bundle.signature.hex()[:_TEXT],
        text=_indented(payload),
    )


def _signed(bundle: Bundle) -> tuple[tuple[Labelled, ...], Statement | None, bytes]:
    key = (
        ()
        if bundle.key_hint is None
        else (Labelled("Key, by its hint", visible(bundle.key_hint, _TEXT)),)
    )
    if bundle.message is not None:
        digest = f"{bundle.message.hash_name}:{bundle.message.digest.hex()}"
        return (Labelled("Signs the artefact itself", visible(digest, _TEXT)), *key), None, b""
    assert bundle.envelope is not None
    return _envelope(bundle.envelope, key)


def _envelope(
    envelope: Envelope, more: Sequence[Labelled] = ()
) -> tuple[tuple[Labelled, ...], Statement | None, bytes]:
    attestation = attestation_of(envelope)
    head = (
        Labelled("Payload type", visible(envelope.payload_type, _TEXT)),
        Labelled("Signatures in the envelope", f"{len(envelope.signatures):,}"),
        *more,
    )
    statement = attestation.statement
    if statement is None:
        why = Labelled("No statement", visible(attestation.because, _TEXT))
        return (*head, why), None, envelope.payload
    told = (Labelled(line.label.capitalize(), line.text) for line in readable(statement))
    says = Labelled("Predicate", visible(statement.predicate_type, _TEXT), is_code=True)
    return (*head, says, *told), statement, envelope.payload


def _layer(found: Material) -> Decoded:
    entry = found.annotations.get(LOG_ENTRY, "")
    stamp = found.annotations.get(TIMESTAMP, "")
    shared: dict[str, Any] = {
        "chain": tuple(_pem_chain(found.annotations)),
        "entries": (_cosign_entry(entry),) if entry else (),
        "stamps": (_cosign_stamp(stamp),) if stamp else (),
        "signature": visible(found.annotations.get(SIGNATURE, ""), _TEXT),
    }
    if found.is_statement:
        envelope = read_attestation(found.body).envelope
        lines, statement, payload = _envelope(envelope)
        signatures = envelope.signatures
        shared["signature"] = signatures[0].signature.hex()[:_TEXT] if signatures else ""
        return _decoded(
            found,
            "attestation in cosign's tag format",
            lines=lines,
            **_subjects(statement),
            text=_indented(payload),
            **shared,
        )
    claims = parse_payload(Document("", found.body))
    return _decoded(
        found,
        "signature in cosign's tag format",
        lines=(
            Labelled("Signs", visible(claims.digest, _TEXT), is_code=True),
            Labelled("Under the name", visible(claims.reference, _TEXT) or "none"),
            Labelled("Says that it is", visible(claims.type, _TEXT)),
            *(
                Labelled(f"Claims {visible(name, 60)}", quoted(value, _TEXT))
                for name, value in list(claims.claims.items())[:MOST_SUBJECTS]
            ),
        ),
        text=_indented(found.body),
        **shared,
    )


def _subjects(statement: Statement | None) -> dict[str, Any]:
    if statement is None:
        return {}
    told = [
        f"{visible(one.name, 120)} {algorithm}:{visible(digest, 140)}".strip()
        for one in statement.subjects[:MOST_SUBJECTS]
        for algorithm, digest in list(one.digests.items())[:3]
    ]
    return {
        "subjects": tuple(told),
        "more_subjects": max(0, len(statement.subjects) - MOST_SUBJECTS),
    }


def _indented(payload: bytes) -> str:
    """JSON as people read it; empty where it is none or too long."""
    if not payload or len(payload) > LONGEST:
        return ""
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)[: 4 * LONGEST]
    except (ValueError, RecursionError):
        return payload.decode(errors="replace")


# Notation's ---------------------------------------------------------------------------------------


def _by_notation(found: Material) -> Decoded:
    envelope = parse_envelope(found.body, found.envelope_type)
    return Decoded(
        form=_ENVELOPES[envelope.format],
        lines=(*_target(envelope), *_headers(envelope)),
        chain=tuple(_certificate(der) for der in envelope.certificates),
        stamps=(_stamp(envelope.timestamp),) if envelope.timestamp else (),
        signature=envelope.signature.hex()[:_TEXT],
        text=_indented(envelope.payload),
        raw=_raw(found.body, is_text=envelope.format == "jws"),
        may_be_logged=False,
    )


_ENVELOPES = {"jws": "Notation, JWS envelope", "cose": "Notation, COSE envelope"}


def _raw(body: bytes, *, is_text: bool) -> str:
    """As it came, or in hexadecimal where it is no text; empty where it is too long."""
    if len(body) > LONGEST:
        return ""
    return body.decode(errors="replace") if is_text else body.hex(" ", -2)


def _target(envelope: NotationEnvelope) -> Iterator[Labelled]:
    target = envelope.target
    if target is None:
        yield Labelled("Signs", "no descriptor that can be read")
        return
    yield Labelled("Signs", visible(target.digest, _TEXT), is_code=True)
    yield Labelled("Of the type", visible(target.media_type, _TEXT), is_code=True)
    yield Labelled("Bytes", f"{target.size:,}")
    for name, text in list(target.annotations.items())[:MOST_SUBJECTS]:
        yield Labelled(f"Claims {visible(name, 60)}", visible(text, _TEXT))


def _headers(envelope: NotationEnvelope) -> Iterator[Labelled]:
    """Those that are there; the time of signing is the signer's own word unless an authority signed."""
    for label, text in (
        ("Signing scheme", envelope.scheme),
        ("Algorithm, as it states", envelope.algorithm),
        ("Payload type", envelope.content_type),
        ("Critical headers", ", ".join(envelope.critical or ())),
    ):
        yield Labelled(label, visible(text, _TEXT) or "none")
    for label, at in (
        ("Signed at, says the signer", envelope.signing_time),
        ("Signed at, says the signing authority", envelope.authentic_signing_time),
        ("Ends at", envelope.expiry),
    ):
        if at is not None:
            yield Labelled(label, write_instant(at))
    for label, text in (
        ("Verification plugin", envelope.plugin or ""),
        ("Plugin, at least", envelope.plugin_min_version or ""),
        ("Signing agent", envelope.agent),
        *((f"Header {visible(name, 60)}", text) for name, text in envelope.extended.items()),
    ):
        if text:
            yield Labelled(label, visible(text, _TEXT))


# Certificates -----------------------------------------------------------------------------------


def _pem_chain(annotations: Mapping[str, str]) -> Iterator[CertificateLine]:
    leaf = annotations.get(CERTIFICATE, "")
    if leaf:
        yield _certificate(leaf.encode("utf-8", "replace"))
    chain = annotations.get(CHAIN, "")
    if not chain.strip():
        return
    try:
        several = parse_certificates(chain.encode("utf-8", "replace"))
    except ParseError as error:
        yield _unreadable(f"the chain cannot be read: {error.because}")
        return
    for one in several:
        yield certificate_line(one)


def _certificate(raw: bytes) -> CertificateLine:
    try:
        return certificate_line(parse_certificate(raw))
    except ParseError as error:
        return _unreadable(error.because)


def _unreadable(because: str) -> CertificateLine:
    return CertificateLine(
        title="unreadable", subject="", issuer="", serial="", fingerprint="", names=(),
        not_before=None, not_after=None, is_ca=False, extensions=(), ct_promises=0,
        problems=(visible(because, _TEXT),),
    )  # fmt: skip


def certificate_line(one: Certificate) -> CertificateLine:
    """What a certificate says."""
    return CertificateLine(
        title=one.title,
        subject=visible(one.subject, _TEXT),
        issuer=visible(one.issuer, _TEXT),
        serial=one.serial,
        fingerprint=one.fingerprint,
        names=tuple(f"{kind}: {visible(name, _TEXT)}" for kind, name in one.names),
        not_before=one.window.start,
        not_after=one.window.end,
        is_ca=one.is_ca,
        extensions=tuple(
            Labelled(name.replace("_", " "), visible(text, _TEXT))
            for name, text in one.fulcio.items()
        ),
        ct_promises=len(one.scts),
        problems=tuple(visible(problem, _TEXT) for problem in one.problems),
    )


# Log entries and timestamps ---------------------------------------------------------------------


def _cosign_entry(annotation: str) -> EntryLine:
    try:
        return _entry(parse_cosign_bundle(annotation.encode("utf-8", "replace")))
    except ParseError as error:
        return EntryLine(
            index=0, log_id="", kind="unreadable", integrated_at=None, has_promise=False,
            tree_size=None, checkpoint="", signs=(), problem=visible(error.because, _TEXT),
        )  # fmt: skip


def _entry(one: LogEntry) -> EntryLine:
    signs: tuple[str, ...] = ()
    problem = ""
    try:
        logged = read_body(one)
        several = (logged.digest, logged.payload_digest, logged.envelope_digest)
        signs = tuple(visible(digest, 200) for digest in several if digest)
    except ParseError as error:
        problem = visible(error.because, _TEXT)
    proof = one.proof
    return EntryLine(
        index=one.log_index,
        log_id=one.log_id.hex()[:128],
        kind=visible(f"{one.kind} {one.version}", 80),
        integrated_at=one.integrated_time,
        has_promise=one.promise is not None,
        tree_size=None if proof is None else proof.tree_size,
        checkpoint="" if proof is None else proof.checkpoint[:2_000],
        signs=signs,
        problem=problem,
    )


def _cosign_stamp(annotation: str) -> StampLine:
    try:
        value = load(annotation.encode("utf-8", "replace"), JsonLimits(max_bytes=MIB)).value
        stated = value.get("SignedRFC3161Timestamp") if isinstance(value, dict) else None
        return _stamp(read_base64(stated, "the signed timestamp"))
    except ParseError as error:
        return _no_stamp(error.because)


def _stamp(raw: bytes) -> StampLine:
    try:
        token = parse_token(raw)
    except ParseError as error:
        return _no_stamp(error.because)
    return StampLine(
        at=token.at,
        serial=token.serial,
        policy=token.policy,
        hash_name=visible(token.hash_name, 60),
        certificates=tuple(_certificate(der).title for der in token.certificates),
        problem="",
    )


def _no_stamp(because: str) -> StampLine:
    return StampLine(
        at=None,
        serial="",
        policy="",
        hash_name="",
        certificates=(),
        problem=visible(because, _TEXT),
    )


def in_words(found: Decoded) -> str:
    """What proves when it was signed: `a certificate, 1 log entry, no timestamp`."""
    stamps = counted(len(found.stamps), "timestamp") if found.stamps else "no timestamp"
    if not found.may_be_logged:
        return f"{'a certificate' if found.chain else 'no certificate'}, {stamps}"
    told = [
        "a certificate" if found.chain else "a bare key",
        counted(len(found.entries), "log entry")[:-1] + "ies"
        if len(found.entries) > 1
        else ("1 log entry" if found.entries else "no log entry"),
        stamps,
    ]
    return ", ".join(told)
