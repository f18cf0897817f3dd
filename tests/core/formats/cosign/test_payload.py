import pytest

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.cosign.payload import parse_payload, recognizes

OLD_SPELLING = (
    b'{"critical": {"identity": {}, "image": {"Docker-manifest-digest": "sha256:1"},'
    b' "type": "cosign container image signature"}, "optional": {"a": 1}}'
)


def test_the_spelling_of_the_specifications_own_sample_is_read() -> None:
    found = parse_payload(Document("a", OLD_SPELLING))
    assert (found.digest, found.reference, found.claims) == ("sha256:1", "", {"a": 1})
    assert recognizes(Document("a", OLD_SPELLING))


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"critical": {"image": {}}}',
        b'{"critical": {"image": {"docker-manifest-digest": "a"}}}',
        b'{"critical": {"image": {"docker-manifest-digest": "a"}, "type": "b"}, "optional": []}',
    ],
)
def test_what_claims_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        parse_payload(Document("a", body))
    assert not recognizes(Document("a", body))
