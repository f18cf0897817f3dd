"""Repositories of which every check passed, as the documents that a client keeps tell who may sign.

Which documents those are, the verdict in force has settled. What follows from them alone is told
without judging them again, and only those are read that name keys, or bear the signatures asked
about.
"""

import hashlib
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, LPad

from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES, DelegatedRole, Metadata
from trustui.core.formats.tuf.parse import parse_again
from trustui.core.formats.tuf.reading import Request
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Edge, Question, Repository
from trustui.core.primitives.digests import compare, sha256
from trustui.core.trace import Outcome
from trustui.inventory.models import RoleVersion, Sighting, Source, Standing
from trustui.inventory.text import identity, real_name
from trustui.pages.kept_query import KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.tree import MOST_EDGES
from trustui.pages.viewer import Viewer
from trustui.verdicts.models import Held, Verdict
from trustui.verdicts.stored_place import ROOT

QUERIES = 2
_TOP = tuple(identity(name) for name in TOP_LEVEL_ROLES[1:])


class KeptRepository(msgspec.Struct, frozen=True):
    """A repository and the name of its source."""

    source: str
    repository: Repository
    """Of roles that delegate to nobody only those are read that were asked for."""
    digest: bytes
    """SHA-256 over which documents were read: of equal ones the same follows."""


def kept_repositories(
    viewer: Viewer, moment: Moment, source_ids: Sequence[int], roles: Collection[str]
) -> dict[int, KeptRepository]:
    """By source, those whose verdict in force at the instant says that everything passed.

    `roles` are ids of roles whose documents are to be read besides. Left out are repositories of
    which new evidence waits to be concluded, whose pinned root is another since, with hash bins,
    or with more delegations than a picture verifies: these have to be verified. Two queries.
    """
    passed = {
        one.id: one for one in _passed.rows(viewer, moment, about=(tuple(source_ids),)) if one.root
    }
    if not passed:
        return {}
    roots = tuple(one.root for one in passed.values())
    about = tuple(passed), roots, tuple(dict.fromkeys((*_TOP, *roles)))
    rows = _documents.rows(None, moment, order=("source", "id"), about=about)
    found = {}
    for source_id, of_source in groupby(rows, key=lambda one: one.source_id):
        documents = tuple(of_source)
        repository = _repository(documents, moment.valid_at)
        if repository is not None:
            name, digest = passed[source_id].name, _digest(documents)
            found[source_id] = KeptRepository(name, repository, digest)
    return found


def _digest(rows: Sequence["_Trusted"]) -> bytes:
    named = [(one.role, bytes(one.role_bytes or b""), one.sha256) for one in rows]
    return hashlib.sha256(msgspec.json.encode(named)).digest()


class _Passed(msgspec.Struct, frozen=True):
    id: int
    name: str
    root: int
    """The sighting of the newest root that a client trusted; 0: none."""


class _Trusted(msgspec.Struct, frozen=True):
    """The last document of a role that a client trusted."""

    source_id: int
    role: str
    role_bytes: bytes | None
    body: bytes
    sha256: str
    first_seen_at: datetime


def _passing(
    viewer: Viewer, moment: Moment, _: None, sources: Collection[int]
) -> "QuerySet[Any, Any]":
    made = Verdict.objects.filter(source=OuterRef("pk"), at__lte=moment.at)
    newest = made.order_by("-at", "-id")
    own = Source.objects.filter(pk__in=sources, team__in=viewer.teams)
    # Of one crawl all roots of the chain may be; the highest is in force (§5.3.9).
    roots = _trusted(moment).filter(source=OuterRef("pk"), role_id=ROOT)
    highest = roots.order_by(LPad("version", 40, Value("0")).desc(), "-id")
    judged = own.annotate(
        outcome=Subquery(newest.values("outcome")[:1]),
        judged_from=Subquery(newest.values("anchor")[:1]),
        root=Coalesce(Subquery(highest.values("pk")[:1]), 0),
    )
    waiting = Held.objects.filter(source=OuterRef("pk"))
    return judged.filter(~Exists(waiting), outcome=Outcome.PASSED.value, judged_from=F("anchor"))


def _trusted(moment: Moment) -> "QuerySet[Sighting]":
    return Sighting.objects.filter(
        first_seen_at__lte=moment.at, standing=Standing.TRUSTED, origin=""
    )


def _last_trusted(
    _: None,
    moment: Moment,
    __: None,
    sources: Collection[int],
    roots: Collection[int],
    roles: Collection[str],
) -> "QuerySet[Sighting]":
    delegating = RoleVersion.objects.filter(
        source__pk__in=sources, first_seen_at__lte=moment.at, delegation_set__isnull=False
    )
    is_wanted = Q(role_id__in=roles) | Q(role_id__in=delegating.values("role_id"))
    wanted = _trusted(moment).filter(is_wanted, source__pk__in=sources).exclude(role_id=ROOT)
    newest = wanted.values("source", "role_id").annotate(last=Max("id"))
    # As a union each half is found by its index; as one condition every sighting is read.
    either = newest.values("last").union(Sighting.objects.filter(pk__in=roots).values("pk"))
    return Sighting.objects.filter(pk__in=either)


_passed = KeptQuery(_passing, _Passed.__struct_fields__, _Passed)
_documents = KeptQuery(
    _last_trusted,
    ("source", "role", "role_bytes", "blob__body", "blob__sha256", "first_seen_at"),
    _Trusted,
)


def _repository(rows: Sequence[_Trusted], valid_at: datetime) -> Repository | None:
    """None where these are not the documents of one state, after all."""
    if not all(sha256(one.body) == one.sha256 for one in rows):
        return None
    kept = {one.role: one for one in map(_read, rows)}
    if not kept.keys() >= set(TOP_LEVEL_ROLES):
        return None
    root, timestamp, snapshot = (kept[name].metadata for name in ("root", "timestamp", "snapshot"))
    if not _lists(timestamp, kept["snapshot"]):
        return None
    question = Question(Anchor(kept["root"].document, AnchorOrigin.KEPT), valid_at)
    found = Repository(question, _nobody, root, [root], timestamp, snapshot)
    return found if _walk(found, snapshot, kept) else None


class _Kept(msgspec.Struct, frozen=True):
    role: str
    document: Document
    metadata: Metadata


def _read(row: _Trusted) -> _Kept:
    role = real_name(row.role, row.role_bytes)
    document = Document(role, bytes(row.body), seen_at=row.first_seen_at)
    return _Kept(role, document, parse_again(document))


def _nobody(request: Request) -> Document | Problem:
    """Nothing is asked of a place: all that is told was read before."""
    raise AssertionError(request.role)


def _lists(lister: Metadata, kept: _Kept) -> bool:
    """Whether this is the document that timestamp or snapshot lists."""
    listed = lister.meta(f"{kept.role}.json")
    if listed is None or listed.version != kept.metadata.version:
        return False
    is_whole = listed.length in {None, kept.metadata.length}
    return is_whole and all(one.holds for one in compare(kept.document.body, listed.hashes or {}))


def _walk(repository: Repository, snapshot: Metadata, kept: Mapping[str, _Kept]) -> bool:
    """Set roles and edges in the order in which they are verified; whether that can be told."""
    waiting, expanded = deque(["targets"]), set[str]()
    while waiting:
        name = waiting.popleft()
        if name in expanded:
            continue
        expanded.add(name)
        if not _lists(snapshot, kept[name]):
            return False
        metadata = repository.roles[name] = kept[name].metadata
        if metadata.delegations is None:
            continue
        edges = metadata.delegations.roles
        is_named = metadata.delegations.succinct is None and all(map(_is_named, edges))
        if not is_named or len(repository.edges) + len(edges) > MOST_EDGES:
            return False
        for delegated in edges:
            role = delegated.role.name
            below = kept.get(role)
            read = None if below is None else below.metadata
            repository.edges[name, role] = Edge(name, delegated, read, is_good=True, is_signed=True)
            if below is not None:
                waiting.append(role)
    return True


def _is_named(edge: DelegatedRole) -> bool:
    return edge.path_hash_prefixes is None
