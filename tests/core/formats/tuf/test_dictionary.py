"""What the format offers to all others."""

import pytest

from tests.vectors.tuf.builders import delegating
from trustui.core.facts import Document
from trustui.core.formats.tuf import FORMAT, recognizes
from trustui.core.formats.tuf.metadata import Metadata

# The steps of the client workflow (TUF 1.0.34 §5), as the dictionary of checks names them.
OF_THE_WORKFLOW = """
    clock.fixed_start
    root.initial.load root.anchor root.initial.self_signed root.initial.expiry_ignored
    root.fetch.next root.fetch.end root.fetch.length root.chain.max_rotations
    root.chain.threshold_old root.chain.threshold_new root.rollback.version root.persist
    root.freeze.expired root.recovery.keys_rotated root.consistent_snapshot
    timestamp.fetch timestamp.fetch.length timestamp.signature.threshold
    timestamp.rollback.version timestamp.unchanged timestamp.rollback.snapshot_version
    timestamp.freeze.expired
    snapshot.fetch snapshot.fetch.length snapshot.hash snapshot.signature.threshold
    snapshot.version.match snapshot.rollback.targets_version snapshot.rollback.role_removed
    snapshot.freeze.expired
    targets.not_in_snapshot targets.fetch targets.fetch.length targets.hash
    targets.signature.threshold targets.version.match targets.freeze.expired
    delegation.not_in_snapshot delegation.fetch delegation.fetch.length delegation.hash
    delegation.signature.threshold delegation.version.match delegation.freeze.expired
    delegation.path.match delegation.path_hash.match delegation.succinct.bin
    delegation.cycle delegation.max_roles delegation.terminating delegation.broken_stops_search
    target.found target.shadowed target.name target.length target.hash
    fetch.slow equivocation
"""
OF_THE_FORM = """
    meta.parse meta.schema meta.type meta.spec_version meta.version.positive meta.length
    meta.hashes meta.expires.format meta.threshold.positive meta.threshold.reachable
    meta.keyids.unique meta.role_name meta.delegation.paths meta.succinct
    key.parse key.scheme.supported key.rsa.min_2048 key.keyid.hash
    sig.keyid.unique sig.empty sig.unknown_keyid sig.invalid sig.key.counted_once
"""


def test_it_declares_every_check_of_the_dictionary_and_no_other() -> None:
    assert {check.id for check in FORMAT.checks} == {
        f"tuf.{name}" for name in (OF_THE_WORKFLOW + OF_THE_FORM).split()
    }


def test_every_finding_is_a_lint() -> None:
    assert [name for name in FORMAT.findings if not name.startswith("tuf.lint.")] == []


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets", "team"])
def test_it_recognizes_and_reads_every_kind_of_document(role: str) -> None:
    document = Document("somewhere", delegating().document(role))
    assert recognizes(document)
    assert isinstance(FORMAT.parse(document), Metadata)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"{}",
        b'{"signed": {"_type": "Root"}, "signatures": []}',  # Notary v1 and Uptane
        b'{"payload": "", "payloadType": "application/vnd.in-toto+json", "signatures": []}',
    ],
)
def test_it_does_not_recognize_other_formats(body: bytes) -> None:
    assert not recognizes(Document("somewhere", body))
