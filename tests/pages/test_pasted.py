"""Telling what somebody pasted."""

import pytest

from tests.simulators.watched import vendor
from trustui.pages.pasted import LONGEST, Kind, recognize_pasted

PEM = "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n"
NOT_TO_SHOW = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMCow\n-----END ENCRYPTED PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", Kind.NOTHING),
        (" \n ", Kind.NOTHING),
        ("https://updates.example/metadata/", Kind.LOCATION),
        ("/srv/metadata", Kind.LOCATION),
        ("./metadata", Kind.LOCATION),
        ("a1b2c3", Kind.DIGEST),
        (f"sha256:{'ab' * 32}", Kind.DIGEST),
        ("AB" * 32, Kind.DIGEST),
        ("a1b2", Kind.TEXT),
        ("registry.example/team/app:1.0", Kind.REFERENCE),
        (f"localhost:5000/app@sha256:{'ab' * 32}", Kind.REFERENCE),
        ("registry.example/team/app", Kind.REFERENCE),
        ("team/app:1.0", Kind.TEXT),
        ("registry.example/team/app:1.0 failed", Kind.TEXT),
        (PEM, Kind.KEY),
        (f"here is my key:\n{PEM}", Kind.KEY),
        (NOT_TO_SHOW, Kind.PRIVATE_KEY),
        ("Final root.json is expired", Kind.TEXT),
        ("https://a.example/ does not work", Kind.TEXT),
        ("ab" * 200, Kind.TEXT),
        ("\x00\xff", Kind.TEXT),
    ],
)
def test_it_tells_what_it_is(text: str, kind: Kind) -> None:
    assert recognize_pasted(text.encode()).kind is kind


def test_metadata_keeps_its_very_bytes() -> None:
    body = vendor().document("root", 1) + b"\n"
    found = recognize_pasted(body)
    assert found.kind is Kind.METADATA
    assert found.body == body


def test_a_digest_loses_the_name_of_its_algorithm() -> None:
    assert recognize_pasted(f"SHA256:{'AB' * 32}".lower().encode()).text == "ab" * 32


def test_a_private_key_is_not_given_on() -> None:
    assert recognize_pasted(NOT_TO_SHOW.encode()).text == ""


def test_only_the_beginning_of_an_endless_file_is_read() -> None:
    assert len(recognize_pasted(b"x" * (LONGEST + 100)).text) == LONGEST
