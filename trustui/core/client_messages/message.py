"""One message of a client as a template, and finding it in a text without regular expressions.

A template is literal text with places: `{role:word} was signed by {signed:number} keys`. A place is
a `number`, `hex`, a `word` (no blank, no quote), or `text` (at most 300 characters).
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from string import Formatter

import msgspec

MAX_HITS = 20
"""Of one message in one text; a log repeats itself."""
LONGEST_PLACE = 300

_ENDS = frozenset(" \"'`,;()<>")
_HEX = frozenset("0123456789abcdefABCDEF")

_FITS: dict[str, Callable[[str], bool]] = {
    "number": lambda text: text.removeprefix("-").isdecimal() and text.isascii(),
    "hex": lambda text: len(text) > 0 and _HEX.issuperset(text),
    "word": lambda text: len(text) > 0 and _ENDS.isdisjoint(text),
    "text": lambda text: len(text) > 0,
}


class Cause(msgspec.Struct, frozen=True):
    """One of several reasons for a text: why, how to find out here, what to do about it.

    `check` is the check or finding that says the same; "" where nothing here asks that.
    """

    because: str
    how_to_check: str
    fix: str
    check: str = ""


class Message(msgspec.Struct, frozen=True, dict=True):
    """What a client says, and what it means.

    `checks` are ids, the likeliest first, or by the value of `role` where it depends on the role,
    with those for any other role under ""; none where no check here asks that. `causes`, the
    likeliest first, stand in the place of what the pages of the checks say.
    """

    template: str
    checks: tuple[str, ...] | dict[str, tuple[str, ...]]
    means: str
    causes: tuple[Cause, ...] = ()
    is_summary: bool = False
    """Said around a reason: told only where no other message of a text says more."""

    @cached_property
    def parts(self) -> tuple[tuple[str, str, str], ...]:
        """Literal text, then the name and kind of the place after it; both empty at the end."""
        return tuple(
            (literal, name or "", kind or ("text" if name else ""))
            for literal, name, kind, _ in Formatter().parse(self.template)
        )

    @property
    def words(self) -> str:
        """The template for people: an ellipsis in each place."""
        return "".join(f"{literal}{'…' if name else ''}" for literal, name, _ in self.parts)

    def checks_about(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The ids for these values."""
        if isinstance(self.checks, tuple):
            return self.checks
        role = values.get("role", "").removesuffix(".json")
        return self.checks.get(role, self.checks[""])


class Client(msgspec.Struct, frozen=True):
    """A client and all its messages; `marks` are words that only its texts have."""

    name: str
    version: str
    """Whose source the messages were read from."""
    marks: tuple[str, ...]
    messages: tuple[Message, ...]


class Found(msgspec.Struct, frozen=True):
    """Where a message stands in a text, and what stood in its places."""

    start: int
    end: int
    values: dict[str, str]

    @property
    def span(self) -> tuple[int, int]:
        """From where to where."""
        return self.start, self.end


def find(message: Message, text: str) -> Iterator[Found]:
    """Every place of a text, with single blanks, where a message stands; at most `MAX_HITS`."""
    parts = message.parts
    anchor = 1 if parts[0][0] == "" else 0
    literal, at = parts[anchor][0], 0
    for _ in range(MAX_HITS):
        at = text.find(literal, at)
        if at < 0:
            return
        found = _match(parts, anchor, text, at)
        if found is not None:
            yield found
            at = max(found.end, at + 1)
        else:
            at += 1


def _match(
    parts: tuple[tuple[str, str, str], ...], anchor: int, text: str, at: int
) -> Found | None:
    values: dict[str, str] = {}
    start = at
    if anchor:  # a place comes first: the word before the literal
        start = _word_before(text, at)
        if not _keep(values, parts[0], text[start:at]):
            return None
    for (literal, *place), (following, *_) in zip(
        parts[anchor:], (*parts[anchor + 1 :], ("",)), strict=True
    ):
        at += len(literal)
        if not place[0]:
            break
        end = _end_of_place(text, at, following, place[1])
        if end < 0 or not _keep(values, (literal, *place), text[at:end]):
            return None
        at = end
    return Found(start, at, values)


def _keep(values: dict[str, str], part: tuple[str, ...], value: str) -> bool:
    _, name, kind = part
    values[name] = value
    return _FITS[kind](value)


def _word_before(text: str, end: int) -> int:
    start = end
    while start > 0 and end - start < LONGEST_PLACE and text[start - 1] not in _ENDS:
        start -= 1
    return start


def _end_of_place(text: str, start: int, following: str, kind: str) -> int:
    """Where a place ends: before the literal that follows, or where its kind ends; -1: nowhere."""
    limit = start + LONGEST_PLACE
    if following:
        return text.find(following, start, limit + len(following))
    end = start
    if kind == "text":
        return min(limit, len(text))
    allowed = _HEX if kind == "hex" else None
    while end < min(limit, len(text)) and (
        text[end] in allowed if allowed else text[end] not in _ENDS
    ):
        end += 1
    word = text[start:end]
    return start + len(word.rstrip(".:") if kind in {"number", "word"} else word)
