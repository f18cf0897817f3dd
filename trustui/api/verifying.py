"""Verify anything: what a text is, and what is known or concluded about it."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from trustui.accounts.permissions import Act
from trustui.api.asking import Ask
from trustui.api.operations import acts, reads
from trustui.api.problems import Kind as ProblemKind
from trustui.api.problems import Refused, not_allowed
from trustui.api.questions import AtQuery, Body
from trustui.pages.pasted import Kind, Pasted, recognize_pasted
from trustui.pages.pasted_document import DocumentTold, NotReadable, tell_document
from trustui.pages.pasted_key import KeyTold, tell_key
from trustui.pages.search import SearchPage
from trustui.pages.search import search as search_page
from trustui.pages.verifying import (
    KnownSource,
    LocationTold,
    TextTold,
    TooManyAsk,
    explain,
    known_source,
    taking_turns,
    verify_location,
)

LONGEST = 1024 * 1024
_SHOWN = 4096


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was recognized, and what there is to say; members of other kinds are null."""

    kind: Kind
    given: str
    found: SearchPage | None = None
    """Of a digest, or of a reference to an image."""
    document: DocumentTold | None = None
    unreadable: NotReadable | None = None
    """Of a document that is none."""
    key: KeyTold | None = None
    text: TextTold | None = None
    known: KnownSource | None = None
    """Of a location that is crawled already."""
    location: LocationTold | None = None
    """Of a location that was asked just now."""


class VerifyQuery(AtQuery, frozen=True, kw_only=True):
    """What is to be recognized."""

    q: Annotated[str, Meta(max_length=_SHOWN)] = ""


class Verify(Body, frozen=True, kw_only=True):
    """A location, a reference to an image, a digest, metadata, a public key, or what a client said."""

    text: Annotated[str, Meta(max_length=LONGEST)] = ""


@reads(Told, VerifyQuery)
def recognize(ask: Ask[VerifyQuery, None]) -> Told:
    """What a text is and what is known about it; no place is asked."""
    pasted = recognize_pasted(ask.query.q.encode("utf-8", "replace"))
    return _told(ask, pasted)


@acts(Told, Verify, AtQuery, need=Act.SEE, is_act=False)
def verify(ask: Ask[AtQuery, Verify]) -> Told:
    """Verify or explain it. A location is asked for its metadata, within limits."""
    pasted = recognize_pasted(ask.body.text.encode("utf-8", "replace"))
    told = _told(ask, pasted)
    if pasted.kind is not Kind.LOCATION or (told.known is not None and "://" not in pasted.text):
        return told
    if not ask.viewer.may_anywhere(Act.CRAWL):
        raise not_allowed(Act.CRAWL)
    if not ask.may_act:
        raise Refused(ProblemKind.TOKEN_SCOPE, "This token may read, not ask places.")
    try:
        with taking_turns():
            found = verify_location(ask.viewer, pasted.text, lambda: datetime.now(UTC))
    except TooManyAsk as error:
        raise Refused(ProblemKind.BUSY, str(error)) from error
    return msgspec.structs.replace(told, location=found)


def _told(ask: Ask[VerifyQuery, None] | Ask[AtQuery, Verify], pasted: Pasted) -> Told:
    told = Told(kind=pasted.kind, given=pasted.text[:_SHOWN])
    change = msgspec.structs.replace
    match pasted.kind:
        case Kind.DIGEST | Kind.REFERENCE:
            return change(told, found=search_page(ask.viewer, ask.moment, pasted.text))
        case Kind.METADATA:
            document = tell_document(ask.viewer, pasted.body, ask.moment.valid_at)
            if isinstance(document, NotReadable):
                return change(told, unreadable=document)
            return change(told, document=document)
        case Kind.KEY:
            return change(told, key=tell_key(ask.viewer, pasted.text))
        case Kind.TEXT:
            return change(told, text=explain(ask.viewer, pasted.text))
        case Kind.LOCATION:
            return change(told, known=known_source(ask.viewer, pasted.text))
        case Kind.NOTHING | Kind.PRIVATE_KEY:
            return told
