"""Which envelope bytes are, by their media type or by themselves."""

import pytest

from tests.simulators.notation_signer import Plan, make_envelope
from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.notation import FORMAT, parse_envelope
from trustui.core.formats.notation.envelope import COSE_TYPE, JWS_TYPE
from trustui.core.formats.notation.reading import parse_document

JWS, COSE = make_envelope(Plan()), make_envelope(Plan(format="cose"))


@pytest.mark.parametrize(("body", "media_type"), [(JWS, JWS_TYPE), (COSE, COSE_TYPE)])
def test_an_envelope_is_read_by_its_type_or_without_one(body: bytes, media_type: str) -> None:
    found = parse_envelope(body, media_type)
    assert parse_envelope(body, "") == found
    assert parse_document(Document("a", body)) == found
    assert FORMAT.recognizes(Document("a", body))


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(JWS, COSE_TYPE), (COSE, JWS_TYPE), (JWS, "application/json"), (b"", ""), (b"\xd2", "")],
)
def test_the_type_decides_and_not_the_bytes(body: bytes, media_type: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse_envelope(body, media_type)
    assert refused.value.check == "notation.parse"


def test_an_envelope_around_something_else_is_none_of_these() -> None:
    assert not FORMAT.recognizes(Document("a", make_envelope(Plan(payload=b"{}"))))
    assert not FORMAT.recognizes(Document("a", b"{}"))
