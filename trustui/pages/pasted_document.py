"""A pasted metadata document: what it says, where it was seen, whose signatures it bears."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from django.urls import reverse

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import Metadata, Role
from trustui.core.formats.tuf.parse import parse, parse_for_signing
from trustui.core.formats.tuf.reading import Parsed
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import quoted, visible
from trustui.inventory.models import RoleState, RoleVersion
from trustui.inventory.text import identity
from trustui.pages.viewer import Viewer
from trustui.pages.waterfall import help_address

MOST_SEEN = 20
MOST_DELEGATORS = 10
"""Documents of known sources that a pasted one is counted against."""
LARGEST_DELEGATOR = 4 * 1024 * 1024
MOST_SIGNATURES = 50


class SeenAs(msgspec.Struct, frozen=True):
    """A source that showed these very bytes. `since` in UTC."""

    source: str
    role: str
    version: str
    since: datetime
    href: str


class Counted(msgspec.Struct, frozen=True):
    """The signatures, counted for a role as a delegator that is known defines it."""

    source: str
    delegator: str
    role: str
    signed: int
    threshold: int
    keys: int

    @property
    def is_met(self) -> bool:
        """Whether enough keys have signed."""
        return self.signed >= self.threshold


class SignatureLine(msgspec.Struct, frozen=True):
    """One signature, as it stands."""

    keyid: str
    is_empty: bool


class DocumentTold(msgspec.Struct, frozen=True):
    """A document in the right form. Times in UTC."""

    type: str
    version: str
    spec_version: str
    expires: datetime
    is_expired: bool
    sha256: str
    length: int
    signatures: tuple[SignatureLine, ...]
    more_signatures: int
    counted: tuple[Counted, ...]
    """Only where one of the keys is known; the sources that know most of them first."""
    seen: tuple[SeenAs, ...]
    content: str
    """What it lists, in words."""


class NotReadable(msgspec.Struct, frozen=True):
    """Bytes that are no metadata, and the check that they fail."""

    because: str
    expected: str
    found: str
    check_id: str
    href: str


def tell_document(viewer: Viewer, body: bytes, now: datetime) -> DocumentTold | NotReadable:
    """What a document says and who signed it: at most three queries."""
    try:
        parsed = parse_for_signing(Document("pasted", body))
    except ParseError as error:
        return NotReadable(
            visible(error.because),
            visible(error.expected),
            visible(error.found),
            error.check,
            help_address(error.check) if error.check else "",
        )
    metadata = parsed.metadata
    counted = sorted(_counted(viewer, parsed), key=lambda one: (-one.signed, one.source))
    return DocumentTold(
        type=metadata.type,
        version=quoted(metadata.version, 40),
        spec_version=visible(metadata.spec_version, 40),
        expires=metadata.expires,
        is_expired=metadata.expires <= now,
        sha256=metadata.digest,
        length=metadata.length,
        signatures=tuple(
            SignatureLine(visible(one.keyid, 64), not one.sig)
            for one in metadata.signatures[:MOST_SIGNATURES]
        ),
        more_signatures=max(0, len(metadata.signatures) - MOST_SIGNATURES),
        counted=(*_by_itself(parsed), *counted),
        seen=tuple(_seen(viewer, body)),
        content=_content(metadata),
    )


def _by_itself(parsed: Parsed) -> Iterator[Counted]:
    """A root names its own signers (§4.3)."""
    metadata = parsed.metadata
    if metadata.type == "root":
        yield _tally(parsed, metadata.role("root"), metadata, "this document", "root")


def _counted(viewer: Viewer, parsed: Parsed) -> Iterator[Counted]:
    """Against the documents in force of known sources that name one of its keys."""
    metadata = parsed.metadata
    ids = {one.keyid for one in metadata.signatures[:MOST_SIGNATURES]}
    rows = (
        RoleState.objects.filter(
            source__team__in=viewer.teams,
            source__removed_at=None,
            served__delegation_set__keys__keyid_id__in=[identity(one) for one in ids],
            served__blob__size__lte=LARGEST_DELEGATOR,
        )
        .select_related("source", "served__blob")
        .order_by("source", "id")
        .distinct()
    )
    for state in rows[:MOST_DELEGATORS]:
        try:
            delegator = parse(Document(state.role, bytes(state.served.blob.body)))
        except ParseError:
            continue  # it was stored because it was served, not because it is good
        for role in _roles(delegator, metadata.type, ids):
            yield _tally(parsed, role, delegator, state.source.name, state.role)


def _roles(delegator: Metadata, type_: str, ids: set[str]) -> Iterator[Role]:
    """The roles of a delegator that a document of this type may be."""
    if delegator.type == "root":
        yield delegator.role(type_)
    elif delegator.delegations is not None and type_ == "targets":
        for edge in delegator.delegations.roles:
            if ids & set(edge.role.keyids):
                yield edge.role


def _tally(
    parsed: Parsed, role: Role, delegator: Metadata, source: str, delegator_name: str
) -> Counted:
    found = parsed.signed.tally(role, delegator)
    return Counted(
        source,
        visible(delegator_name, 80),
        visible(role.name, 80),
        found.signed,
        found.threshold,
        found.keys,
    )


def _seen(viewer: Viewer, body: bytes) -> Iterator[SeenAs]:
    """By the digest of the bytes, and of what a text field may have made of them."""
    plain = body.replace(b"\r\n", b"\n").strip()
    digests = {sha256(one) for one in (body, plain, plain + b"\n")}
    rows = (
        RoleVersion.objects.filter(source__team__in=viewer.teams, blob__sha256__in=digests)
        .order_by("first_seen_at", "id")
        .values_list("source", "source__name", "role", "version", "first_seen_at", "blob__sha256")
    )
    for source_id, name, role, version, since, digest in rows[:MOST_SEEN]:
        yield SeenAs(name, role, version, since, reverse("document", args=[source_id, digest]))


def _content(metadata: Metadata) -> str:
    signed = metadata.signed
    match metadata.type:
        case "root":
            return f"{len(metadata.keys):,} keys for {len(signed['roles']):,} roles"
        case "targets":
            delegations = metadata.delegations
            roles = 0 if delegations is None else len(delegations.roles)
            bins = delegations.succinct if delegations is not None else None
            told = f"{len(signed['targets']):,} target files, {roles:,} delegated roles"
            return f"{told}, {bins.count:,} bins" if bins is not None else told
        case _:
            return f"{len(signed['meta']):,} metadata files"
