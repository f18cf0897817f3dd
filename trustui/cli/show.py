"""`trustui show tuf`: the delegation tree, the expiries, the keys, who can sign for a path."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from trustui.cli.arguments import add_place
from trustui.cli.pictures.keys import show_keys
from trustui.cli.pictures.timeline import show_expiries, show_timeline
from trustui.cli.pictures.tree import show_tree
from trustui.cli.pictures.walk import show_who_can_sign
from trustui.cli.places import Verified, source_of, verify_place
from trustui.cli.terminal import Style, style_for
from trustui.core.errors import ParseError
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.repository import AnchorOrigin, Repository
from trustui.core.graph import delegation_tree, who_can_sign
from trustui.core.impact import impact_of_each
from trustui.core.primitives.text import visible
from trustui.core.timeline import Expiry, Timeline, expiries, next_expiries
from trustui.crawl.source import Source

Dated = tuple[str, Metadata, datetime | None]


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`show tuf LOCATION --tree | --timeline | --keys | --who-can-sign PATH`."""
    parser = verbs.add_parser("show", help="show who may sign what, with which keys, until when")
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    tuf = kinds.add_parser("tuf", help="a TUF repository")
    add_place(tuf)
    what = tuf.add_mutually_exclusive_group(required=True)
    what.add_argument("--tree", action="store_true", help="who delegates to whom, and how it is")
    what.add_argument("--timeline", action="store_true", help="expiries, lapses, what comes next")
    what.add_argument("--keys", action="store_true", help="every key, and what its loss would mean")
    what.add_argument("--who-can-sign", metavar="PATH", help="the roles that a client asks for it")
    tuf.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for; 0, or 1 when there is not even a root to show."""
    at = arguments.at or datetime.now(UTC)
    paths = () if arguments.who_can_sign is None else (arguments.who_can_sign,)
    with source_of(arguments) as source:
        verified = verify_place(arguments, source, paths)
        repository = verified.repository
        if repository.root is None:
            print(f"trustui: {_why_no_root(verified)}", file=sys.stderr)
            return 1
        if arguments.json:
            sys.stdout.buffer.write(msgspec.json.encode(_value(arguments, verified, source, at)))
            sys.stdout.buffer.write(b"\n")
        else:
            for line in _lines(arguments, verified, source, at, style_for(sys.stdout)):
                print(line)
    return 0


def _why_no_root(verified: Verified) -> str:
    first = verified.trace.first_failing
    return "there is no root to start from" if first is None else visible(first.because, 1000)


def _value(
    arguments: argparse.Namespace, verified: Verified, source: Source, at: datetime
) -> object:
    """What the lines say, as a value of core."""
    repository = verified.repository
    if arguments.tree:
        return delegation_tree(repository, verified.trace)
    if arguments.keys:
        return [{"key": usage, "impact": found} for usage, found in impact_of_each(repository)]
    if arguments.timeline:
        timeline, following = _times(repository, source, at)
        return {"timeline": timeline, "next": following}
    return who_can_sign(repository, arguments.who_can_sign)


def _lines(
    arguments: argparse.Namespace, verified: Verified, source: Source, at: datetime, style: Style
) -> Iterator[str]:
    repository = verified.repository
    yield from _nobody_vouches(repository, style)
    if arguments.tree:
        yield from show_tree(repository, verified.trace, style)
    elif arguments.keys:
        yield from show_keys(repository, style)
    elif arguments.timeline:
        timeline, following = _times(repository, source, at)
        yield from show_timeline(timeline, style)
        yield ""
        yield from show_expiries(following, at, style)
    else:
        yield from show_who_can_sign(who_can_sign(repository, arguments.who_can_sign), style)


def _nobody_vouches(repository: Repository, style: Style) -> Iterator[str]:
    """All that is shown rests on the root; without a pinned one, on the place's own word."""
    if repository.question.anchor.origin is AnchorOrigin.NOBODY:
        text = "Nobody has pinned a root: this is what the place says of itself (--root FILE)."
        yield from (style.faint(line) for line in style.paragraph(text))


def _times(
    repository: Repository, source: Source, at: datetime
) -> tuple[Timeline, tuple[Expiry, ...]]:
    """Every version that the place keeps; where it keeps none, what was read of it."""
    past = list(_past(source)) or list(_present(repository))
    return expiries(past, at), next_expiries(repository, at)


def _past(source: Source) -> Iterator[Dated]:
    for role, document in source.versions():
        try:
            yield role, parse(document), document.seen_at
        except ParseError:
            continue  # `verify` says what is wrong with it; it has no dates to draw


def _present(repository: Repository) -> Iterator[Dated]:
    top = {
        "timestamp": repository.timestamp,
        "snapshot": repository.snapshot,
    }
    yield from (("root", root, None) for root in repository.roots)
    for role, metadata in {**top, **repository.roles}.items():
        if metadata is not None:
            yield role, metadata, None
