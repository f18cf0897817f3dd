"""Authorities and logs, as people know them."""

import pytest

from trustui.core.pki.authorities import Authority, Log
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.keys import load_key
from trustui.core.pki.times import Window
from trustui.demo.images.certifying import AUTHORITY, issue, new_key, spki

ROOT = parse_certificate(issue(AUTHORITY, None).der)
KEY = load_key(spki(new_key()))


def test_an_authority_is_known_by_its_address_or_else_by_its_root() -> None:
    assert Authority("https://ca.example", (ROOT,), Window()).title == "https://ca.example"
    assert Authority("", (ROOT,), Window()).title == "CN=authority"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://rekor.example", "rekor.example"),
        ("https://rekor.example/", "rekor.example"),
        ("https://rekor.example/2026/", "rekor.example/2026"),
        ("rekor.example", "rekor.example"),
    ],
)
def test_a_log_signs_in_the_name_of_its_host(url: str, host: str) -> None:
    assert Log(url, b"12345", KEY, Window()).host == host


def test_checkpoints_name_the_key_by_four_bytes() -> None:
    assert Log("a", b"12345", KEY, Window()).note_id == b"1234"
    assert Log("a", b"12345", KEY, Window(), b"abcdef").note_id == b"abcd"
