"""Is an entry in the log? The checkpoint is the log's own, and the path leads to its root.

RFC 6962 §2.1.1, C2SP tlog-checkpoint. Rekor of the first generation adds a number to the origin;
tiles of the second sign in the name of the log's host.
"""

from collections.abc import Sequence

import msgspec

from trustui.core.errors import ParseError
from trustui.core.pki.authorities import Log
from trustui.core.primitives.merkle import includes, leaf_hash
from trustui.core.primitives.signed_note import NoteSignature, TreeHead, parse_note, parse_tree_head
from trustui.core.primitives.text import visible
from trustui.core.tlog.entries import InclusionProof

SECOND_GENERATION = frozenset({("hashedrekord", "0.0.2"), ("dsse", "0.0.2")})
"""Kinds that only logs of tiles take: their entries have no time, their checkpoints a strict name."""


class LogProblem(msgspec.Struct, frozen=True):
    """Why an entry, checkpoint or path proves nothing."""

    because: str
    expected: str = ""
    found: str = ""


def find_log(logs: Sequence[Log], log_id: bytes) -> Log | None:
    """The log of this id, or None."""
    return next((log for log in logs if log.log_id == log_id), None)


def check_checkpoint(envelope: str, log: Log, *, is_strict: bool) -> TreeHead | LogProblem:
    """The head that this log signed, or why there is none.

    Signatures of others, such as witnesses, are passed over. `is_strict` demands that origin and
    signature bear the log's host as their name, as logs of the second generation write them.
    """
    try:
        note = parse_note(envelope)
        head = parse_tree_head(note.text)
    except ParseError as error:
        return LogProblem(
            f"the checkpoint cannot be read: {error.because}", error.expected, error.found
        )
    if is_strict and head.origin != log.host:
        return LogProblem("the checkpoint is of another log", log.host, visible(head.origin))
    ours = [line for line in note.signatures if _may_be_by(line, log, is_strict=is_strict)]
    if not ours:
        return LogProblem(
            f"no signature of the checkpoint is one of {visible(log.host)}",
            f"{visible(log.host)}, key {log.note_id.hex()}",
            ", ".join(f"{visible(one.name, 60)} {one.key_id.hex()}" for one in note.signatures[:4]),
        )
    if not all(log.key.verifies(line.signature, note.text.encode()) for line in ours):
        return LogProblem(
            "the checkpoint's signature does not verify",
            f"a signature of key {log.key.fingerprint[:16]}",
            "a signature of something else",
        )
    return head


def _may_be_by(line: NoteSignature, log: Log, *, is_strict: bool) -> bool:
    return line.key_id == log.note_id and (not is_strict or line.name == log.host)


def check_proof(proof: InclusionProof, body: bytes, head: TreeHead) -> LogProblem | None:
    """None when the path of the proof leads from the body to the root of this head."""
    if includes(head.root, head.size, proof.log_index, leaf_hash(body), proof.hashes):
        return None
    return LogProblem(
        "the Merkle path does not lead from this entry to the checkpoint's root",
        f"root {head.root.hex()[:16]}… of {head.size:,} entries",
        f"another root from entry {proof.log_index:,} over {len(proof.hashes)} hashes",
    )
