"""`trustui verify blob`: a file and its detached signature by Notation."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from trustui.cli.arguments import instant
from trustui.cli.verify_notation import add_notation, asking, conclude, metadata_of
from trustui.core.images.notation.blob import verify_notation_blob
from trustui.core.images.notation.question import BlobQuestion
from trustui.core.limits import MIB
from trustui.core.oci.requests import MAX_BLOB
from trustui.core.pki.revocation import Evidence
from trustui.core.trace import collect
from trustui.crawl.files import read_file
from trustui.crawl.notation_configuration import read_configuration

MAX_FILE = 1024 * MIB
"""Bytes of a file that is read whole."""


def add_kind(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`verify blob FILE --signature FILE --notation-config DIR …`."""
    blob = kinds.add_parser("blob", help="a file and its detached signature by Notation")
    blob.add_argument("file", metavar="FILE", help="the file that should be signed")
    blob.add_argument(
        "--signature",
        metavar="FILE",
        required=True,
        help="its signature, usually NAME.jws.sig or NAME.cose.sig",
    )
    add_notation(blob, needed=True)
    blob.add_argument(
        "--statement", metavar="NAME", help="the statement that applies (default: the global one)"
    )
    blob.add_argument(
        "--media-type", metavar="TYPE", default="", help="what the file must be signed as"
    )
    blob.add_argument(
        "--at", metavar="INSTANT", type=instant, help="the instant that decides (default: now)"
    )
    blob.add_argument("--json", action="store_true", help="one JSON object on standard output")
    blob.add_argument("--every-step", action="store_true", help="print the steps of form too")
    blob.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the verdict; gives the exit status."""
    arguments.at = arguments.at or datetime.now(UTC)
    with asking(arguments) as evidence:
        events, verdict = collect(verify_notation_blob, _question(arguments, evidence))
    return conclude(arguments, "blob", arguments.file, events, verdict)


def _question(arguments: argparse.Namespace, evidence: Evidence) -> BlobQuestion:
    signature = Path(arguments.signature)
    return BlobQuestion(
        signature=read_file(signature, MAX_BLOB),
        signature_name=signature.name,
        blob=read_file(Path(arguments.file), MAX_FILE),
        configuration=read_configuration(Path(arguments.notation_config)),
        at=arguments.at,
        evidence=evidence,
        statement=arguments.statement,
        media_type=arguments.media_type,
        metadata=metadata_of(arguments),
    )
