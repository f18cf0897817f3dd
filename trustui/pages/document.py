"""The page of a document version: its facts, each signature, its bytes."""

from datetime import datetime
from typing import Any

import msgspec
from django.db.models import OuterRef, QuerySet, Subquery

from trustui.core.checks.threshold import SignatureState
from trustui.core.diff.signers import key_owner
from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import Metadata, Role
from trustui.core.formats.tuf.parse import parse_for_signing
from trustui.core.formats.tuf.reading import Parsed
from trustui.core.formats.tuf.signing import cached_material
from trustui.core.impact.listings import listings
from trustui.core.primitives.digests import sha256 as digest
from trustui.core.primitives.text import visible
from trustui.inventory.models import Blob, RoleVersion, Sighting, Standing
from trustui.inventory.text import identity
from trustui.pages.document_content import Content, content_of
from trustui.pages.kept_query import KeptQuery
from trustui.pages.known import known
from trustui.pages.moment import Moment
from trustui.pages.tree import Seen, see
from trustui.pages.viewer import Viewer

MOST_SIGNATURES = 200
MOST_SIGHTINGS = 20
SEEN_FIRST = ("first_seen_at", "id")
MOST_TEXT = 200_000
"""Bytes of a document that a page shows; all of them can be had as a file."""

_STANDINGS = (
    (Standing.TRUSTED, "ok"),
    (Standing.REFUSED, "bad"),
    (Standing.SEEN, "noted"),
)
"""What verifications made of the same bytes at several places: the first of these that holds."""
_WORDS = {
    SignatureState.VALID: ("ok", "valid"),
    SignatureState.REPEATED: ("soon", "valid, but the key counts already"),
    SignatureState.INVALID: ("bad", "does not match"),
    SignatureState.EMPTY: ("none", "empty"),
    SignatureState.KEY_UNREADABLE: ("unknown", "the key cannot be read"),
    SignatureState.UNKNOWN_KEYID: ("none", "not a key of this role"),
}
_UNSIGNED = ("none", "has not signed")


class SignatureLine(msgspec.Struct, frozen=True):
    """One signature, as one delegator counts it, or a key that has not signed."""

    keyid: str
    owner: str
    """Who holds the key, as the delegator says; visible text, else empty."""
    fingerprint: str
    keytype: str
    sign: str
    word: str
    because: str


class Counted(msgspec.Struct, frozen=True):
    """The signatures as one delegator counts them."""

    delegator: str
    needed: int
    keys: int
    signed: int
    lines: tuple[SignatureLine, ...]
    unsigned: tuple[SignatureLine, ...] = ()
    """The keys of the role of which no signature is there, in its own order."""
    more_unsigned: int = 0

    @property
    def rows(self) -> tuple[SignatureLine, ...]:
        """Who signed, then who has not."""
        return (*self.lines, *self.unsigned)

    @property
    def missing(self) -> int:
        """How many keys have to sign besides."""
        return max(0, self.needed - self.signed)


class Seat(msgspec.Struct, frozen=True):
    """Where and when the bytes were seen. Times in UTC."""

    place: str
    standing: str
    first_seen_at: datetime
    last_seen_at: datetime
    origin: str


class DocumentPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says. Times in UTC."""

    source_id: int
    source: str
    sha256: str
    size: int
    role: str
    role_id: str
    version: str
    standing: str
    """What the verifications that saw it made of it: trusted, refused or seen."""
    sign: str
    type: str
    spec_version: str
    expires: datetime | None
    first_seen_at: datetime
    problem: str
    """Why it cannot be read; else empty."""
    content: Content
    """What it vouches for; nothing where it cannot be read."""
    counted: tuple[Counted, ...]
    seats: tuple[Seat, ...]
    text: str
    """The bytes as they came, where they are text of a readable length; foreign."""


def document(viewer: Viewer, moment: Moment, source_id: int, sha256: str) -> DocumentPage | None:
    """The page; None where this person's source had not shown such bytes by then.

    At most eleven queries. The keys are those of the delegators as known at `moment.at`.
    """
    asked = source_id, sha256, moment.at
    seen = _sightings.rows(viewer, None, None, SEEN_FIRST, MOST_SIGHTINGS + 1, about=asked)
    if not seen:
        return None
    first = seen[0]
    stored = _stored.rows(about=(source_id, first.role_id, first.blob_id))[0]
    there = {one.standing for one in _standings.rows(viewer, about=asked)}
    standing, sign = next(one for one in _STANDINGS if one[0] in there)
    body = bytes(stored.body)
    parsed, problem = _parsed(body, first)
    return DocumentPage(
        source_id=source_id,
        source=first.source,
        sha256=sha256,
        size=stored.size,
        role=first.role,
        role_id=first.role_id,
        version=first.version,
        standing=standing,
        sign=sign,
        type="" if parsed is None else parsed.metadata.type,
        spec_version="" if parsed is None else visible(parsed.metadata.spec_version, 40),
        expires=stored.expires_at,
        first_seen_at=first.first_seen_at,
        problem=problem,
        content=Content() if parsed is None else content_of(parsed.metadata),
        counted=()
        if parsed is None
        else _counted(viewer, moment, source_id, first.role_id, parsed),
        seats=tuple(
            Seat(one.place, one.standing, one.first_seen_at, one.last_seen_at, one.origin)
            for one in seen[:MOST_SIGHTINGS]
        ),
        text=body.decode(errors="replace") if len(body) <= MOST_TEXT else "",
    )


def raw(viewer: Viewer, moment: Moment, source_id: int, sha256: str) -> bytes | None:
    """The bytes as they came; None as `document`. At most two queries."""
    if not _sightings.rows(viewer, None, None, (), 1, about=(source_id, sha256, moment.at)):
        return None
    return bytes(Blob.objects.values_list("body", flat=True).get(sha256=sha256))


class _Seen(msgspec.Struct, frozen=True):
    source: str
    blob_id: int
    role: str
    role_id: str
    version: str
    place: str
    standing: str
    first_seen_at: datetime
    last_seen_at: datetime
    origin: str


class _Stored(msgspec.Struct, frozen=True):
    body: Any
    size: int
    expires_at: datetime | None


class _Stands(msgspec.Struct, frozen=True):
    standing: str


def _mine(
    viewer: Viewer, _: Moment, __: None, source: int, sha256: str, at: datetime
) -> "QuerySet[Sighting]":
    return Sighting.objects.filter(
        source__pk=source,
        source__team__in=viewer.teams,
        blob__sha256=sha256,
        first_seen_at__lte=at,
    )


def _each_standing(
    viewer: Viewer, moment: Moment, _: None, source: int, sha256: str, at: datetime
) -> "QuerySet[Sighting]":
    return _mine(viewer, moment, None, source, sha256, at).distinct()


def _bytes_of(
    _: Viewer | None, __: Moment, ___: None, source: int, role_id: str, blob: int
) -> "QuerySet[Any]":
    """With when they expire, where they could be read as a document of the role."""
    versions = RoleVersion.objects.filter(
        source__pk=source, role_id=role_id, blob=OuterRef("pk")
    ).order_by("pk")
    return Blob.objects.filter(pk=blob).annotate(
        expires_at=Subquery(versions.values("expires_at")[:1])
    )


_sightings = KeptQuery(_mine, ("source__name", *_Seen.__struct_fields__[1:]), _Seen)
_standings = KeptQuery(_each_standing, _Stands.__struct_fields__, _Stands)
_stored = KeptQuery(_bytes_of, _Stored.__struct_fields__, _Stored)


def _parsed(body: bytes, first: _Seen) -> tuple[Parsed | None, str]:
    try:
        return parse_for_signing(Document(first.place, body, seen_at=first.first_seen_at)), ""
    except ParseError as error:
        return None, visible(error.because, 300)


def _counted(
    viewer: Viewer, moment: Moment, source_id: int, role_id: str, parsed: Parsed
) -> tuple[Counted, ...]:
    """By each delegator; a root also by its own keys, which it has to be signed with too."""
    if role_id == identity("root"):
        own = parsed.metadata
        return (_count(parsed, own.role("root"), own, "itself"),)
    found = known(viewer, moment, source_id)
    if found is None:
        return ()
    return tuple(
        _count(parsed, role, delegator, name)
        for role, delegator, name in _delegators(see(found), role_id)
    )


def _delegators(seen: Seen, role_id: str) -> list[tuple[Role, Metadata, str]]:
    found = [
        (one.role, one.delegator, one.delegator_name)
        for one in listings(seen.repository)
        if identity(one.role.name) == role_id
        or any(identity(name) == role_id for name in one.documents)
    ]
    if found:
        return found
    for name, metadata in seen.repository.roles.items():
        bins = None if metadata.delegations is None else metadata.delegations.succinct
        if bins is not None and bins.count <= _MOST_BINS:
            numbers = (bins.bin(number).role for number in range(bins.count))
            found += [(one, metadata, name) for one in numbers if identity(one.name) == role_id]
    return found


_MOST_BINS = 65_536


def _count(parsed: Parsed, role: Role, delegator: Metadata, name: str) -> Counted:
    tally = parsed.signed.tally(role, delegator)
    there = {one.keyid for one in tally.results}
    unsigned = [keyid for keyid in dict.fromkeys(role.keyids) if keyid not in there]
    return Counted(
        visible(name, 200),
        tally.threshold,
        tally.keys,
        tally.signed,
        tuple(
            _line(one.keyid, _WORDS[one.state], one.because, delegator)
            for one in tally.results[:MOST_SIGNATURES]
        ),
        tuple(_line(keyid, _UNSIGNED, "", delegator) for keyid in unsigned[:MOST_SIGNATURES]),
        max(0, len(unsigned) - MOST_SIGNATURES),
    )


def _line(keyid: str, told: tuple[str, str], because: str, delegator: Metadata) -> SignatureLine:
    key = delegator.key(keyid)
    material = None if key is None else cached_material(key)
    sign, word = told
    return SignatureLine(
        visible(keyid, 128),
        "" if key is None else visible(key_owner(key), 60),
        "" if material is None else digest(material),
        "" if key is None else visible(key.keytype, 40),
        sign,
        word,
        visible(because, 200),
    )
