"""What formats with rules of their own learn from a timestamp: accuracy, chain, certificate."""

from dataclasses import replace
from datetime import timedelta

import pytest

from trustui.core.errors import ParseError
from trustui.core.pki.authorities import Authority
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.times import Window
from trustui.core.pki.timestamps import Countersignature, parse_token, verify_countersignature
from trustui.demo.images.certifying import AUTHORITY, SIGNED, YEAR, Stamp, Wish, issue, timestamp

MESSAGE = b"a signature"
ROOT = issue(replace(AUTHORITY, subject="stamp root"), None)
SIGNER = ROOT.issue(
    Wish("stamps", SIGNED - YEAR, SIGNED + YEAR, purposes=("time",), purposes_critical=True)
)
TRUSTED = Authority("", (parse_certificate(ROOT.der),), Window())
BASELINE = "0.4.0.2023.1.1"


def countersignature(stamp: Stamp) -> Countersignature:
    token = timestamp(MESSAGE, SIGNER, replace(stamp, embeds=(SIGNER.der,)))
    found = verify_countersignature(token, MESSAGE, [TRUSTED])
    assert isinstance(found, Countersignature)
    return found


@pytest.mark.parametrize(
    ("stamp", "accuracy"),
    [
        (Stamp(), timedelta()),
        (Stamp(accuracy=(1, 2, 3)), timedelta(seconds=1, milliseconds=2, microseconds=3)),
        (Stamp(policy=BASELINE), timedelta(seconds=1)),
        (Stamp(policy=BASELINE, accuracy=(0, 5, 0)), timedelta(milliseconds=5)),
    ],
)
def test_the_accuracy_is_what_the_token_states_or_its_policy_promises(
    stamp: Stamp, accuracy: timedelta
) -> None:
    assert countersignature(stamp).accuracy == accuracy


def test_an_accuracy_of_more_than_a_day_proves_no_time() -> None:
    with pytest.raises(ParseError, match="the accuracy of the timestamp is no span"):
        parse_token(timestamp(MESSAGE, SIGNER, Stamp(accuracy=(86_401, 0, 0))))


def test_the_chain_leads_from_the_signer_to_what_is_trusted() -> None:
    chain = countersignature(Stamp()).chain
    assert [one.der for one in chain.certificates] == [SIGNER.der, ROOT.der]


def test_only_a_hash_that_binds_names_the_certificate() -> None:
    assert countersignature(Stamp()).names_certificate
    assert not countersignature(Stamp(names_certificate=False)).names_certificate
    assert not countersignature(Stamp(other_digest=True)).names_certificate
