"""Every list as CSV (RFC 4180) and as JSON: the same filters, every row, streamed.

A row is a Struct of `trustui.pages`; its fields are the columns, those of a Struct within it too.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, cast, get_args

import msgspec
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

import trustui.web.converters  # noqa: F401  the kinds of parameters that addresses below have
from trustui.accounts.needs import Need
from trustui.accounts.permissions import Act
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.pages import (
    expiries,
    exporting,
    findings,
    image_exporting,
    jobs,
    keys,
    repository,
    sources,
    verdicts,
)
from trustui.pages.due import AskedError
from trustui.pages.events import EventFilterError, EventLine
from trustui.pages.exporting import FailingRow, VersionRow
from trustui.pages.image_exporting import AttachedRow, MoveRow
from trustui.pages.images.identity import IdentityLine, SignedLine
from trustui.pages.images.policy import PolicyLine
from trustui.pages.images.registry import RepositoryLine
from trustui.pages.images.repository import TagExported
from trustui.pages.images.verdicts import ArtefactVerdictLine
from trustui.pages.paging import PagingError
from trustui.pages.visible_json import visible_json
from trustui.web.asking import Asking, Route, page

CSV, JSON = "csv", "json"
FORMS = (CSV, JSON)
_TYPES = {CSV: "text/csv; charset=utf-8", JSON: "application/json"}
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Export:
    """A list: the name and address of its page, what a row is, and where rows come from."""

    name: str
    address: str
    row: type[msgspec.Struct]
    rows: Callable[..., Iterator[msgspec.Struct] | None]
    need: Need = Act.SEE


_SOURCE = "sources/<int:source_id>/"
_IMAGE = "images/<int:repository_id>/"
_ARTEFACT = f"{_IMAGE}artefacts/<oci:oci_digest>/"
EXPORTS = (
    Export("sources", "sources/", sources.Exported, exporting.sources),
    Export("now", "now/", FailingRow, exporting.now),
    Export("expiries", "expiries/", expiries.Line, exporting.expiries),
    Export("keys", "keys/", keys.Line, exporting.keys),
    Export("findings", "findings/", findings.Line, exporting.findings),
    Export("events", "events/", EventLine, exporting.events),
    Export("jobs", "jobs/", jobs.JobLine, exporting.jobs, Act.MANAGE_JOBS),
    Export("roles", f"{_SOURCE}roles/", repository.RoleLine, exporting.roles),
    Export("timeline", f"{_SOURCE}timeline/", expiries.Line, exporting.timeline),
    Export("history", f"{_SOURCE}history/", VersionRow, exporting.history),
    Export("verdicts", f"{_SOURCE}verdicts/", verdicts.VerdictLine, exporting.verdicts),
    Export("registry", f"{_SOURCE}images/", RepositoryLine, image_exporting.registry),
    Export("images", "images/", RepositoryLine, image_exporting.images),
    Export("image-tags", f"{_IMAGE}tags/", TagExported, image_exporting.tags),
    Export("image-moves", f"{_IMAGE}tags/<int:tag_id>/", MoveRow, image_exporting.moves),
    Export("attached", f"{_ARTEFACT}attached/", AttachedRow, image_exporting.attached),
    Export(
        "artefact-verdicts", f"{_ARTEFACT}verdicts/", ArtefactVerdictLine, image_exporting.verdicts
    ),
    Export("identities", "identities/", IdentityLine, image_exporting.identities),
    Export("identity", "identities/<hex:identity_id>/", SignedLine, image_exporting.identity),
    Export("policies", "policies/", PolicyLine, image_exporting.policies),
)


def _answering(export: Export, form: str) -> Route[Any]:
    @page(get=export.need)
    def answer(request: Asking, /, **where: int | str) -> HttpResponse:
        try:
            found = export.rows(request.viewer, request.moment, request.GET.dict(), **where)
        except (AskedError, EventFilterError, PagingError) as error:
            return render(request, "errors/400.html", {"because": str(error)}, status=400)
        if found is None:
            raise Http404
        name = "-".join([export.name, *map(str, where.values())]).replace(":", "-")
        return _streamed(export, form, found, name)

    return answer


def _streamed(export: Export, form: str, rows: Iterator[msgspec.Struct], name: str) -> HttpResponse:
    parts = as_csv(export.row, rows) if form == CSV else as_json(rows)
    answer = StreamingHttpResponse(parts, content_type=_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return cast("HttpResponse", answer)  # Django's streams share only its private base


ROUTES: list[URLPattern] = [
    path(f"{export.address}export.{form}", _answering(export, form), name=f"{export.name}-{form}")
    for export in EXPORTS
    for form in FORMS
]


def as_json(rows: Iterator[msgspec.Struct]) -> Iterator[bytes]:
    """One array, a row on each line; hidden characters are escaped."""
    before = b"[\n"
    for row in rows:
        yield before + visible_json(row)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def as_csv(kind: type[msgspec.Struct], rows: Iterator[msgspec.Struct]) -> Iterator[str]:
    """A line of names, then the rows; hidden characters are visible and no cell is a formula."""
    columns = columns_of(kind)
    writer = csv.writer(_Echo())
    yield writer.writerow(["_".join(one) for one in columns])
    for row in rows:
        yield writer.writerow([_cell(_at(row, one)) for one in columns])


def columns_of(kind: type[msgspec.Struct]) -> list[tuple[str, ...]]:
    """The way to each value of a row: a field, or a field of a Struct within it."""
    return list(chain.from_iterable(_ways(field) for field in msgspec.structs.fields(kind)))


def _ways(field: msgspec.structs.FieldInfo) -> Iterator[tuple[str, ...]]:
    inner = next((one for one in (field.type, *get_args(field.type)) if _is_struct(one)), None)
    if inner is None or get_args(field.type)[1:] == (...,):
        yield (field.name,)
    else:
        yield from ((field.name, *way) for way in columns_of(inner))


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _at(row: Any, way: Sequence[str]) -> Any:
    for name in way:
        row = None if row is None else getattr(row, name)
    return row


def _cell(value: Any) -> str:
    """Numbers stay numbers, below zero too."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else _inert(_text(value))


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return write_instant(value)
        case tuple() | list():
            return "; ".join(_text(one) for one in value)
        case msgspec.Struct():
            return " ".join(_text(getattr(value, name)) for name in value.__struct_fields__)
        case _:
            return str(value)


def _inert(cell: str) -> str:
    """A name may be a formula to a spreadsheet (CWE-1236); a quote before it makes it text."""
    shown = visible(cell, len(cell))
    return f"'{shown}" if cell.startswith(_RUN_BY_SPREADSHEETS) else shown


class _Echo:
    """Gives back each line that a CSV writer makes."""

    def write(self, text: str) -> str:
        return text
