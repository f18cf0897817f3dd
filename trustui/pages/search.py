"""`/search/`: a name, the beginning of a digest or key id, or a number; what is found, by its kind."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse

from trustui.core.primitives.text import visible
from trustui.events.kinds import sentence
from trustui.inventory.models import PublicKey, RoleState, Sighting, Source, SourceKey
from trustui.inventory.text import identity
from trustui.pages.containing import holds_given
from trustui.pages.events import seen_by
from trustui.pages.images import found as image_hits
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.pasted import Kind as Pasted
from trustui.pages.pasted import recognize_pasted, reference_in
from trustui.pages.standings import is_of, sources_of
from trustui.pages.viewer import Viewer
from trustui.pages.words import state_of
from trustui.verdicts.models import Verdict

LONGEST = 500
"""Characters that are looked for."""
EACH = 10
"""Of one kind that are shown."""
LEAST = 4
"""Characters of a digest or key id that are worth looking for."""
_NUMBER = re.compile(r"(?:(event|verdict) *)?#?([0-9]{1,18})", re.IGNORECASE)
_HEX = re.compile(rf"[0-9a-f]{{{LEAST},64}}")


class Kind(StrEnum):
    """What was found."""

    SOURCE = "source"
    ROLE = "role"
    DOCUMENT = "document"
    KEY = "key"
    VERDICT = "verdict"
    EVENT = "event"
    REPOSITORY = "image repository"
    ARTEFACT = "artefact"
    IDENTITY = "identity"


class Hit(msgspec.Struct, frozen=True):
    """Something that was found; `name` and `note` are visible text."""

    kind: Kind
    name: str
    note: str
    href: str
    is_code: bool = False


class SearchPage(msgspec.Struct, frozen=True):
    """What was found; `title` is the answer."""

    title: str
    text: str
    """What was looked for."""
    hits: tuple[Hit, ...]
    more: tuple[str, ...]
    """Kinds of which there is more than is shown."""
    looked_for: tuple[str, ...]
    """Where nothing was found, what was looked for."""
    may_verify: bool
    """Whether verifying it instead can tell more."""

    @property
    def only(self) -> Hit | None:
        """The one thing that was found, where it is one."""
        return self.hits[0] if len(self.hits) == 1 else None


def search(viewer: Viewer, moment: Moment, text: str) -> SearchPage:
    """At most ten queries."""
    pasted = recognize_pasted(text.encode("utf-8", "replace"))
    wanted = pasted.text.replace("\0", "").strip()
    shown = wanted[:LONGEST]
    if pasted.kind is Pasted.PRIVATE_KEY:
        return SearchPage("That is a private key: it was not looked for", "", (), (), (), False)
    if not shown:
        return SearchPage("Search", "", (), (), (), False)
    hits: list[Hit] = []
    more: list[str] = []
    looked_for: list[str] = []
    for what, found in _searches(viewer, moment, shown):
        looked_for.append(what)
        hits += found[:EACH]
        if len(found) > EACH:
            more.append(_several(found[0].kind))
    return SearchPage(
        title=_title(len(hits), bool(more)),
        text=visible(shown, LONGEST),
        hits=tuple(hits),
        more=tuple(more),
        looked_for=tuple(looked_for),
        may_verify=pasted.kind not in {Pasted.DIGEST, Pasted.REFERENCE},
    )


def _several(kind: Kind) -> str:
    return f"{kind[:-1]}ies" if kind.endswith("y") and kind is not Kind.KEY else f"{kind}s"


def _title(count: int, is_cut: bool) -> str:
    if not count:
        return "Nothing found"
    return f"{count:,}{' and more' if is_cut else ''} found"


def _searches(viewer: Viewer, moment: Moment, text: str) -> Iterator[tuple[str, list[Hit]]]:
    """What each search looks for, and what it found, at most one more than is shown."""
    own = sources_of(viewer, moment)
    if reference_in(text) is not None:
        named = _of_images(Kind.ARTEFACT, image_hits.referenced(viewer, moment, text))
        yield "an image by its reference", named
        if named:
            return  # Whoever names one wants that one, and not what is called alike.
    yield "a source by name", list(_sources(viewer, moment, text))
    yield "a role by name", list(_roles(viewer, moment, text))
    yield (
        "an image repository by name",
        _of_images(Kind.REPOSITORY, image_hits.repositories(viewer, moment, text)),
    )
    yield (
        "an identity by subject",
        _of_images(Kind.IDENTITY, image_hits.identities(viewer, moment, text)),
    )
    if _HEX.fullmatch(text.lower()):
        found = image_hits.artefacts(viewer, moment, text.lower())
        yield "an artefact by its digest", _of_images(Kind.ARTEFACT, found)
        yield "a document by its SHA-256", list(_documents(own, moment, text.lower()))
    if len(text) >= LEAST:
        yield "a key by fingerprint or id", list(_keys(own, text))
    number = _NUMBER.fullmatch(text)
    if number is not None:
        kind, digits = (number.group(1) or "").lower(), int(number.group(2))
        if kind in {"", "verdict"}:
            yield "a verdict by number", list(_verdicts(own, moment, digits))
        if kind in {"", "event"}:
            yield "an event by number", list(_events(viewer, moment, digits))


def _of_images(kind: Kind, found: Iterator[tuple[str, str, str]]) -> list[Hit]:
    is_code = kind is not Kind.REPOSITORY
    return [Hit(kind, name, note, href, is_code=is_code) for name, note, href in found]


def _sources(viewer: Viewer, moment: Moment, text: str) -> Iterator[Hit]:
    order = ("name", "id")
    for one in _named.rows(viewer, moment, text.isascii(), order, EACH + 1, about=(text,)):
        href = reverse("repository", args=[one.id])
        yield Hit(Kind.SOURCE, visible(one.name, 200), visible(one.location, 200), href)


class _Source(msgspec.Struct, frozen=True):
    id: int
    name: str
    location: str


def _with_a_name(viewer: Viewer, moment: Moment, is_ascii: bool, part: Any) -> "QuerySet[Source]":
    return sources_of(viewer, moment).filter(holds_given("name", part, is_ascii=is_ascii))


_named = KeptQuery(_with_a_name, _Source.__struct_fields__, _Source)


def _roles(viewer: Viewer, moment: Moment, text: str) -> Iterator[Hit]:
    order, about = ("role", "source__name", "id"), (text, identity(text))
    for one in _of_a_name.rows(viewer, moment, text.isascii(), order, EACH + 1, about=about):
        href = reverse("role", args=[one.source_id, one.role_id])
        yield Hit(Kind.ROLE, visible(one.role, 200), f"of {visible(one.source, 200)}", href)


class _Role(msgspec.Struct, frozen=True):
    source_id: int
    source: str
    role: str
    role_id: str


def _states_of(
    viewer: Viewer, moment: Moment, is_ascii: bool, part: Any, role_id: Any
) -> "QuerySet[RoleState]":
    alike = Q(role_id=role_id) | holds_given("role", part, is_ascii=is_ascii)
    return RoleState.objects.filter(alike, is_of(viewer, moment, "source__"))


_of_a_name = KeptQuery(_states_of, ("source_id", "source__name", "role", "role_id"), _Role)


def _documents(own: "QuerySet[Source]", moment: Moment, digits: str) -> Iterator[Hit]:
    rows = Sighting.objects.filter(
        _begins("blob__sha256", digits), source__in=own.values("pk"), first_seen_at__lte=moment.at
    )
    cells = rows.values_list("source", "source__name", "role", "version", "blob__sha256").distinct()
    for source_id, source, role, version, sha256 in cells.order_by(
        "blob__sha256", "source__name", "source", "role", "version"
    )[: EACH + 1]:
        told = f"{visible(role, 200)}{f' version {version}' if version else ''}"
        href = reverse("document", args=[source_id, sha256])
        yield Hit(Kind.DOCUMENT, sha256, f"{told} of {visible(source, 200)}", href, is_code=True)


def _keys(own: "QuerySet[Source]", text: str) -> Iterator[Hit]:
    """By its id or by its fingerprint, in parts each of which has an index: one statement."""
    named = SourceKey.objects.filter(source__in=own.values("pk"))
    by_id = named.filter(Q(keyid_id=identity(text)) | Q(keyid__startswith=text))
    found = PublicKey.objects.filter(pk__in=by_id.values("key")).values_list(
        "fingerprint", "keytype"
    )
    if _HEX.fullmatch(text.lower()):
        begins = PublicKey.objects.filter(_begins("fingerprint", text.lower()))
        there = begins.filter(Exists(named.filter(key=OuterRef("pk"))))
        rows = found.union(there.values_list("fingerprint", "keytype")).order_by("fingerprint")
    else:
        # By an expression: else PostgreSQL walks the index of all fingerprints until some fit.
        rows = found.order_by(Lower("fingerprint"))
    for fingerprint, keytype in rows[: EACH + 1]:
        href = reverse("key", args=[fingerprint])
        yield Hit(Kind.KEY, fingerprint, visible(keytype, 40), href, is_code=True)


def _verdicts(own: "QuerySet[Source]", moment: Moment, number: int) -> Iterator[Hit]:
    rows = Verdict.objects.filter(pk=number, source__in=own.values("pk"), at__lte=moment.at)
    for pk, source_id, source, state in rows.values_list(
        "pk", "source", "source__name", "trust_state"
    ):
        note = f"{state_of(state).word}, of {visible(source, 200)}"
        yield Hit(Kind.VERDICT, f"verdict {pk}", note, reverse("verdict", args=[source_id, pk]))


def _events(viewer: Viewer, moment: Moment, number: int) -> Iterator[Hit]:
    """By the number of its address, or its position in the log."""
    rows: Any = seen_by(viewer, moment).filter(Q(pk=number) | Q(position=number)).order_by("pk")
    for pk, position, kind, subject in rows.values_list("pk", "position", "kind", "subject"):
        note = visible(sentence(kind, subject), 200)
        at = "not sealed yet" if position is None else f"at position {position:,}"
        yield Hit(Kind.EVENT, f"event {pk}, {at}", note, reverse("event", args=[pk]))


def _begins(field: str, digits: str) -> Q:
    """A range, which an index has in every collation; `g` comes after all hexadecimal digits."""
    return Q(**{f"{field}__gte": digits, f"{field}__lt": f"{digits}g"})
