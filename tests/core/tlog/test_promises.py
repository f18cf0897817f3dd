"""Signed entry timestamps."""

import msgspec
import pytest

from tests.simulators.sigstore_stack import make_bundle, stack
from trustui.core.pki.authorities import Log
from trustui.core.pki.keys import load_key
from trustui.core.pki.times import Window
from trustui.core.tlog.entries import parse_entry
from trustui.core.tlog.promises import promise_holds
from trustui.demo.images.bundles import Plan
from trustui.demo.images.certifying import MINUTE, SIGNED, new_key, spki

REKOR = stack().rekor
LOG = Log(f"https://{REKOR.host}", REKOR.log_id, load_key(spki(REKOR.key)), Window())
ENTRY = parse_entry(
    make_bundle(Plan(first_generation=True))["verificationMaterial"]["tlogEntries"][0]
)


def test_the_logs_promise_holds() -> None:
    assert promise_holds(ENTRY, LOG)


@pytest.mark.parametrize(
    "changes",
    [
        {"integrated_time": SIGNED + MINUTE},
        {"integrated_time": None},
        {"promise": None},
        {"promise": b"another"},
        {"log_index": 99},
        {"log_id": b"another"},
        {"body": b"{}"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_it_covers_everything_that_the_entry_says(changes: dict[str, object]) -> None:
    assert not promise_holds(msgspec.structs.replace(ENTRY, **changes), LOG)


def test_another_logs_key_did_not_promise() -> None:
    other = msgspec.structs.replace(LOG, key=load_key(spki(new_key())))
    assert not promise_holds(ENTRY, other)
