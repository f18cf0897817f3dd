"""Real certificates that are odd or malformed: shown, or refused in words, and quickly."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from trustui.core.errors import ParseError
from trustui.core.pki.certificates import Certificate, parse_certificate
from trustui.core.pki.chains import Chain, build_chain

ODD = "hostile/x509-odd"
MAX_SECONDS = 1


@pytest.fixture(scope="module")
def read(shared_data: Callable[[str], Path]) -> dict[str, Certificate | ParseError]:
    """Every file by its name: what it says, or why it cannot be read."""
    found: dict[str, Certificate | ParseError] = {}
    for file in sorted(shared_data(ODD).iterdir()):
        if file.suffix in {".pem", ".der"}:
            began = time.monotonic()
            try:
                found[file.name] = parse_certificate(file.read_bytes())
            except ParseError as error:
                found[file.name] = error
            assert time.monotonic() - began < MAX_SECONDS
    return found


def test_every_file_is_shown_or_refused_in_words(
    read: dict[str, Certificate | ParseError],
) -> None:
    refused = {name: one.because for name, one in read.items() if isinstance(one, ParseError)}
    assert len(read) == 64
    assert all(refused.values())
    certificates = {name for name in refused if "crl" not in name}
    assert certificates == {"dsa_null_alg_params.pem", "invalid_version.pem"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bad_country.pem", "length must be"),
        ("cp_invalid2.der", "the extensions cannot be read"),
        ("inhibit_any_policy_negative.pem", "the extensions cannot be read"),
        ("invalid-sct-version.der", "Invalid SCT version"),
        ("malformed-ian.pem", "the extensions cannot be read"),
        ("name_attribute_unsupported_tag.pem", "the subject cannot be read"),
        ("negative_serial.pem", "serial number which wasn't positive"),
        ("two_basic_constraints.pem", "Duplicate"),
        ("v1_cert.pem", "an RSA key of 512 bits"),
        ("wosign-bc-invalid.pem", "path_length must be None"),
    ],
)
def test_what_is_odd_about_a_certificate_is_told(
    read: dict[str, Certificate | ParseError], name: str, words: str
) -> None:
    odd = read[name]
    assert isinstance(odd, Certificate)
    assert any(words in problem for problem in odd.problems)


def test_none_of_them_leads_to_another(read: dict[str, Certificate | ParseError]) -> None:
    """Each against all others as intermediates and roots: no exception, and no chain but to itself."""
    known = [one for one in read.values() if isinstance(one, Certificate)]
    for leaf in known:
        others = [one for one in known if one.der != leaf.der]
        chain = build_chain(leaf, others, others, None)
        assert not isinstance(chain, Chain) or chain.issuer.is_ca
