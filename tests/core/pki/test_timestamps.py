"""RFC 3161 timestamps: what proves a time, and each way in which a token proves none."""

from dataclasses import replace
from datetime import timedelta

import pytest

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.facts import VerifiedTime
from trustui.core.pki.authorities import Authority
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.times import Window
from trustui.core.pki.timestamps import (
    MAX_TOKEN_BYTES,
    TimestampProblem,
    parse_token,
    verify_timestamp,
)
from trustui.demo.images.certifying import (
    AUTHORITY,
    SIGNED,
    YEAR,
    Issued,
    Stamp,
    Wish,
    issue,
    timestamp,
)

MESSAGE = b"a signature"
ROOT = issue(replace(AUTHORITY, subject="stamp root"), None)
SIGNS_TIME = Wish(
    "stamps", SIGNED - YEAR, SIGNED + YEAR, purposes=("time",), purposes_critical=True
)
SIGNER = ROOT.issue(SIGNS_TIME)
WINDOW = Window(SIGNED - YEAR, SIGNED + 2 * YEAR)


def authority(*chain: Issued, window: Window = WINDOW) -> Authority:
    return Authority(
        "https://tsa.example", tuple(parse_certificate(one.der) for one in chain), window
    )


TRUSTED = authority(SIGNER, ROOT)


def problem(
    stamp: Stamp = Stamp(),  # noqa: B008  frozen
    *,
    signer: Issued = SIGNER,
    by: tuple[Authority, ...] = (TRUSTED,),
    message: bytes = MESSAGE,
) -> str:
    found = verify_timestamp(timestamp(message, signer, stamp), MESSAGE, by)
    assert isinstance(found, TimestampProblem)
    return found.because


@pytest.mark.parametrize(
    "stamp",
    [
        Stamp(),
        Stamp(is_bare=True),
        Stamp(by_key_id=True),
        Stamp(embeds=(SIGNER.der,)),
        Stamp(hash_name="sha512"),
        Stamp(digest_name="sha384"),
        Stamp(names_certificate=False),
        Stamp(other_digest=True),
    ],
)
def test_a_token_of_a_trusted_authority_proves_its_time(stamp: Stamp) -> None:
    found = verify_timestamp(timestamp(MESSAGE, SIGNER, stamp), MESSAGE, [TRUSTED])
    assert found == VerifiedTime(SIGNED, "timestamp", "timestamp authority https://tsa.example")


def test_the_certificate_may_come_with_the_token() -> None:
    token = timestamp(MESSAGE, SIGNER, Stamp(embeds=(ROOT.der, SIGNER.der)))
    assert isinstance(verify_timestamp(token, MESSAGE, [authority(ROOT)]), VerifiedTime)


def test_both_ends_of_the_window_of_trust_are_inside() -> None:
    token = timestamp(MESSAGE, SIGNER)
    for window in (Window(SIGNED, None), Window(None, SIGNED)):
        found = verify_timestamp(token, MESSAGE, [authority(SIGNER, ROOT, window=window)])
        assert isinstance(found, VerifiedTime)


def test_one_trusted_authority_of_two_suffices() -> None:
    other = authority(issue(replace(AUTHORITY, subject="other"), None))
    token = timestamp(MESSAGE, SIGNER)
    assert isinstance(verify_timestamp(token, MESSAGE, [other, TRUSTED]), VerifiedTime)


def test_of_two_problems_that_of_the_signers_own_authority_is_told() -> None:
    other = authority(issue(replace(AUTHORITY, subject="other"), None))
    late = authority(SIGNER, ROOT, window=Window(None, SIGNED - YEAR))
    assert "was not in use" in problem(by=(other, late))
    assert "is not trusted" in problem(by=(other, other))


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        (Stamp(status="rejection"), "the timestamp authority refused"),
        (Stamp(signers=2), "exactly one signer"),
        (Stamp(signers=0), "exactly one signer"),
        (Stamp(signs=b"else"), "the timestamp's signature is not one of"),
        (Stamp(inner="data", said_inner="data"), "what is signed is no timestamp"),
        (Stamp(said_inner="data"), "the signer signed something else"),
        (Stamp(repeats_attribute=True), "is there twice"),
        (Stamp(named_certificate=b"x"), "signed with another certificate"),
        (Stamp(hash_name="sha1"), "over a hash that counts for nothing"),
        (Stamp(digest_name="sha1"), "signed over a broken hash"),
        (Stamp(attributes_digest=b"x" * 32), "what the timestamp signs is not what it says"),
    ],
)
def test_a_token_that_breaks_a_rule_proves_nothing(stamp: Stamp, words: str) -> None:
    assert words in problem(stamp)


def test_a_token_about_another_message_proves_nothing() -> None:
    assert problem(message=b"other") == "the timestamp is about another signature"


def test_without_authorities_nothing_is_proven() -> None:
    assert problem(by=()) == "no timestamp authority is trusted"


@pytest.mark.parametrize("stamp", [Stamp(), Stamp(by_key_id=True), Stamp(embeds=(ROOT.der,))])
def test_a_signer_that_nobody_knows_is_not_trusted(stamp: Stamp) -> None:
    assert "is not trusted" in problem(stamp, by=(authority(issue(AUTHORITY, None)),))


def test_a_signer_that_leads_elsewhere_is_not_trusted() -> None:
    stamp = Stamp(embeds=(SIGNER.der,))
    assert "is not trusted" in problem(stamp, by=(authority(issue(AUTHORITY, None)),))


@pytest.mark.parametrize(
    "changes",
    [{"purposes": ("code",)}, {"purposes": ("time", "code")}, {"purposes_critical": False}],
)
def test_a_signer_for_other_purposes_may_not_sign_timestamps(changes: dict[str, object]) -> None:
    odd = ROOT.issue(replace(SIGNS_TIME, **changes))  # type: ignore[arg-type]
    assert "may not sign timestamps" in problem(signer=odd, by=(authority(odd, ROOT),))


def test_a_signer_without_any_purpose_may_not_sign_timestamps() -> None:
    odd = ROOT.issue(replace(SIGNS_TIME, purposes=None))
    assert "may not sign timestamps" in problem(signer=odd, by=(authority(odd, ROOT),))


def test_a_certificate_that_was_over_proves_nothing() -> None:
    late = Stamp(at=SIGNED + YEAR + timedelta(days=30))
    assert "the certificate CN=stamps was not valid" in problem(late)


def test_an_embedded_certificate_that_cannot_be_read_is_passed_over() -> None:
    odd = replace(SIGNS_TIME, subject="odd", extensions=())
    broken = ROOT.issue(odd).der.replace(b"\x55\x04\x03", b"\x55\x04\x83", 1)
    token = timestamp(MESSAGE, SIGNER, Stamp(embeds=(broken,)))
    assert isinstance(verify_timestamp(token, MESSAGE, [TRUSTED]), VerifiedTime)


@pytest.mark.parametrize("raw", [b"", b"no token", b"0\x00", timestamp(MESSAGE, SIGNER)[:-9]])
def test_what_is_no_token_is_refused(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parse_token(raw)
    assert isinstance(verify_timestamp(raw, MESSAGE, [TRUSTED]), TimestampProblem)


def test_content_that_is_not_signed_is_refused() -> None:
    plain = bytes.fromhex("300b06092a864886f70d010701")  # ContentInfo of type data
    with pytest.raises(ParseError, match="no signed data"):
        parse_token(plain)


def test_a_token_that_is_too_long_is_not_read() -> None:
    with pytest.raises(LimitExceeded):
        parse_token(bytes(MAX_TOKEN_BYTES + 1))


def test_it_tells_what_a_token_says() -> None:
    token = parse_token(timestamp(MESSAGE, SIGNER))
    assert (token.at, token.policy, token.serial) == (SIGNED, "1.2.3.4", "7")
