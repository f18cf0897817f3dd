"""From bytes to an envelope, by the media type that names its form."""

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.notation.cose import parse_cose
from trustui.core.formats.notation.envelope import COSE_TYPE, JWS_TYPE, Envelope
from trustui.core.formats.notation.jws import parse_jws
from trustui.core.primitives.text import visible

PARSE_ID = "notation.parse"
_TAG_18 = b"\xd2"


def parse_envelope(body: bytes, media_type: str) -> Envelope:
    """Read an envelope of that media type; "" leaves it to the bytes which of both it is.

    Raises ParseError or LimitExceeded, with the id of the check that fails.
    """
    try:
        return _parse(body, media_type)
    except ParseError as error:
        error.check = PARSE_ID
        raise


def parse_document(document: Document) -> Envelope:
    """As `parse_envelope`, for a document whose form nobody names."""
    return parse_envelope(document.body, "")


def _parse(body: bytes, media_type: str) -> Envelope:
    if media_type == COSE_TYPE or (not media_type and body[:1] == _TAG_18):
        return parse_cose(body)
    if media_type in {JWS_TYPE, ""}:
        return parse_jws(body)
    raise ParseError(
        "envelopes of this type are not read here",
        expected=f"{JWS_TYPE} or {COSE_TYPE}",
        found=visible(media_type, 100),
    )
