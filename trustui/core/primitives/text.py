"""Foreign text made safe to print: every character that hides or reorders is made visible."""

import re
import unicodedata

from trustui.core.limits import MAX_FOUND_TEXT

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that do not show themselves: controls, formats (bidi, zero width), gaps."""


def visible(text: str, limit: int = MAX_FOUND_TEXT) -> str:
    r"""The text with hidden characters as `\u{202E}`, cut at `limit` characters."""
    shown = text[:limit]
    if not shown.isprintable():
        shown = "".join(
            f"\\u{{{ord(char):04X}}}" if unicodedata.category(char) in _HIDDEN else char
            for char in shown
        )
    return f"{shown}… ({len(text):,} characters)" if len(text) > limit else shown


_LONG_HEX = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24,}([0-9a-f]{4})\b")


def with_short_digests(text: str) -> str:
    """The same with each digest and key id in it as pages show them: `6cb58437…1699`."""
    return _LONG_HEX.sub(r"\1…\2", text)


def quoted(value: object, limit: int = MAX_FOUND_TEXT) -> str:
    """A foreign value for a sentence: text as it is but visible, anything else as JSON names it."""
    match value:
        case str():
            return visible(value, limit)
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int():
            return str(value) if abs(value) < 10**40 else "an integer of more than 40 digits"
        case float():
            return repr(value)
        case list():
            return f"a list of {len(value):,}"
        case dict():
            return f"an object of {len(value):,} members"
        case _:
            return visible(repr(value), limit)


def has_hidden_characters(text: str) -> bool:
    """Whether the text holds characters that do not show themselves."""
    return any(unicodedata.category(char) in _HIDDEN for char in text)


def counted(number: int, noun: str) -> str:
    """`1 key`, `3 keys`; for nouns that take an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
