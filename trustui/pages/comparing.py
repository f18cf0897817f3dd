"""Two versions of a document side by side: what changed in meaning, and in the text."""

from contextlib import suppress
from difflib import unified_diff

import msgspec

from trustui.core.diff import Change, ChangeKind, Effect, compare
from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.primitives.text import visible, with_short_digests
from trustui.pages.components import ChangeLine, Part
from trustui.pages.waterfall import readable

MOST_CHANGES = 300
MOST_BYTES = 400_000
MOST_LINES = 3_000
"""Of each text that is compared line by line; beyond it takes too long."""
_SHOWN = 140
_SIGNS = {Effect.WIDENS: "bad", Effect.NARROWS: "ok", Effect.NEUTRAL: "none"}
_BADGES = {
    Effect.WIDENS: "widens trust",
    Effect.NARROWS: "narrows trust",
    Effect.NEUTRAL: "neutral",
}


class Compared(msgspec.Struct, frozen=True):
    """What changed in meaning; `problem` tells why that cannot be said."""

    changes: tuple[ChangeLine, ...] = ()
    more: int = 0
    problem: str = ""


class TextLine(msgspec.Struct, frozen=True):
    """One line of a difference of texts: `ins`, `del`, `at` or empty for what stayed."""

    kind: str
    text: str


def meaning(old: Document, new: Document, role: str = "") -> Compared:
    """The changes, those that widen trust first; nothing is verified.

    What is about the document as a whole is told of its role: of a delegated one it says targets.
    """
    try:
        before, after = parse(old), parse(new)
    except ParseError as error:
        return Compared(problem=f"one of the two cannot be read: {visible(error.because, 200)}")
    return _changes(before, after, role or before.type)


def _changes(before: Metadata, after: Metadata, role: str) -> Compared:
    try:
        found = compare(before, after)
    except ValueError as error:
        return Compared(problem=visible(str(error), 200))
    found = tuple(_of_role(one, before.type, role) for one in found)
    ordered = sorted(found, key=lambda one: list(_SIGNS).index(one.effect))
    lines = tuple(change_line(one) for one in ordered[:MOST_CHANGES])
    return Compared(lines, max(0, len(ordered) - MOST_CHANGES))


_OF_DOCUMENT = frozenset(
    {
        ChangeKind.VERSION,
        ChangeKind.ROLLBACK,
        ChangeKind.EQUIVOCATION,
        ChangeKind.SIGNATURES,
        ChangeKind.EXPIRY,
        ChangeKind.SPEC_VERSION,
    }
)


def _of_role(change: Change, of_type: str, role: str) -> Change:
    is_whole = change.kind in _OF_DOCUMENT and change.subject == of_type
    return msgspec.structs.replace(change, subject=role) if is_whole else change


def change_line(change: Change) -> ChangeLine:
    """A change of core as a line; foreign text is cut and made visible."""
    mark = "+" if change.before is None else "-" if change.after is None else "~"
    parts = [Part(visible(change.subject, _SHOWN), "name")]
    parts.append(Part(f": {str(change.kind).replace('_', ' ')} "))
    if change.before is not None:
        parts.append(Part(_short(change.before), "code"))
    if change.before is not None and change.after is not None:
        parts.append(Part(" → "))
    if change.after is not None:
        parts.append(Part(_short(change.after), "code"))
    return ChangeLine(
        mark,
        tuple(parts),
        badge=_BADGES[change.effect],
        sign=_SIGNS[change.effect],
        when=visible(change.reason, 300),
    )


def _short(text: str) -> str:
    """Digests and key ids as pages show them, then no longer than a line or two."""
    return readable(visible(with_short_digests(text), _SHOWN))


def texts(old: bytes, new: bytes) -> tuple[TextLine, ...] | None:
    """The difference of the documents as indented JSON; None where they are too long for it.

    Documents that are no JSON are compared as they are.
    """
    if max(len(old), len(new)) > MOST_BYTES:
        return None
    before, after = _lines(old), _lines(new)
    if max(len(before), len(after)) > MOST_LINES:
        return None
    found = list(unified_diff(before, after, lineterm="", n=4))[2:]
    return tuple(_text_line(one) for one in found)


def _lines(body: bytes) -> list[str]:
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = msgspec.json.format(msgspec.json.encode(msgspec.json.decode(body), order="sorted"))
    return body.decode(errors="replace").splitlines()


_KINDS = {"+": "ins", "-": "del", "@": "at"}


def _text_line(line: str) -> TextLine:
    return TextLine(_KINDS.get(line[:1], ""), visible(line, 400))
