"""Promises of logs of certificates."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.simulators.sigstore_stack import signer_wish
from trustui.core.pki.authorities import Log
from trustui.core.pki.certificates import Certificate, parse_certificate
from trustui.core.pki.keys import load_key
from trustui.core.pki.sct import SctResult, verify_sct
from trustui.core.pki.times import Window
from trustui.demo.images.certifying import AUTHORITY, SIGNED, YEAR, issue, new_key, spki

ROOT = issue(AUTHORITY, None)
CT = new_key()
LOG = Log("https://ct.example", hashlib.sha256(spki(CT)).digest(), load_key(spki(CT)), Window())


def leaf(**changes: Any) -> Certificate:
    return parse_certificate(ROOT.issue_with_sct(signer_wish(), CT, **changes).der)


def verified(certificate: Certificate, *logs: Log) -> SctResult:
    return verify_sct(certificate, parse_certificate(ROOT.der), logs)


@pytest.mark.parametrize("extensions", [b"", b"\x00\x00\x05\x00\x00\x00\x00\x10"])
def test_a_promise_of_a_known_log_holds(extensions: bytes) -> None:
    result = verified(leaf(extensions=extensions), LOG)
    assert result.verified
    assert (result.at, result.log) == (SIGNED, "ct.example")


def test_milliseconds_are_signed_too() -> None:
    at = SIGNED + timedelta(milliseconds=426)
    assert verified(leaf(at=at), LOG).at == at


def test_a_certificate_without_promise_is_told() -> None:
    bare = parse_certificate(ROOT.issue(signer_wish()).der)
    assert "carries no signed certificate timestamp" in verified(bare, LOG).because


def test_a_log_that_is_not_listed_is_told() -> None:
    result = verified(leaf())
    assert not result.verified
    assert "does not list" in result.because


def test_a_signature_of_something_else_fails() -> None:
    assert "signature is not one of" in verified(leaf(spoiled=True), LOG).because


def test_a_promise_made_when_the_log_was_not_in_use_fails() -> None:
    retired = Log(LOG.base_url, LOG.log_id, LOG.key, Window(None, SIGNED - YEAR))
    assert "was not in use" in verified(leaf(), retired).because


def test_another_issuer_was_not_promised() -> None:
    other = parse_certificate(issue(replace(AUTHORITY, subject="authority"), None).der)
    assert not verify_sct(leaf(), other, [LOG]).verified
