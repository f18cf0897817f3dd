"""Projections of manifests: what they are, what an index lists, what signatures in them claim.

Made from stored rows only, so that a rebuild gives the same.
"""

# ruff: noqa: S608  names of tables come from the models, values are bound

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.notation.envelope import Envelope
from trustui.core.formats.notation.reading import parse_envelope
from trustui.core.images.candidates import Candidate, Kind, candidates
from trustui.core.images.claims import Claims, claims_of, claims_of_envelope
from trustui.core.images.kinds import ManifestKind, kind_of
from trustui.core.images.notation.question import SIGNATURE_TYPE
from trustui.core.images.notation.terms import ENVELOPES
from trustui.core.oci.discovery import Artefact, Attached, Discovery, is_attestation
from trustui.core.oci.manifests import Descriptor, Index, parse_manifest
from trustui.core.oci.manifests import Manifest as ManifestFacts
from trustui.core.oci.places import Place
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import ImageRequest
from trustui.core.trace import Chain
from trustui.images.models import (
    MEDIA_TYPE,
    Attachment,
    Certificate,
    Content,
    Identity,
    ImageSignature,
    Manifest,
    Platform,
)
from trustui.images.names import folded
from trustui.images.signing import Signer, keep_signers, signers_in
from trustui.images.terms import Enveloped, write_terms
from trustui.inventory import sql
from trustui.inventory.models import NAME, Blob
from trustui.inventory.text import identity, storable

PLATFORM = 200
_PLATFORM = ("index", "position", "digest", "platform", "is_attestation")
_IDENTITY = ("identity_id", "issuer", "subject", "folded")
_CERTIFICATE = ("fingerprint", "subject", "issuer", "not_before", "not_after", "identity")
_SIGNATURE = (
    *("repository", "subject_digest", "manifest", "position", "content_digest", "format", "kind"),
    *("predicate_type", "identity", "certificate", "key_fingerprint", "logged_at"),
)

_SIGNATURE_AGAIN = "ON CONFLICT (manifest_id, position) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}"
    for name in (
        *("subject_digest", "content_digest", "format", "kind", "predicate_type", "identity_id"),
        *("certificate_id", "key_fingerprint", "logged_at"),
    )
)
"""What could not be had at first may be there now."""


class Facts(msgspec.Struct, frozen=True):
    """What a manifest says of itself; empty where it cannot be read as one."""

    parsed: ManifestFacts | Index | None
    media_type: str = ""
    artifact_type: str = ""
    subject_digest: str = ""
    kind: ManifestKind = ManifestKind.OTHER


KnownFacts: TypeAlias = Mapping[tuple[str, str], Facts]
"""Of manifests that were read already, by their digest and the media type that was served."""


def facts_of(body: bytes, served_type: str) -> Facts:
    """Read a manifest; its kind as far as its own bytes tell it."""
    try:
        return facts_in(parse_manifest(body, served_type))
    except ParseError:
        return Facts(None)


def facts_in(parsed: ManifestFacts | Index | None) -> Facts:
    """The same of a manifest that was read; None is one that could not be."""
    if parsed is None:
        return Facts(None)
    subject = "" if parsed.subject is None else parsed.subject.digest
    artifact_type = storable(parsed.artifact_type, MEDIA_TYPE)
    return Facts(parsed, parsed.media_type, artifact_type, subject, kind_of(parsed, (), ()))


class _Stored(msgspec.Struct, frozen=True):
    """A manifest as it is stored."""

    id: int
    repository_id: int
    digest: str
    told: tuple[str, ...]
    """Media type, artefact type, subject and kind, as they are written now."""
    served_type: str
    body: bytes


class _Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A signature or attestation that hangs on something, with what it claims."""

    repository_id: int
    manifest_id: int
    position: int
    subject: str
    content_digest: str
    format: str
    kind: Kind
    predicate_type: str
    claims: Claims

    @property
    def layer(self) -> tuple[int, int]:
        """Where it stands."""
        return self.manifest_id, self.position

    @property
    def identity_id(self) -> str:
        """What the identity is found by, or "" where it has none."""
        return _identity_id(self.claims)

    @property
    def fingerprint(self) -> str:
        """Of the certificate, or "" where it has none."""
        one = self.claims.certificate
        return "" if one is None else one.fingerprint


def _identity_id(claims: Claims) -> str:
    return identity(f"{claims.issuer}\n{claims.subject}") if claims.subject else ""


def project(manifest_ids: Sequence[int], known: KnownFacts | None = None) -> None:
    """Make the projections of these manifests, where they are not there yet; few statements.

    What is not `known` is read from its bytes.
    """
    if not manifest_ids:
        return
    stored = _read(manifest_ids)
    hung = _where_hung(manifest_ids)
    known = known or {}
    facts = {
        one.id: known.get((one.digest, one.served_type)) or facts_of(one.body, one.served_type)
        for one in stored
    }
    parsed = {id_: one.parsed for id_, one in facts.items()}
    _write_platforms(stored, parsed)
    contents = _contents(stored, parsed, hung)
    enveloped = list(_envelopes(stored, parsed, hung, contents))
    by_notation = [_by_notation(one) for one in enveloped if one.envelope.target is not None]
    theirs = {one.manifest_id for one in by_notation}
    others = [one for one in stored if one.id not in theirs]
    signed = [*by_notation, *_signed(others, parsed, hung, contents)]
    _write_facts(stored, facts, hung, signed)
    _write_signatures(signed)
    write_terms(enveloped)


def _read(manifest_ids: Sequence[int]) -> list[_Stored]:
    asked = sql.wanted("w", {"id": "bigint"}, [(one,) for one in sorted(set(manifest_ids))])
    rows = sql.select(
        "SELECT m.id, m.repository_id, m.digest, m.media_type, m.artifact_type,"
        " m.subject_digest, m.kind, m.served_type, b.body"
        f" FROM {asked.text} JOIN {sql.table(Manifest)} m ON m.id = w.id"
        f" JOIN {sql.table(Blob)} b ON b.id = m.blob_id ORDER BY m.id",
        asked.parameters,
    )
    return [
        _Stored(id_, repository, digest, tuple(told), served, bytes(body))
        for id_, repository, digest, *told, served, body in rows
    ]


class _Hung(msgspec.Struct, frozen=True):
    """Where a manifest hangs or hung; the first of them says what its signatures are about."""

    subject: str
    places: tuple[Place, ...]


def _where_hung(manifest_ids: Sequence[int]) -> dict[int, _Hung]:
    asked = sql.wanted("w", {"id": "bigint"}, [(one,) for one in sorted(set(manifest_ids))])
    rows = sql.select(
        f"SELECT a.manifest_id, a.subject_digest, a.place FROM {asked.text}"
        f" JOIN {sql.table(Attachment)} a ON a.manifest_id = w.id ORDER BY a.id",
        asked.parameters,
    )
    found: dict[int, _Hung] = {}
    for manifest_id, subject, place in rows:
        there = found.get(manifest_id, _Hung(subject, ()))
        found[manifest_id] = _Hung(there.subject, (*there.places, Place(place)))
    return found


# Platforms and kinds ------------------------------------------------------------------------------


def _write_platforms(
    stored: Sequence[_Stored], parsed: Mapping[int, ManifestFacts | Index | None]
) -> None:
    rows: list[tuple[object, ...]] = []
    for one in stored:
        index = parsed[one.id]
        if isinstance(index, Index):
            for position, entry in enumerate(index.manifests):
                platform = storable(str(entry.platform or ""), PLATFORM)
                rows.append((one.id, position, entry.digest, platform, is_attestation(entry)))
    sql.insert(Platform, _PLATFORM, rows, sql.DO_NOTHING)


def _write_facts(
    stored: Sequence[_Stored],
    facts: Mapping[int, Facts],
    hung: Mapping[int, _Hung],
    signed: Iterable[_Signed],
) -> None:
    signs: dict[int, set[str]] = {}
    for one in signed:
        signs.setdefault(one.manifest_id, set()).add(one.kind)
    rows = []
    for row in stored:
        there, own = hung.get(row.id), facts[row.id]
        places = () if there is None else there.places
        kind = kind_of(own.parsed, places, signs.get(row.id, ()))
        told = (own.media_type, own.artifact_type, own.subject_digest, kind.value)
        if told != row.told:
            rows.append((row.id, *told))
    names = ("media_type", "artifact_type", "subject_digest", "kind")
    sql.update(Manifest, ", ".join(f"{one} = {{{one}}}" for one in names), ("id", *names), rows)


# Signatures ---------------------------------------------------------------------------------------


def _contents(
    stored: Sequence[_Stored],
    parsed: Mapping[int, ManifestFacts | Index | None],
    hung: Mapping[int, _Hung],
) -> Mapping[tuple[int, str], bytes]:
    """What is kept of the layers of what hangs somewhere, by repository and digest: one statement."""
    return _contents_of(
        (one.repository_id, layer.digest)
        for one in stored
        if one.id in hung and isinstance(manifest := parsed[one.id], ManifestFacts)
        for layer in manifest.layers
    )


def _signed(
    stored: Sequence[_Stored],
    parsed: Mapping[int, ManifestFacts | Index | None],
    hung: Mapping[int, _Hung],
    contents: Mapping[tuple[int, str], bytes],
) -> Iterator[_Signed]:
    for one in stored:
        manifest, there = parsed[one.id], hung.get(one.id)
        if there is not None and isinstance(manifest, ManifestFacts):
            yield from _of_manifest(one, manifest, there, contents)


def _of_manifest(
    one: _Stored,
    manifest: ManifestFacts,
    hung: _Hung,
    contents: Mapping[tuple[int, str], bytes],
) -> Iterator[_Signed]:
    def ask(request: ImageRequest) -> Document | Problem:
        body = contents.get((one.repository_id, request.name))
        if body is None:
            return Problem(request.name, ProblemKind.ABSENT, "it was never had")
        return Document(request.name, body)

    document = Document(one.digest, one.body, one.served_type)
    places = [place for place in hung.places if place in _TELLING] or hung.places
    attached = Attached(one.digest, document, manifest, places[0], hung.subject)
    reference = Reference("localhost", "stored", digest=hung.subject)
    found = Discovery(reference, ask, Chain("stored", hung.subject))
    found.artefact = Artefact(hung.subject, document, None)
    found.attached[one.digest] = attached
    positions = {id(layer): position for position, layer in enumerate(manifest.layers)}
    for candidate in candidates(found, hung.subject):
        if candidate.layers:
            position = positions[id(candidate.layers[0])]
            yield _of_candidate(one, hung.subject, position, candidate)


def _of_candidate(one: _Stored, subject: str, position: int, candidate: Candidate) -> _Signed:
    return _Signed(
        repository_id=one.repository_id,
        manifest_id=one.id,
        position=position,
        subject=subject,
        content_digest=candidate.digest,
        format="sigstore_bundle" if candidate.is_bundle else "cosign",
        kind=candidate.kind,
        predicate_type=candidate.predicate_type,
        claims=claims_of(candidate),
    )


def _by_notation(one: Enveloped) -> _Signed:
    return _Signed(
        repository_id=one.repository_id,
        manifest_id=one.manifest_id,
        position=one.position,
        subject=one.subject,
        content_digest=one.content_digest,
        format="notation",
        kind="signature",
        predicate_type="",
        claims=claims_of_envelope(one.envelope),
    )


def _envelopes(
    stored: Sequence[_Stored],
    parsed: Mapping[int, ManifestFacts | Index | None],
    hung: Mapping[int, _Hung],
    contents: Mapping[tuple[int, str], bytes],
) -> Iterator[Enveloped]:
    """Notation's signatures that were had and can be read."""
    for one in stored:
        manifest, there = parsed[one.id], hung.get(one.id)
        layer = None if there is None else _envelope_layer(manifest)
        if there is None or layer is None:
            continue
        envelope = _read_envelope(contents.get((one.repository_id, layer.digest)), layer.media_type)
        if envelope is not None:
            yield Enveloped(one.repository_id, one.id, 0, there.subject, layer.digest, envelope)


def _envelope_layer(manifest: ManifestFacts | Index | None) -> Descriptor | None:
    """Of a signature of Notation's: it has exactly one (signature-specification.md "OCI Signatures")."""
    if not isinstance(manifest, ManifestFacts) or manifest.artifact_type != SIGNATURE_TYPE:
        return None
    layers = manifest.layers
    return layers[0] if len(layers) == 1 and layers[0].media_type in ENVELOPES else None


def _read_envelope(body: bytes | None, media_type: str) -> Envelope | None:
    try:
        return None if body is None else parse_envelope(body, media_type)
    except ParseError:
        return None


_TELLING = (Place.SIGNATURES, Place.ATTESTATIONS)
"""Places that say themselves what their layers are."""


def _contents_of(wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], bytes]:
    columns = {"repository_id": "bigint", "digest": "text"}
    asked = sql.wanted("w", columns, sorted(set(wanted)))
    rows = sql.select(
        f"SELECT c.repository_id, c.digest, b.body FROM {asked.text}"
        f" JOIN {sql.table(Content)} c ON c.repository_id = w.repository_id AND c.digest = w.digest"
        f" JOIN {sql.table(Blob)} b ON b.id = c.blob_id",
        asked.parameters,
    )
    return {(repository, digest): bytes(body) for repository, digest, body in rows}


def _write_signatures(signed: Sequence[_Signed]) -> None:
    if not signed:
        return
    identities = _write_identities(signed)
    certificates = _write_certificates(signed, identities)
    rows = [
        (
            *(one.repository_id, one.subject, one.manifest_id, one.position),
            *(one.content_digest, one.format, one.kind),
            storable(one.predicate_type, NAME),
            identities.get(one.identity_id),
            certificates.get(one.fingerprint),
            *(one.claims.key, one.claims.logged_at),
        )
        for one in sorted(signed, key=lambda one: one.layer)
    ]
    before = signers_in(one.layer for one in signed)
    sql.insert(ImageSignature, _SIGNATURE, rows, _SIGNATURE_AGAIN)
    keep_signers(
        before,
        {
            one.layer: Signer(identities[one.identity_id], one.repository_id)
            for one in signed
            if one.identity_id in identities
        },
    )


def _write_identities(signed: Iterable[_Signed]) -> dict[str, int]:
    rows = {
        _identity_id(claims): (
            _identity_id(claims),
            storable(claims.issuer, NAME),
            storable(claims.subject, NAME),
            folded(storable(claims.subject, NAME)),
        )
        for one in signed
        for claims in (one.claims, Claims(one.claims.certificate))
        if claims.subject
    }
    sql.insert(Identity, _IDENTITY, [rows[key] for key in sorted(rows)], sql.DO_NOTHING)
    found = Identity.objects.filter(identity_id__in=rows)
    return dict(found.values_list("identity_id", "pk"))


def _write_certificates(signed: Iterable[_Signed], identities: Mapping[str, int]) -> dict[str, int]:
    rows: dict[str, tuple[object, ...]] = {}
    for one in signed:
        certificate = one.claims.certificate
        if certificate is not None:
            rows[certificate.fingerprint] = (
                certificate.fingerprint,
                storable(certificate.subject, NAME),
                storable(certificate.issuer, NAME),
                *(certificate.window.start, certificate.window.end),
                # Not that of the signature: one certificate may sign in several formats, and what is
                # said of it must not depend on which of them came first.
                identities.get(_identity_id(Claims(certificate))),
            )
    sql.insert(Certificate, _CERTIFICATE, [rows[key] for key in sorted(rows)], sql.DO_NOTHING)
    found = Certificate.objects.filter(fingerprint__in=rows)
    return dict(found.values_list("fingerprint", "pk"))
