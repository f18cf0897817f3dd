"""`trustui backup` and `trustui restore`: the whole database, while others write."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted
from trustui.events.exporting import newest_checkpoint
from trustui.events.signing_key import log_verifiers
from trustui.operate.arguments import (
    Failed,
    Refused,
    add_json,
    progress,
    progress_ends,
    tell,
)
from trustui.operate.copies import (
    Manifest,
    make_copy,
    read_checkpoint,
    read_manifest,
    restore_copy,
)
from trustui.operate.events import seal_all, verify
from trustui.web.health import missing_migrations

_PERCENT = 100


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`backup FOLDER`, `restore FOLDER`."""
    backup = verbs.add_parser("backup", help="copy the whole database while others write")
    backup.add_argument("folder", metavar="FOLDER", help="made new; nothing is overwritten")
    add_json(backup)
    backup.set_defaults(run=run_backup)
    restore = verbs.add_parser("restore", help="put a backup into an empty database")
    restore.add_argument("folder", metavar="FOLDER")
    add_json(restore)
    restore.set_defaults(run=run_restore)


def run_backup(arguments: argparse.Namespace) -> int:
    """Seal the log, then copy: so the checkpoint covers what the copy holds of it."""
    now = datetime.now(UTC)
    broken = ""
    try:
        seal_all(now)
    except Failed as error:
        broken = str(error)
    manifest = make_copy(
        Path(arguments.folder),
        checkpoint=newest_checkpoint() or "",
        log_keys=tuple(str(key) for key in log_verifiers()),
        now=now,
        progress=_percent("copied"),
    )
    progress_ends()
    size = sum(file.size for file in manifest.files)
    lines = [
        f"{arguments.folder}: {size:,} bytes of {manifest.database} as of {write_instant(now)}",
        "the log's private key is not in it: keep that apart (docs/operate/commands.md)",
    ]
    answer = {**msgspec.to_builtins(manifest), "folder": arguments.folder, "log": broken or "whole"}
    tell(arguments, answer, [*([broken] if broken else []), *lines])
    return 1 if broken else 0


def run_restore(arguments: argparse.Namespace) -> int:
    """0: it is back, and its log is what the checkpoint in the folder says."""
    folder = Path(arguments.folder)
    manifest = read_manifest(folder)
    _check_keys(manifest)
    restore_copy(folder, manifest, _percent("restored"))
    progress_ends()
    checkpoint = read_checkpoint(folder)
    report = verify([checkpoint] if checkpoint else [])
    missing = missing_migrations()
    lines = [f"restored the copy of {write_instant(manifest.made_at)}"]
    lines += [f"{one.what} at {one.first:,}: {one.because}" for one in report.wrong]
    if report.is_whole:
        lines.append(f"its log is whole: {counted(report.rows, 'event')}")
    if missing:
        lines.append(f"it lacks {counted(len(missing), 'migration')}: run `trustui migrate` now")
    answer = {
        "made_at": write_instant(manifest.made_at),
        "events": report.rows,
        "log_is_whole": report.is_whole,
        "wrong": [msgspec.to_builtins(one) for one in report.wrong],
        "missing_migrations": missing,
    }
    tell(arguments, answer, lines)
    return 0 if report.is_whole else 1


def _check_keys(manifest: Manifest) -> None:
    """Before anything is written: without its keys nobody can say whether the log is genuine."""
    known = {str(key) for key in log_verifiers()}
    unknown = [key for key in manifest.log_keys[:1] if key not in known]
    if unknown:
        raise Refused(
            f"the log of this copy is signed with the key {unknown[0]}, which this machine does "
            "not know. Put the private key back (TRUSTUI_LOG_KEY or log.key); or, if it is lost "
            "and you know this public key to be right, set TRUSTUI_LOG_KEY to a new private key, "
            "a space, and this public key"
        )


def _percent(done_what: str) -> Callable[[int, int], None]:
    """Tells each percent once."""
    told = -1

    def tell_percent(done: int, total: int) -> None:
        nonlocal told
        percent = _PERCENT * done // max(total, 1)
        if percent > told:
            told = percent
            progress(f"{done_what} {percent} %")

    return tell_percent
