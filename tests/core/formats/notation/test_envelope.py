"""What is signed, and which headers need an understanding reader."""

import json

import pytest

from tests.simulators.notation_signer import Plan, make_envelope, target
from trustui.core.errors import ParseError
from trustui.core.formats.notation import Target, parse_envelope
from trustui.core.formats.notation.envelope import SCHEME, parse_payload


def test_a_payload_names_the_artefact_and_what_the_signer_says_besides() -> None:
    described = target(annotations={"build": "77"})
    found = parse_payload(json.dumps(described).encode())
    assert isinstance(found, Target)
    assert (found.size, found.annotations) == (528, {"build": "77"})


@pytest.mark.parametrize(
    "payload",
    [
        b"7",
        b"{}",
        b'{"targetArtifact": {}}',
        b'{"targetArtifact": {"mediaType": "a", "digest": "b"}}',
        b'{"targetArtifact": {"mediaType": "a", "digest": "b", "size": -1}}',
        b'{"targetArtifact": {"mediaType": "a", "digest": "b", "size": true}}',
        b'{"targetArtifact": {"mediaType": "a", "digest": "b", "size": 1, "annotations": []}}',
        b'{"targetArtifact": {"mediaType": "a", "digest": "b", "size": 1, "annotations": {"a": 1}}}',
    ],
)
def test_an_envelope_around_a_payload_that_names_nothing_has_no_target(payload: bytes) -> None:
    with pytest.raises(ParseError):
        parse_payload(payload)
    assert parse_envelope(make_envelope(Plan(payload=payload)), "").target is None


@pytest.mark.parametrize("form", ["jws", "cose"])
def test_a_critical_header_of_the_signers_own_is_unknown(form: str) -> None:
    plan = Plan(format=form, more={"a": 1, "b": 2}, critical=(SCHEME, "b"))
    assert parse_envelope(make_envelope(plan), "").unknown_critical == ("b",)
    assert parse_envelope(make_envelope(Plan(critical=None)), "").unknown_critical == ()
