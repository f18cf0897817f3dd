"""`trustui rebuild`: make everything that is searched again from the stored bytes."""

import argparse

import msgspec

from trustui.core.primitives.text import counted
from trustui.inventory.rebuilding import rebuild
from trustui.operate.arguments import add_json, progress, progress_ends, tell


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`rebuild`."""
    parser = verbs.add_parser(
        "rebuild", help="make everything that is searched again from the stored bytes"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Delete all projections and make them again, in one transaction."""
    rebuilt = rebuild(lambda done, total, what: progress(f"{done:,} of {total:,} {what}"))
    progress_ends()
    said = (
        f"{counted(rebuilt.documents, 'document')} read, "
        f"{counted(rebuilt.role_versions, 'version')} of {counted(rebuilt.roles, 'role')} made"
    )
    tell(arguments, msgspec.to_builtins(rebuilt), [said])
    return 0
