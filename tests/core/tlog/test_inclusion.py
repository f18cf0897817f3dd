"""Checkpoints and the paths to them."""

import msgspec
import pytest

from tests.simulators.sigstore_stack import make_bundle, stack
from trustui.core.pki.authorities import Log
from trustui.core.pki.keys import load_key
from trustui.core.pki.times import Window
from trustui.core.primitives.signed_note import TreeHead
from trustui.core.tlog.entries import InclusionProof, LogEntry, parse_entry
from trustui.core.tlog.inclusion import LogProblem, check_checkpoint, check_proof, find_log
from trustui.demo.images.bundles import Plan
from trustui.demo.images.certifying import spki
from trustui.demo.images.stack import RekorLog


def known(log: RekorLog) -> Log:
    return Log(f"https://{log.host}", log.log_id, load_key(spki(log.key)), Window())


TILES, REKOR = known(stack().tiles), known(stack().rekor)


def entry(*, first_generation: bool) -> LogEntry:
    bundle = make_bundle(Plan(first_generation=first_generation))
    return parse_entry(bundle["verificationMaterial"]["tlogEntries"][0])


def proof_of(one: LogEntry) -> InclusionProof:
    assert one.proof is not None
    return one.proof


NEW, OLD = entry(first_generation=False), entry(first_generation=True)
NOTE = proof_of(NEW).checkpoint


def problem(envelope: str, log: Log = TILES, *, is_strict: bool = True) -> LogProblem:
    found = check_checkpoint(envelope, log, is_strict=is_strict)
    assert isinstance(found, LogProblem)
    return found


def test_a_log_is_found_by_its_id() -> None:
    assert find_log([REKOR, TILES], TILES.log_id) is TILES
    assert find_log([REKOR], TILES.log_id) is None


@pytest.mark.parametrize(
    ("one", "log", "is_strict"), [(NEW, TILES, True), (OLD, REKOR, False)], ids=["tiles", "first"]
)
def test_an_entry_is_in_its_log(one: LogEntry, log: Log, is_strict: bool) -> None:
    head = check_checkpoint(proof_of(one).checkpoint, log, is_strict=is_strict)
    assert isinstance(head, TreeHead)
    assert check_proof(proof_of(one), one.body, head) is None


def test_the_first_generation_adds_a_number_to_its_name() -> None:
    found = problem(proof_of(OLD).checkpoint, REKOR)
    assert found.because == "the checkpoint is of another log"


@pytest.mark.parametrize(
    ("envelope", "words"),
    [
        ("no note", "cannot be read"),
        ("tiles.acme.example\n3\n\n\u2014 tiles.acme.example AAAAAAAA\n", "cannot be read"),
        (NOTE.replace("tiles.acme.example\n3", "other.example\n3"), "of another log"),
        (NOTE.replace("\u2014 tiles.", "\u2014 other."), "no signature of the checkpoint"),
        (NOTE.replace("\n3\n", "\n4\n"), "does not verify"),
    ],
)
def test_a_checkpoint_that_is_not_the_logs_proves_nothing(envelope: str, words: str) -> None:
    assert words in problem(envelope).because


def test_witnesses_are_passed_over() -> None:
    witnessed = f"{NOTE}\u2014 witness.example AAAAAAAAAAAA\n"
    assert isinstance(check_checkpoint(witnessed, TILES, is_strict=True), TreeHead)


def test_a_path_from_another_entry_proves_nothing() -> None:
    head = check_checkpoint(NOTE, TILES, is_strict=True)
    assert isinstance(head, TreeHead)
    assert check_proof(proof_of(NEW), b"another body", head) is not None
    moved = msgspec.structs.replace(proof_of(NEW), log_index=0)
    assert check_proof(moved, NEW.body, head) is not None
