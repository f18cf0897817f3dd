"""What somebody pasted or dropped: a location, an image, a digest, metadata, a key, or an error text."""

import re
from enum import StrEnum

import msgspec

from trustui.core.errors import ParseError
from trustui.core.oci.references import Reference, parse_reference

LONGEST = 4 * 1024 * 1024
"""Bytes of a dropped file that are read."""
_TOKEN = 4096
_DIGEST = re.compile(r"(?:sha(?:256|384|512):)?([0-9a-fA-F]{6,128})")
_LOCATION = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}://\S+|~?/\S+|\.{1,2}/\S*)")


class Kind(StrEnum):
    """What it is."""

    NOTHING = "nothing"
    LOCATION = "location"
    REFERENCE = "reference"
    """Of an image, with its host: `HOST/NAME:TAG`."""
    DIGEST = "digest"
    METADATA = "metadata"
    KEY = "key"
    PRIVATE_KEY = "private_key"
    """It is neither kept nor shown again."""
    TEXT = "text"
    """Perhaps what a client said."""


class Pasted(msgspec.Struct, frozen=True):
    """What was given, and what it is; `text` without white space around it."""

    kind: Kind
    text: str
    body: bytes


def recognize_pasted(body: bytes) -> Pasted:
    """Tell what it is by how it looks; nobody is asked."""
    text = body[:LONGEST].decode("utf-8", "replace").strip()
    digest = _DIGEST.fullmatch(text[:_TOKEN])
    if not text:
        return Pasted(Kind.NOTHING, "", b"")
    if "-----BEGIN" in text:
        kind = Kind.PRIVATE_KEY if "PRIVATE KEY-----" in text else Kind.KEY
        return Pasted(kind, "" if kind is Kind.PRIVATE_KEY else text, body)
    if text.startswith("{"):
        return Pasted(Kind.METADATA, text, body)
    if digest is not None and len(text) < _TOKEN:
        return Pasted(Kind.DIGEST, digest.group(1).lower(), body)
    if len(text) < _TOKEN and _LOCATION.fullmatch(text):
        return Pasted(Kind.LOCATION, text, body)
    return Pasted(Kind.TEXT if reference_in(text) is None else Kind.REFERENCE, text, body)


def reference_in(text: str) -> Reference | None:
    """The image that is named with its host, such as `HOST/NAME:TAG`; None for all else."""
    try:
        return parse_reference(text)
    except ParseError:
        return None
