"""Distinguished names as Notation's trust policies write and compare them.

RFC 4514, narrowed by trust-store-trust-policy.md "Trusted identities constraints": each attribute once,
none beside another in one RDN, values as text; country, state and organization must be there. Types
are compared as written, values to the letter.
"""

import re
from collections.abc import Iterable, Mapping

from cryptography import x509

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.pki.certificates import Certificate
from trustui.core.primitives.text import visible

MAX_NAME = 4_096
"""Characters of one name; RFC 5280 appendix A allows 64 to 32,768 for a single value."""

MANDATORY = ("C", "ST", "O")
_ALIASES = {"S": "ST"}
_EXPECTED = "a name as C=US, ST=WA, O=acme.example (RFC 4514)"
_ATTRIBUTE = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)*)\s*=(.*)", re.DOTALL)
_PIECE = re.compile(r"(?:\\.|[^\\,+;])*", re.DOTALL)
_ESCAPED = re.compile(r'\\([0-9A-Fa-f]{2}|[ "#+,;<=>\\])')
_UNESCAPED_SPECIAL = re.compile(r'["<>\x00]')

_SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.17": "POSTALCODE",
}
"""What Notation calls attributes of a subject; others go by their dotted number."""


def parse_distinguished_name(text: str) -> Mapping[str, str]:
    """The attributes of a name as a trust policy states it, in its order. Raises ParseError."""
    if len(text) > MAX_NAME:
        raise LimitExceeded(
            "the name is too long",
            expected=f"at most {MAX_NAME:,} characters",
            found=f"{len(text):,} characters",
        )
    if "=#" in text:
        raise _refused("the name has a value in hexadecimal, which Notation does not compare", text)
    return _complete(_once(_pairs(text), text), text)


def subject_attributes(certificate: Certificate) -> Mapping[str, str]:
    """The attributes of a certificate's subject, by the same names and rules. Raises ParseError."""
    if not certificate.subject_der:
        raise ParseError("the certificate's subject cannot be read", expected=_EXPECTED)
    found = [
        (_SHORT.get(one.oid.dotted_string, one.oid.dotted_string), _text_of(one))
        for one in certificate.loaded.subject
    ]
    return _complete(_once(found, certificate.subject), certificate.subject)


def is_subset(wanted: Mapping[str, str], found: Mapping[str, str]) -> bool:
    """Whether every attribute that is wanted stands in the other name with the same value."""
    return all(found.get(name) == value for name, value in wanted.items())


def _text_of(attribute: x509.NameAttribute[str | bytes]) -> str:
    return attribute.value if isinstance(attribute.value, str) else attribute.value.hex()


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    position = 0
    while position <= len(text):
        piece = _PIECE.match(text, position)
        assert piece is not None  # it matches nothing at all as well
        position = piece.end()
        separator = text[position : position + 1]
        if separator == "+":
            raise _refused("the name has several attributes in one part", text)
        if separator == "\\":
            raise _refused("the name ends within an escape", text)
        position += 1
        yield _pair(piece[0], text)


def _pair(piece: str, text: str) -> tuple[str, str]:
    match = _ATTRIBUTE.fullmatch(piece)
    if match is None:
        raise _refused("a part of the name is no attribute with a value", text)
    name = _ALIASES.get(match[1], match[1])
    return name, _unescaped(_trimmed(match[2]), text)


def _trimmed(value: str) -> str:
    """Without white space around it; an escaped space at the end stays (RFC 4514 §2.4)."""
    value = value.lstrip()
    while value[-1:].isspace() and not re.search(r"(?<!\\)(?:\\\\)*\\\s\Z", value):
        value = value[:-1]
    return value


def _unescaped(value: str, text: str) -> str:
    rest = _ESCAPED.sub("", value)
    if "\\" in rest or _UNESCAPED_SPECIAL.search(rest):
        raise _refused("a value of the name has a character that has to be escaped", text)
    raw = _ESCAPED.sub(_of_escape, value)
    try:
        return raw.encode("utf-8", "surrogateescape").decode()
    except UnicodeError as error:
        raise _refused("a value of the name is no text", text) from error


def _of_escape(match: re.Match[str]) -> str:
    r"""`\,` is the character itself, `\C3\A9` bytes of UTF-8 (RFC 4514 §3)."""
    if len(match[1]) == 1:
        return match[1]
    return bytes.fromhex(match[1]).decode("utf-8", "surrogateescape")


def _once(pairs: Iterable[tuple[str, str]], text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise _refused(f"the name has the attribute {visible(name, 40)} twice", text)
        found[name] = value
    return found


def _complete(found: dict[str, str], text: str) -> dict[str, str]:
    missing = [name for name in MANDATORY if not found.get(name)]
    if missing:
        raise _refused(f"the name lacks {' and '.join(missing)}", text)
    return found


def _refused(because: str, text: str) -> ParseError:
    return ParseError(because, expected=_EXPECTED, found=visible(text, 200))
