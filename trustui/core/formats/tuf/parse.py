"""Bytes to facts without a verification: for differences, timelines, stores and tests."""

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.tuf.large_maps import LARGE
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES, Metadata, Object
from trustui.core.formats.tuf.reading import Parsed, build, decode, facts
from trustui.core.formats.tuf.wellformed import FRAME, SHAPE
from trustui.core.limits import DEFAULT_LIMITS, TufLimits
from trustui.core.primitives.text import quoted
from trustui.core.trace import Outcome


def parse(document: Document, limits: TufLimits = DEFAULT_LIMITS) -> Metadata:
    """The facts of any TUF 1.0 metadata document; nothing about them is verified.

    Raises ParseError (its `check` is the id that the bytes fail) or LimitExceeded.
    """
    return parse_for_signing(document, limits).metadata


def parse_for_signing(document: Document, limits: TufLimits = DEFAULT_LIMITS) -> Parsed:
    """As `parse`, with the canonical bytes that are signed."""
    envelope = decode(document.body, "", limits.targets_bytes, limits)
    envelope = msgspec.structs.replace(envelope, expected_type=stated_type(envelope.document))
    for check, judge in (*FRAME, *SHAPE[envelope.expected_type]):
        judgement = judge(envelope)
        if judgement.outcome is Outcome.FAILED:
            raise ParseError(
                judgement.because,
                check=check.id,
                expected=judgement.expected or "",
                found=judgement.found or "",
            )
    return build(envelope, document.body, document)


def parse_again(document: Document, limits: TufLimits = DEFAULT_LIMITS) -> Metadata:
    """The facts of bytes of which every check passed before: nothing is judged a second time.

    It is for the caller to know that these are the bytes.
    """
    body = document.body
    if len(body) >= LARGE:
        stated = decode(body, "", limits.targets_bytes, limits).document
    else:
        stated = msgspec.json.decode(body)
    return facts(stated, stated_type(stated), body, document.seen_at)


def stated_type(document: Object) -> str:
    """The `_type` that an envelope states. Raises ParseError when it states none of TUF 1.0."""
    stated = document["signed"].get("_type")
    if not isinstance(stated, str) or stated not in TOP_LEVEL_ROLES:
        raise ParseError(
            "the document does not say that it is TUF 1.0 metadata",
            check="tuf.meta.type",
            expected=", ".join(TOP_LEVEL_ROLES),
            found=quoted(stated, 40),
        )
    return stated
