r"""Values as JSON in which every character shows itself: a hidden one is written as `\u202e`.

The text stays exactly what it was for whoever decodes it, and reads without surprises for whoever
looks at the file.
"""

import msgspec

from trustui.core.primitives.text import has_hidden_characters

_BEYOND = 0x10000
_DELETE = b"\x7f"


def visible_json(value: object) -> bytes:
    """One line of UTF-8 without a line break. Times are in UTC, digests in hexadecimal."""
    body = msgspec.json.encode(value)
    is_plain = body.isascii() and _DELETE not in body  # the one control that JSON may hold as it is
    return body if is_plain else with_visible_text(body.decode()).encode()


def with_visible_text(text: str) -> str:
    """JSON text with escapes in place of its hidden characters."""
    if text.isprintable():
        return text
    hidden = {ord(char): _escaped(char) for char in set(text) if has_hidden_characters(char)}
    return text.translate(hidden)


def _escaped(char: str) -> str:
    """As RFC 8259 §7 writes it: beyond the basic plane as two halves."""
    number = ord(char)
    if number < _BEYOND:
        return f"\\u{number:04x}"
    number -= _BEYOND
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
