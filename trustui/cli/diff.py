"""`trustui diff tuf`: what two versions of a role change for trust."""

import argparse
import re
import sys
from pathlib import Path

import msgspec

from trustui.cli.arguments import Unusable
from trustui.cli.pictures.changes import show_diff
from trustui.cli.terminal import style_for
from trustui.core.diff import compare
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.limits import TufLimits
from trustui.core.primitives.text import visible
from trustui.crawl.files import is_there, read_file
from trustui.crawl.registry import open_source
from trustui.crawl.source import Options

_VERSION = re.compile(r"(.+)@([1-9][0-9]{0,17})", re.DOTALL)


class _ReadError(Exception):
    """One of the two documents cannot be had or read; exit status 1."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`diff tuf A B`."""
    parser = verbs.add_parser("diff", help="say what two versions of a role change for trust")
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    tuf = kinds.add_parser("tuf", help="two documents of one TUF role; neither is verified")
    for name, words in (("old", "the older"), ("new", "the newer")):
        tuf.add_argument(
            name,
            metavar="A" if name == "old" else "B",
            help=f"{words} document: a metadata file, or LOCATION@VERSION",
        )
    tuf.add_argument(
        "--role", metavar="ROLE", default="root", help="of LOCATION@VERSION (default: root)"
    )
    tuf.add_argument(
        "--allow-address",
        metavar="HOST",
        action="append",
        default=[],
        help="a private or loopback host that may be asked; repeatable",
    )
    tuf.add_argument("--json", action="store_true", help="a JSON array on standard output")
    tuf.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the changes; 0, or 1 when one of the documents cannot be read."""
    try:
        old, new = (_metadata(text, arguments) for text in (arguments.old, arguments.new))
    except _ReadError as error:
        print(f"trustui: {error}", file=sys.stderr)
        return 1
    try:
        changes = compare(old, new)
    except ValueError as error:
        raise Unusable(str(error)) from error
    if arguments.json:
        sys.stdout.buffer.write(msgspec.json.encode(changes) + b"\n")
    else:
        for line in show_diff(changes, style_for(sys.stdout)):
            print(line)
    return 0


def _metadata(text: str, arguments: argparse.Namespace) -> Metadata:
    """The document that an argument names. Raises _ReadError, Unusable."""
    found = _document(text, arguments)
    if isinstance(found, Problem):
        raise _ReadError(f"{visible(text, 300)} cannot be read: {visible(found.because)}")
    try:
        return parse(found)
    except ParseError as error:
        because = visible(error.because)
        raise _ReadError(f"{visible(text, 300)} is no TUF metadata: {because}") from error


def _document(text: str, arguments: argparse.Namespace) -> Document | Problem:
    """A file of that name comes first: an `@` may stand in it."""
    match = _VERSION.fullmatch(text)
    if is_there(Path(text)) or match is None:
        return read_file(Path(text), TufLimits().targets_bytes)
    location, version = match.groups()
    try:
        source = open_source(location, Options(allowed_hosts=frozenset(arguments.allow_address)))
    except (LookupError, ValueError) as error:
        raise Unusable(str(error)) from error
    try:
        return source.version(arguments.role, int(version))
    finally:
        source.close()
