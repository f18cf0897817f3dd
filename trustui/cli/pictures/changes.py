"""The difference of two versions as text: what widens trust first."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from trustui.cli.terminal import Style
from trustui.core.diff import Change, Effect
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Severity

MAX_ALIKE = 20
"""Changes of one kind that are told one by one."""
MAX_VALUE = 700

_TITLES = {
    Effect.WIDENS: ("+", "Widens trust", Severity.HIGH),
    Effect.NARROWS: ("-", "Narrows trust", Severity.LOW),
    Effect.NEUTRAL: ("·", "Neither", Severity.INFO),
}


def show_diff(changes: Iterable[Change], style: Style) -> Iterator[str]:
    """Lines at most as wide as the style allows."""
    known = list(changes)
    yield style.bold(_headline(known))
    for effect, (sign, title, severity) in _TITLES.items():
        of_effect = [change for change in known if change.effect is effect]
        if not of_effect:
            continue
        yield ""
        yield style.severity(severity, f"{title}: {counted(len(of_effect), 'change')}")
        for kind, run in groupby(of_effect, key=lambda change: change.kind):
            alike = list(run)
            for change in alike[:MAX_ALIKE]:
                yield from _change(change, style.severity(severity, sign), style)
            if len(alike) > MAX_ALIKE:
                words = kind.replace("_", " ")
                yield style.faint(f"    and {len(alike) - MAX_ALIKE:,} more: {words}")


def _headline(changes: list[Change]) -> str:
    if not changes:
        return "Nothing that is signed has changed, nor who signed it"
    parts = [
        f"{number:,} {words}"
        for effect, words in (
            (Effect.WIDENS, "widening trust"),
            (Effect.NARROWS, "narrowing it"),
            (Effect.NEUTRAL, "doing neither"),
        )
        if (number := sum(change.effect is effect for change in changes))
    ]
    return f"{counted(len(changes), 'change')}: {', '.join(parts)}"


def _change(change: Change, sign: str, style: Style) -> Iterator[str]:
    title = f"{change.kind.replace('_', ' ')}: {visible(change.subject, 100)}"
    first, *rest = style.paragraph(title, "    ", "    ")
    yield f"  {sign} {style.bold(first[4:])}"
    yield from (style.bold(line) for line in rest)
    for word, value in (("before", change.before), ("after", change.after)):
        if value is not None:
            text = visible(value, MAX_VALUE)
            yield from style.paragraph(text or "nothing", " " * 11, f"    {word:<6} ")
    yield from (style.faint(line) for line in style.paragraph(change.reason, "    ", "    "))
