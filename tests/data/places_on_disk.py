"""Verifying what stands in a folder through the doors that the command line uses."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.parse import parse_for_signing
from trustui.core.formats.tuf.reading import Parsed
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question, Repository
from trustui.core.formats.tuf.verify import verify
from trustui.core.limits import TufLimits
from trustui.core.trace import Outcome, Trace, collect, trace
from trustui.crawl.files import read_file
from trustui.crawl.registry import open_source
from trustui.crawl.source import Options


class Verdict(NamedTuple):
    trace: Trace
    repository: Repository

    @property
    def outcome(self) -> Outcome:
        return self.trace.outcome

    @property
    def first(self) -> str | None:
        """The id of the first failing check."""
        step = self.trace.first_failing
        return None if step is None else step.check

    @property
    def findings(self) -> set[str]:
        return {finding.id for finding in self.trace.findings}


def verified(
    location: Path,
    root: Path,
    at: datetime,
    *paths: str,
    artifact: Document | None = None,
    trusted: Mapping[str, Document] | None = None,
) -> Verdict:
    """Start from a pinned root; a history folder answers as it did at that instant.

    `trusted` is what a client has kept from before, its root included.
    """
    source = open_source(str(location), Options(at=at))
    kept = {**source.trusted_before(), **(trusted or {})}
    start: Document | Problem = kept.pop("root", None) or read_file(root, TufLimits().root_bytes)
    question = Question(Anchor(start, AnchorOrigin.PINNED), at, kept)
    events, repository = collect(verify, question, source.ask, paths, artifact)
    return Verdict(trace(source.location, at, at, events), repository)


def document(path: Path) -> Document:
    return Document(str(path), path.read_bytes())


def parsed(path: Path) -> Parsed:
    return parse_for_signing(document(path))
