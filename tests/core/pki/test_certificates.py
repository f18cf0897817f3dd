"""What a certificate says, and what of it cannot be read."""

import base64
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from tests.simulators.sigstore_stack import EMAIL, ISSUER, signer_wish, stack
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.pki.certificates import (
    CODE_SIGNING,
    MAX_CERTIFICATE_BYTES,
    MAX_CERTIFICATES,
    Certificate,
    parse_certificate,
    parse_certificates,
)
from trustui.demo.images.certifying import AUTHORITY, SIGNED, YEAR, Wish, issue, new_key
from trustui.demo.images.stack import FULCIO, der_text


def read(wish: Wish) -> Certificate:
    return parse_certificate(issue(wish, None).der)


def test_it_reads_what_fulcio_issues() -> None:
    leaf = parse_certificate(stack().certify().der)
    assert leaf.names == (("email", EMAIL),)
    assert leaf.oidc_issuer == ISSUER
    assert leaf.fulcio["github_workflow_repository"] == "acme/app"
    assert leaf.eku == (CODE_SIGNING,)
    assert leaf.key_usage == frozenset({"digital_signature"})
    assert (leaf.is_ca, leaf.path_length, leaf.subject) == (False, None, "")
    assert leaf.title == EMAIL
    assert len(leaf.scts) == 1
    assert leaf.problems == ()
    assert not leaf.is_self_issued


def test_it_reads_an_authority() -> None:
    root = read(Wish("root", ca=True, path_length=2, usages=("key_cert_sign",), purposes=None))
    assert (root.is_ca, root.path_length, root.eku) == (True, 2, None)
    assert root.is_self_issued
    assert root.title == root.subject == root.issuer == "CN=root"
    assert not root.scts


def test_pem_and_der_are_the_same_certificate() -> None:
    issued = issue(Wish("a"), None)
    assert parse_certificate(issued.pem).fingerprint == parse_certificate(issued.der).fingerprint


def test_a_certificate_without_any_name_is_known_by_its_number() -> None:
    nameless = read(Wish(usages=None, purposes=None))
    assert nameless.title == f"serial {nameless.serial}"
    assert (nameless.key_usage, nameless.eku, nameless.oidc_issuer) == (None, None, "")


def test_its_window_has_both_ends_inside() -> None:
    lasting = read(Wish(start=SIGNED, end=SIGNED + YEAR))
    assert lasting.is_valid_at(SIGNED)
    assert lasting.is_valid_at(SIGNED + YEAR)
    assert not lasting.is_valid_at(SIGNED - YEAR)


@pytest.mark.parametrize(
    ("name", "read_as"),
    [
        (x509.DNSName("a.example"), ("dns", "a.example")),
        (x509.UniformResourceIdentifier("https://a.example/x"), ("uri", "https://a.example/x")),
        (x509.IPAddress(ipaddress.ip_address("192.0.2.1")), ("ip", "192.0.2.1")),
        (x509.DirectoryName(x509.Name([])), ("directory", "")),
        (x509.RegisteredID(x509.ObjectIdentifier("1.2.3")), ("registered", "1.2.3")),
        (
            x509.OtherName(x509.ObjectIdentifier(f"{FULCIO}7"), der_text("alice!acme.example")),
            ("user", "alice!acme.example"),
        ),
        (x509.OtherName(x509.ObjectIdentifier(f"{FULCIO}7"), b"\x05\x00"), ("user", "0500")),
        (x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), ("other", "1.2.3 0500")),
    ],
)
def test_it_reads_every_kind_of_name(name: x509.GeneralName, read_as: tuple[str, str]) -> None:
    assert read(Wish(names=(name,))).names == (read_as,)


def test_the_older_issuer_counts_where_the_newer_is_missing() -> None:
    assert (
        read(Wish(extensions=((f"{FULCIO}1", b"https://old", False),))).oidc_issuer == "https://old"
    )


@pytest.mark.parametrize(
    "extension",
    [
        (f"{FULCIO}1", b"\xff", False),
        (f"{FULCIO}8", b"\xff", False),
        (f"{FULCIO}8", b"\x05\x00", False),
    ],
)
def test_an_extension_that_holds_no_text_is_told(extension: tuple[str, bytes, bool]) -> None:
    odd = read(Wish(extensions=(extension,)))
    assert odd.oidc_issuer == ""
    assert "holds no text" in odd.problems[0]


def test_extensions_of_fulcio_that_nobody_knows_are_passed_over() -> None:
    odd = read(Wish(extensions=((f"{FULCIO}99", b"x", False), (f"{FULCIO}1.1", b"x", False))))
    assert (odd.fulcio, odd.problems) == ({}, ())


def test_unknown_critical_extensions_are_told() -> None:
    assert read(Wish(extensions=(("1.2.3.4", b"\x05\x00", True),))).unknown_critical == ("1.2.3.4",)


def test_a_key_that_signs_nothing_here_is_a_problem_and_no_key() -> None:
    odd = parse_certificate(issue(Wish("a"), None, ec.generate_private_key(ec.SECP256K1())).der)
    assert odd.key is None
    assert "secp256k1" in odd.problems[0]


def test_extensions_that_cannot_be_read_count_as_absent() -> None:
    odd = read(Wish(ca=True, extensions=(("2.5.29.54", b"no DER", False),)))
    assert not odd.is_ca
    assert "the extensions cannot be read" in odd.problems[0]


def test_a_name_that_cannot_be_read_is_told_and_compares_with_nothing() -> None:
    der = issue(Wish("authority name", ca=True), None).der
    odd = parse_certificate(der.replace(b"\x0c\x0eauthority name", b"\x69\x0eauthority name"))
    assert odd.subject_der == odd.issuer_der == b""
    assert "the subject cannot be read" in odd.problems[0]


@pytest.mark.parametrize("raw", [b"", b"no certificate", b"-----BEGIN X-----\n"])
def test_what_is_no_certificate_is_refused(raw: bytes) -> None:
    with pytest.raises(ParseError, match="this is no certificate"):
        parse_certificate(raw)


def test_a_certificate_that_is_too_long_is_not_read() -> None:
    with pytest.raises(LimitExceeded):
        parse_certificate(bytes(MAX_CERTIFICATE_BYTES + 1))


def test_a_file_of_certificates_is_read_in_its_order() -> None:
    root = issue(AUTHORITY, None)
    leaf = root.issue(signer_wish(), new_key())
    read_ones = parse_certificates(b"a comment\n" + leaf.pem + b"\n" + root.pem)
    assert [one.der for one in read_ones] == [leaf.der, root.der]


def test_a_file_without_certificates_is_refused() -> None:
    with pytest.raises(ParseError, match="no PEM certificate"):
        parse_certificates(base64.b64encode(b"x"))


def test_too_many_certificates_are_not_read() -> None:
    with pytest.raises(LimitExceeded):
        parse_certificates(issue(AUTHORITY, None).pem * (MAX_CERTIFICATES + 1))
