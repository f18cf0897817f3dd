"""`trustui import`: take over the past of a source, which somebody else kept."""

import argparse
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from trustui.core.facts import Problem
from trustui.core.primitives.text import counted, visible
from trustui.crawl.registry import SOURCES
from trustui.crawl.source import Options, Seen
from trustui.inventory.importing import ImportReport, import_past
from trustui.inventory.models import Source
from trustui.operate.arguments import (
    Failed,
    Refused,
    add_json,
    add_person,
    person_of,
    progress,
    progress_ends,
    source_named,
    tell,
)
from trustui.pipeline import follow
from trustui.verdicts.past import conclude_past, noting_forms

KINDS_WITH_A_PAST = ("history", "git")
_SHOWN = 10
_EVERY = 100
"""Documents between two lines of progress."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`import PATH --source NAME`."""
    parser = verbs.add_parser(
        "import", help="take over the past of a source from a history folder or a git repository"
    )
    parser.add_argument(
        "path", metavar="PATH", help="a history folder, or a local git repository of metadata"
    )
    parser.add_argument(
        "--source",
        metavar="NAME",
        required=True,
        help="whose past it is; `trustui source add` adds it first",
    )
    parser.add_argument("--branch", metavar="NAME", default="", help="of git (default: HEAD's)")
    parser.add_argument(
        "--folder", metavar="PATH", default="", help="of the metadata in git (default: found)"
    )
    add_person(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: all of it was read; 1: something of it could not be read, or it has no past."""
    source, person = source_named(arguments.source), person_of(arguments)
    forms: dict[tuple[str, str], int] = {}
    report = _imported(source, arguments, person.actor, forms)
    if not report.documents:
        because = report.problems[0].because if report.problems else "it is empty"
        raise Failed(f"{arguments.path} has no past that can be read: {because}")
    verdicts = conclude_past(
        source.pk,
        now=datetime.now(UTC),
        other_forms=forms,
        progress=lambda done, total: progress(f"verdicts: {done:,} of {total:,} publications"),
    )
    follow(datetime.now(UTC))
    progress_ends()
    answer = {
        "source": source.name,
        "documents": report.documents,
        "new": report.sightings,
        "role_versions": report.role_versions,
        "verdicts": verdicts,
        "problems": [
            {"location": visible(one.location), "because": visible(one.because)}
            for one in report.problems
        ],
    }
    tell(arguments, answer, _lines(source, report, verdicts))
    return 1 if report.problems else 0


def _imported(
    source: Source, arguments: argparse.Namespace, actor: str, forms: dict[tuple[str, str], int]
) -> ImportReport:
    # A person names the path on the machine itself, so that no local root has to allow it.
    options = Options(branch=arguments.branch, folder=arguments.folder)
    location = str(Path(arguments.path).absolute())
    kind = next((kind for kind in SOURCES if kind.recognizes(location)), None)
    if kind is None or kind.name not in KINDS_WITH_A_PAST:
        found = "nothing that is known" if kind is None else f"a place of the kind {kind.name}"
        raise Refused(
            f"expected a history folder or a git repository, found {found} at {arguments.path}"
        )
    place = kind.open(location, options)
    try:
        past = noting_forms(_told(place.past()), forms)
        return import_past(source=source, seen=past, now=datetime.now(UTC), actor=actor)
    finally:
        place.close()


def _told(past: Iterable[Seen | Problem]) -> Iterator[Seen | Problem]:
    for number, one in enumerate(past, start=1):
        if number % _EVERY == 0:
            progress(f"read {number:,} documents")
        yield one


def _lines(source: Source, report: ImportReport, verdicts: int) -> Iterator[str]:
    yield (
        f"{source.name}: {counted(report.documents, 'document')}, {report.sightings:,} of them new; "
        f"{counted(verdicts, 'new verdict')} about then"
    )
    if source.anchor is None and verdicts:
        yield "no root is pinned, so none of it is verified; `trustui source pin` says whom to trust"
    for one in report.problems[:_SHOWN]:
        yield f"cannot be read: {one.location}: {one.because}"
    if len(report.problems) > _SHOWN:
        yield f"and {len(report.problems) - _SHOWN:,} more"
