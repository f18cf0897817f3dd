"""Distinguished names of trust policies: trust-store-trust-policy.md "Trusted Identities Constraints"."""

from dataclasses import replace

import msgspec
import pytest

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.pki.certificates import Certificate, parse_certificate
from trustui.core.pki.names import (
    MAX_NAME,
    is_subset,
    parse_distinguished_name,
    subject_attributes,
)
from trustui.demo.images.certifying import AUTHORITY, issue

ACME = {"C": "US", "ST": "WA", "O": "Acme"}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("C=US, ST=WA, O=Acme", {}),
        ("C=US,S=WA,O=Acme", {}),
        (" C = US ; ST = WA ; O = Acme ", {}),
        ("C=US,ST=WA,O=Acme,CN=a\\, b", {"CN": "a, b"}),
        ("C=US,ST=WA,O=Acme,CN=J\\C3\\BCrgen", {"CN": "Jürgen"}),
        ("C=US,ST=WA,O=Acme,CN=x\\ ", {"CN": "x "}),
        ("C=US,ST=WA,O=Acme,CN=\\#7", {"CN": "#7"}),
        ("C=US,ST=WA,O=Acme,CN=a=b", {"CN": "a=b"}),
        ("C=US,ST=WA,O=Acme,1.2.3=x", {"1.2.3": "x"}),
        ("C=US,ST=WA,O=Acme,L=", {"L": ""}),
    ],
)
def test_it_reads_names_as_policies_write_them(text: str, more: dict[str, str]) -> None:
    assert parse_distinguished_name(text) == {**ACME, **more}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no attribute with a value"),
        ("C=US,ST=WA,O=Acme,", "no attribute with a value"),
        ("C=US,ST=WA,O=Acme,CN", "no attribute with a value"),
        ("C=US+ST=WA,O=Acme", "several attributes in one part"),
        ("C=US,ST=WA,O=#04024869", "in hexadecimal"),
        ("C=US,ST=WA", "lacks O"),
        ("C=US,O=,ST=WA", "lacks O"),
        ("O=Acme", "lacks C and ST"),
        ("c=US,ST=WA,O=Acme", "lacks C"),
        ("C=US,ST=WA,O=Acme,O=Other", "attribute O twice"),
        ("C=US,ST=WA,S=WA,O=Acme", "attribute ST twice"),
        ('C=US,ST=WA,O="Acme"', "has to be escaped"),
        ("C=US,ST=WA,O=a\\z", "has to be escaped"),
        ("C=US,ST=WA,O=Acme\\", "ends within an escape"),
        ("C=US,ST=WA,O=\\FF", "is no text"),
    ],
)
def test_it_refuses_names_that_policies_must_not_have(text: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        parse_distinguished_name(text)


def test_a_name_without_end_is_refused_unread() -> None:
    with pytest.raises(LimitExceeded):
        parse_distinguished_name("C=" + "U" * MAX_NAME)


def test_what_is_not_named_does_not_matter() -> None:
    assert is_subset(ACME, {**ACME, "CN": "release"})
    assert not is_subset({**ACME, "CN": "release"}, ACME)
    assert not is_subset(ACME, {**ACME, "O": "acme"})


def certified(subject: str) -> Certificate:
    return parse_certificate(issue(replace(AUTHORITY, subject=subject), None).der)


def test_a_subject_is_read_by_the_same_names() -> None:
    found = certified("1.2.840.113549.1.9.1=a@acme.example,CN=release,OU=Build,O=Acme,ST=WA,C=US")
    assert subject_attributes(found) == {
        **ACME,
        "OU": "Build",
        "CN": "release",
        "1.2.840.113549.1.9.1": "a@acme.example",
    }


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("CN=release,O=Acme", "lacks C and ST"),
        ("OU=a,OU=b,O=Acme,ST=WA,C=US", "attribute OU twice"),
    ],
)
def test_a_subject_that_cannot_be_compared_is_refused(subject: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        subject_attributes(certified(subject))


def test_a_subject_that_cannot_be_read_is_refused() -> None:
    unreadable = msgspec.structs.replace(certified("CN=x"), subject_der=b"")
    with pytest.raises(ParseError, match="cannot be read"):
        subject_attributes(unreadable)
