"""`trustui events`: verify, sign and export the log of what happened (docs/events.md)."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.db.models import Max

from trustui.core.errors import ParseError
from trustui.core.facts import Problem
from trustui.core.primitives.signed_note import parse_note, parse_tree_head
from trustui.core.primitives.text import counted, visible
from trustui.crawl.files import read_file
from trustui.events.checking import Report, check_log
from trustui.events.exporting import exported, newest_checkpoint
from trustui.events.models import Event
from trustui.events.sealing import LogBroken, seal
from trustui.events.signing_key import log_signer, log_verifiers, new_key
from trustui.operate.arguments import (
    Failed,
    Refused,
    add_json,
    progress,
    progress_ends,
    tell,
)

LONGEST_NOTE = 64 * 1024
"""Bytes of a checkpoint in a file; ours have some 200."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`events verify|checkpoint|export|key`."""
    parser = verbs.add_parser("events", help="verify, sign and export the log of what happened")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    verify = acts.add_parser("verify", help="was the log edited, cut off or made anew?")
    verify.add_argument(
        "--against",
        metavar="FILE",
        action="append",
        default=[],
        help="a checkpoint that was kept elsewhere; repeatable",
    )
    add_json(verify)
    verify.set_defaults(run=run_verify)
    checkpoint = acts.add_parser("checkpoint", help="the newest signed checkpoint, to be kept")
    checkpoint.add_argument(
        "--seal", action="store_true", help="seal what happened until now before that"
    )
    add_json(checkpoint)
    checkpoint.set_defaults(run=run_checkpoint)
    export = acts.add_parser("export", help="the sealed events, one JSON object a line")
    export.add_argument(
        "--from", dest="start", metavar="N", type=position, default=0, help="position to begin at"
    )
    export.add_argument("--json", action="store_true", help="it is so already")
    export.set_defaults(run=run_export)
    key = acts.add_parser("key", help="the public key that checkpoints are verified with")
    key.add_argument(
        "--new", action="store_true", help="print a new private key for TRUSTUI_LOG_KEY instead"
    )
    add_json(key)
    key.set_defaults(run=run_key)


def position(text: str) -> int:
    """A position in the log."""
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(2**63))):
        raise argparse.ArgumentTypeError(f"expected a position, found {text!r}")
    return int(text)


def run_verify(arguments: argparse.Namespace) -> int:
    """0: nothing is wrong; 1: something is, and what."""
    given = [_note(Path(name)) for name in arguments.against]
    report = verify(given)
    answer = {**msgspec.to_builtins(report), "is_whole": report.is_whole, "unsealed": _unsealed()}
    tell(arguments, answer, _lines(report))
    return 0 if report.is_whole else 1


def verify(given: Sequence[str]) -> Report:
    """Check the stored log, with progress. Raises Refused for what is no checkpoint."""
    try:
        report = check_log(
            log_verifiers(), given, lambda done, total: progress(f"{done:,} of {total:,} events")
        )
    except ParseError as error:
        raise Refused(f"this is no checkpoint: {error.because}") from error
    progress_ends()
    return report


def _note(path: Path) -> str:
    document = read_file(path, LONGEST_NOTE)
    if isinstance(document, Problem):
        raise Refused(f"{visible(str(path))} cannot be read: {document.because}")
    try:
        note = document.body.decode("utf-8")
        parse_tree_head(parse_note(note).text)
    except (UnicodeDecodeError, ParseError) as error:
        because = error.because if isinstance(error, ParseError) else "it is no UTF-8"
        raise Refused(f"{visible(str(path))} is no checkpoint: {because}") from error
    return note


def _unsealed() -> int:
    return Event.objects.filter(position__isnull=True).count()


def _lines(report: Report) -> list[str]:
    found = "nothing is wrong" if report.is_whole else "it is NOT what it was"
    of_its_own = counted(report.checkpoints, "checkpoint")
    given = counted(len(report.compared), "given checkpoint")
    rows = counted(report.rows, "event")
    lines = [f"{rows}, {of_its_own} of its own and {given} compared: {found}"]
    lines += [f"{one.what} {_where(one.first, one.last)}: {one.because}" for one in report.wrong]
    if report.more:
        lines.append(f"and {report.more:,} more")
    return lines


def _where(first: int, last: int) -> str:
    return f"at {first:,}" if last <= first else f"at {first:,} to {last:,}"


def run_checkpoint(arguments: argparse.Namespace) -> int:
    """Print the note as it was signed, to be kept where the server cannot reach."""
    if arguments.seal:
        seal_all(datetime.now(UTC))
    note = newest_checkpoint()
    if note is None:
        raise Failed("nothing is sealed yet; --seal seals what happened until now")
    if arguments.json:
        head = parse_tree_head(parse_note(note).text)
        answer = {"origin": head.origin, "size": head.size, "root": head.root.hex(), "note": note}
        tell(arguments, answer, ())
    else:
        sys.stdout.write(note)
    return 0


def seal_all(now: datetime) -> None:
    """Give everything that was recorded its place. Raises Failed where the log is broken."""
    try:
        while seal(now, log_signer(), earlier=log_verifiers()[1:]) is not None:
            pass
    except LogBroken as error:
        raise Failed(
            f"the log is broken, nothing is signed: {error}; `trustui events verify` says more"
        ) from error


def run_export(arguments: argparse.Namespace) -> int:
    """Lines as docs/events.md describes them."""
    end = Event.objects.aggregate(last=Max("position"))["last"]
    if arguments.start > (0 if end is None else end + 1):
        raise Refused(
            f"expected a position up to {0 if end is None else end + 1:,}, "
            f"found {arguments.start:,}"
        )
    for line in exported(arguments.start):
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    return 0


def run_key(arguments: argparse.Namespace) -> int:
    """The public keys, or a new private one."""
    if arguments.new:
        signer = new_key(settings.TRUSTUI.log_origin)
        answer: dict[str, object] = {"private": signer.text, "public": str(signer.verifier)}
        tell(arguments, answer, [signer.text])
        return 0
    keys = [str(key) for key in log_verifiers()]
    tell(arguments, {"public": keys[0], "earlier": keys[1:]}, keys)
    return 0
