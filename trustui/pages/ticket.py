"""A verdict as plain text, to be pasted into a ticket or a chat."""

from collections.abc import Iterator

from trustui.core.primitives.instants import write_instant
from trustui.pages.components import StepLine
from trustui.pages.image_verdict import ArtefactVerdictPage
from trustui.pages.verdict import VerdictPage


def ticket(page: VerdictPage | ArtefactVerdictPage, address: str) -> str:
    """The answer, the facts, the failing step, how to see it again; `address` is the page's own."""
    return "\n".join([*_lines(page, address), ""])


def _lines(page: VerdictPage | ArtefactVerdictPage, address: str) -> Iterator[str]:
    yield f"{page.source}: {page.head.title}"
    yield page.head.lead
    yield ""
    for fact in page.facts:
        yield f"{fact.label}: {fact.word}{f' ({fact.note})' if fact.note else ''}"
    yield f"Since: {write_instant(page.since)}"
    yield f"Judged at: {write_instant(page.valid_at)}"
    first = _first(page)
    if first is not None:
        yield ""
        yield f"First check that does not hold: {first.check_id} ({first.clause})"
        yield f"  {first.found}"
        for item in first.more:
            yield f"  {item.label}: {item.text}"
    if page.changes:
        yield ""
        yield "What changed just before:"
        for line in page.changes:
            yield f"  {line.mark} {''.join(part.text for part in line.parts)} [{line.badge}]"
    if page.evidence:
        yield ""
        yield "Evidence:"
        for one in page.evidence:
            version = f" v{one.version}" if one.version else ""
            yield f"  {one.role}{version} sha256:{one.sha256}"
    yield ""
    for command in page.reproduce:
        yield f"{command.label}: {command.text}"
    yield address


def _first(page: VerdictPage | ArtefactVerdictPage) -> StepLine | None:
    for group in page.waterfall.groups:
        for line in group.head.steps:
            if line.number == page.waterfall.first:
                return line
    return None
