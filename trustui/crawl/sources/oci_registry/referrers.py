"""What refers to a digest, as a registry lists it: all pages as one index.

Distribution specification 1.1, "Listing Referrers". The answer may be a lie: "200" of a registry that
knows no such interface is told from an index, and where there is more than is read the signatures
among it are asked for by their types.
"""

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.manifests import INDEXES, MAX_DESCRIPTORS, OCI_INDEX
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.text import visible
from trustui.crawl.fetch import Reply
from trustui.crawl.image_source import Referrers
from trustui.crawl.sources.oci_registry.pages import OK, NotThisForm, json_of, next_query
from trustui.crawl.sources.oci_registry.refusals import (
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    UNKNOWN_REPOSITORY,
    UNSUPPORTED,
    error_of,
    problem_of,
)

MAX_PAGES = 20
"""Of at most 1,000 manifests that are read in all (`MAX_DESCRIPTORS`)."""
SIGNATURE_TYPES = (
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "application/vnd.dev.cosign.artifact.sig.v1+json",
    "application/vnd.cncf.notary.signature",
)
"""What is asked for by type where the whole list is too long to be read."""

AskPage = Callable[[str], Reply | Problem]
"""From a query, or "" for none, to one page."""
Entries = dict[str, JsonValue]
"""Descriptors as they are listed, by their digest."""


def is_offered(reply: Reply) -> Referrers:
    """What an answer says about the interface itself."""
    if reply.status == OK:
        return Referrers.OFFERED
    code = error_of(reply).code
    is_missing = reply.status == METHOD_NOT_ALLOWED or code == UNSUPPORTED
    if is_missing or (reply.status == NOT_FOUND and code != UNKNOWN_REPOSITORY):
        return Referrers.NOT_OFFERED
    return Referrers.UNKNOWN


def collect(first: Reply, ask: AskPage) -> Document | Problem:
    """The whole list, given its first page; ``ask`` brings others.

    ABSENT where the interface is not offered. `Document.shortfall` says what a list lacks.
    """
    if first.status != OK:
        problem = problem_of(first)
        if is_offered(first) is Referrers.NOT_OFFERED:
            return msgspec.structs.replace(problem, kind=ProblemKind.ABSENT)
        return problem
    try:
        entries, query = _entries(first)
        if query is None and len(entries) <= MAX_DESCRIPTORS:
            # Another type than an index's says nothing about a document that has an index's form.
            stated = _type(first) if _type(first) in INDEXES else ""
            return Document(first.location, first.body, stated, seen_at=first.seen_at)
    except NotThisForm as error:
        because = f"it answered 200 as if it offered this interface, but {error}"
        return Problem(first.location, ProblemKind.UNREADABLE, because)
    found, shortfall = _follow(entries, query, ask)
    if shortfall:
        found = _signatures(ask) | found
    body = _index(list(found.values())[:MAX_DESCRIPTORS])
    return Document(first.location, body, OCI_INDEX, seen_at=first.seen_at, shortfall=shortfall)


def _follow(found: Entries, query: str | None, ask: AskPage) -> tuple[Entries, str]:
    """All pages' entries, and what is missing of them, or ""."""
    asked = {""}
    found = dict(found)
    while query is not None and len(found) <= MAX_DESCRIPTORS:
        if query in asked:
            return found, f"page {len(asked)} leads back to pages that were read already"
        if len(asked) >= MAX_PAGES:
            return found, f"more than {MAX_PAGES} pages are listed"
        asked.add(query)
        page = _page(ask(query))
        if isinstance(page, str):
            return found, f"page {len(asked)} is missing: {page}"
        entries, query = page
        found |= entries
    if len(found) > MAX_DESCRIPTORS:
        return found, f"more is listed than the {MAX_DESCRIPTORS:,} manifests that are read"
    return found, ""


def _signatures(ask: AskPage) -> Entries:
    """What the registry lists for the types of signatures, so that no crowd hides them."""
    found: Entries = {}
    for one in SIGNATURE_TYPES:
        page = _page(ask(urlencode({"artifactType": one})))
        if not isinstance(page, str):
            found |= {
                digest: entry
                for digest, entry in page[0].items()
                if isinstance(entry, dict) and entry.get("artifactType") == one
            }
    return found


def _page(reply: Reply | Problem) -> tuple[Entries, str | None] | str:
    if isinstance(reply, Problem):
        return reply.because
    if reply.status != OK:
        return problem_of(reply).because
    try:
        return _entries(reply)
    except NotThisForm as error:
        return str(error)


def _entries(reply: Reply) -> tuple[Entries, str | None]:
    """The descriptors of one page, and the query of the next. Raises NotThisForm."""
    stated = _type(reply)
    if stated and not stated.endswith(("json", "octet-stream", "text/plain")):
        raise NotThisForm(f"it is {visible(stated, 60)!r} and no image index")
    value = json_of(reply)
    listed = value.get("manifests") if isinstance(value, dict) else None
    if not isinstance(listed, list):
        raise NotThisForm("what it answered is no image index")
    return dict(_by_digest(listed)), next_query(reply)


def _by_digest(listed: Iterable[JsonValue]) -> Iterable[tuple[str, JsonValue]]:
    for number, entry in enumerate(listed):
        digest = entry.get("digest") if isinstance(entry, dict) else None
        # What has no digest stays, for the parser to refuse the page that it stands on.
        yield (digest if isinstance(digest, str) else f"{number}"), entry


def _type(reply: Reply) -> str:
    return reply.first("content-type").partition(";")[0].strip().lower()


def _index(entries: list[JsonValue]) -> bytes:
    return msgspec.json.encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})
