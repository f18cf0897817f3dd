"""Is the signature in a public log? The entry, the log's key, its promise, checkpoint and path."""

from collections.abc import Iterator
from datetime import datetime

from trustui.core.formats.sigstore_bundle.case import Case, is_second_generation
from trustui.core.pki.authorities import Log
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.signed_note import TreeHead
from trustui.core.primitives.text import visible
from trustui.core.tlog.entries import LogEntry
from trustui.core.tlog.inclusion import LogProblem, check_checkpoint, check_proof
from trustui.core.tlog.promises import promise_holds
from trustui.core.trace import Judgement, failed, noted, passed

_WAIVED = "the log was waived by whoever asked"


def judge_log_present(case: Case) -> Judgement:
    """The bundle carries an entry of a log."""
    count = len(case.bundle.entries)
    if not case.wanted.needs_log:
        return noted(_WAIVED, found=f"{count} stored")
    if not count:
        return failed(
            "the bundle carries no log entry", expected="an entry of a trusted log", found="none"
        )
    first = case.bundle.entries[0]
    return passed(
        "the bundle carries a log entry",
        found=f"index {first.log_index}, {visible(first.kind, 40)} {visible(first.version, 20)}",
    )


def judge_log_key(case: Case) -> Judgement:
    """The entry's log is one of the trusted root's, and its key was in use then."""
    if not case.wanted.needs_log:
        return noted(_WAIVED)
    if not case.logged:
        root = case.trust.trusted_root
        known = () if root is None else root.logs
        return failed(
            "the entry's log is not in the trusted root",
            expected=", ".join(
                f"{visible(log.host, 60)} {log.log_id.hex()[:16]}" for log in known[:4]
            )
            or "a trusted log",
            found=", ".join(entry.log_id.hex()[:16] for entry in case.bundle.entries[:4])
            or "no entry",
        )
    for entry, log in case.logged:
        for at in _instants(case, entry):
            if not log.window.contains(at):
                return failed(
                    f"the key of log {visible(log.host)} was not in use then",
                    expected=str(log.window),
                    found=write_instant(at),
                )
    return passed(
        "the log is trusted", found=", ".join(visible(log.host) for _, log in case.logged)
    )


def _instants(case: Case, entry: LogEntry) -> tuple[datetime, ...]:
    """When the entry was made: by its own word, or for logs without times by the timestamps."""
    if is_second_generation(entry):
        return tuple(one.at for one in case.good_stamps)
    return () if entry.integrated_time is None else (entry.integrated_time,)


def judge_promise(case: Case) -> Judgement:
    """A promise of the log, where there is one, is the log's; version 0.1 demands one."""
    if not case.wanted.needs_log:
        return noted(_WAIVED)
    held = 0
    for entry, log in case.logged:
        if entry.promise is None:
            if case.bundle.version == "0.1":
                return failed(
                    "the log entry has no promise of the log",
                    expected="a signed entry timestamp (bundle 0.1)",
                    found="none",
                )
        elif promise_holds(entry, log):
            held += 1
        else:
            return failed(
                f"the signed entry timestamp is not one of {visible(log.host)}",
                expected=f"a signature of key {log.key.fingerprint[:16]}",
                found="a signature of something else",
            )
    if not held:
        return noted("no promise is stored: the path in the log decides")
    return passed("the log promised the entry, with its time")


def judge_checkpoint(case: Case) -> Judgement:
    """The head of the log that the proof leads to is signed by the log."""
    if not case.wanted.needs_log:
        return noted(_WAIVED)
    if _promise_suffices(case):
        return noted("bundle 0.1: the log's promise stands for proof and checkpoint")
    if not all(entry.proof for entry, _ in case.logged):
        return noted("there is no inclusion proof, and so no checkpoint of one")
    for head in _heads(case):
        if isinstance(head, LogProblem):
            return failed(head.because, expected=head.expected, found=head.found)
    return passed(
        "the checkpoint is signed by the log",
        found=", ".join(visible(log.host) for _, log in case.logged),
    )


def judge_proof(case: Case) -> Judgement:
    """The path leads from the entry to the root of the checkpoint."""
    if not case.wanted.needs_log:
        return noted(_WAIVED)
    if _promise_suffices(case):
        return noted("bundle 0.1: the log's promise stands for proof and checkpoint")
    for (entry, _), head in zip(case.logged, _heads(case), strict=True):
        problem = head if isinstance(head, LogProblem) else _path_problem(entry, head)
        if problem is not None:
            return failed(problem.because, expected=problem.expected, found=problem.found)
    return passed("the Merkle path leads from the entry to the root of the checkpoint")


def _promise_suffices(case: Case) -> bool:
    """Version 0.1 may leave the proof out, for the promise that it demands."""
    return case.bundle.version == "0.1" and all(
        entry.proof is None or not entry.proof.checkpoint for entry, _ in case.logged
    )


def _heads(case: Case) -> Iterator[TreeHead | LogProblem]:
    for entry, log in case.logged:
        yield _head(entry, log)


def _head(entry: LogEntry, log: Log) -> TreeHead | LogProblem:
    if entry.proof is None:
        return LogProblem("the log entry has no inclusion proof", "an inclusion proof", "none")
    if not entry.proof.checkpoint:
        return LogProblem("the inclusion proof has no checkpoint", "a signed checkpoint", "none")
    return check_checkpoint(entry.proof.checkpoint, log, is_strict=is_second_generation(entry))


def _path_problem(entry: LogEntry, head: TreeHead) -> LogProblem | None:
    assert entry.proof is not None
    stated = entry.proof.root_hash
    if stated and stated != head.root and not is_second_generation(entry):
        return LogProblem(
            "the proof leads to another root than the checkpoint's",
            f"{head.root.hex()[:16]}…",
            f"{stated.hex()[:16]}…",
        )
    return check_proof(entry.proof, entry.body, head)
