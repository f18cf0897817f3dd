"""From arguments to a question that core can answer: the place, the anchor, what was kept."""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from trustui.cli.arguments import Unusable
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question, Repository
from trustui.core.formats.tuf.verify import verify
from trustui.core.limits import TufLimits
from trustui.core.primitives.text import visible
from trustui.core.trace import Trace, collect, trace
from trustui.crawl.client_state import load_state, save_state
from trustui.crawl.files import read_file
from trustui.crawl.registry import open_source
from trustui.crawl.source import Options, Source

MAX_SUBJECT = 4096
"""Characters of a location that are shown; the longest path that Linux takes."""


class Verified(msgspec.Struct, frozen=True):
    """A place that was verified: what was asked, what came of it."""

    trace: Trace
    repository: Repository


@contextmanager
def source_of(arguments: argparse.Namespace) -> Iterator[Source]:
    """The source that the arguments name, closed afterwards. Raises Unusable."""
    hosts = frozenset(arguments.allow_address)
    try:
        source = open_source(arguments.location, Options(at=arguments.at, allowed_hosts=hosts))
    except (LookupError, ValueError) as error:
        raise Unusable(str(error)) from error
    try:
        yield source
    finally:
        source.close()


def verify_place(
    arguments: argparse.Namespace,
    source: Source,
    paths: tuple[str, ...] = (),
    artifact: Document | Problem | None = None,
) -> Verified:
    """Verify a source as the arguments ask."""
    at = arguments.at or datetime.now(UTC)
    valid_at = arguments.valid_at or at
    state = load_state(Path(arguments.state)) if arguments.state else {}
    anchor = _anchor(arguments, source, state.pop("root", None))
    question = Question(anchor, valid_at, {**source.trusted_before(), **state})
    events, repository = collect(verify, question, source.ask, paths, artifact)
    return Verified(trace(visible(source.location, MAX_SUBJECT), at, valid_at, events), repository)


def _anchor(arguments: argparse.Namespace, source: Source, kept: Document | None) -> Anchor:
    """The root to start from: the newer of the pinned and the kept one, or the place's own."""
    if arguments.root:
        given = read_file(Path(arguments.root), TufLimits().root_bytes)
        if kept is not None and _version(kept) > _version(given):
            return Anchor(kept, AnchorOrigin.KEPT)
        return Anchor(given, AnchorOrigin.PINNED)
    if kept is not None:
        return Anchor(kept, AnchorOrigin.KEPT)
    chosen = AnchorOrigin.FIRST_USE if arguments.trust_first_root else AnchorOrigin.NOBODY
    return Anchor(source.first_root(), chosen)


def _version(root: Document | Problem) -> int:
    """The version of a root that can be read, else one so high that it is looked at after all."""
    try:
        return parse(root).version if isinstance(root, Document) else 2**63
    except ParseError:
        return 2**63


def keep_state(arguments: argparse.Namespace, trusted: Mapping[str, Document]) -> str | None:
    """Save what may be trusted from now on; gives what went wrong, if something did."""
    if not arguments.state:
        return None
    try:
        save_state(Path(arguments.state), trusted)
    except OSError as error:
        return f"the state could not be kept in {arguments.state}: {error.strerror or error}"
    return None
