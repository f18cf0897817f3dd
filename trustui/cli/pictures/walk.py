"""Who can sign for a path, as text: the roles in the order a client asks, and the stop."""

from collections.abc import Iterator

from trustui.cli.terminal import Style
from trustui.core.graph import Link, Match, Stop, Walk
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Outcome

MAX_KEYIDS = 8
MAX_OTHERS = 200
"""Roles that are never asked; of those that are there are 33 at most."""
_STOPS = {
    Stop.FOUND: Outcome.PASSED,
    Stop.TERMINATING: Outcome.NOTED,
    Stop.LIMIT: Outcome.NOTED,
    Stop.END: Outcome.NOTED,
    Stop.BROKEN: Outcome.FAILED,
}


def show_who_can_sign(walk: Walk, style: Style) -> Iterator[str]:
    """Lines at most as wide as the style allows."""
    yield from _bold(f"Who can sign for {walk.path}", style)
    yield from (style.faint(line) for line in style.paragraph(f"SHA-256 {walk.path_hash}"))
    if walk.rests_on is not None:
        text = f"A client asks nobody while this does not hold: {walk.rests_on}"
        yield from (style.outcome(Outcome.FAILED, line) for line in style.paragraph(text))
    yield ""
    for number, link in enumerate(walk.asked, start=1):
        yield from _asked(number, link, style)
    yield from _stop(walk, style)
    others = [link for link in walk.links if not link.is_asked]
    if others:
        yield ""
        yield style.bold("Covers the path too, and is never asked")
        for link in others[:MAX_OTHERS]:
            note = "asked above already" if link.is_repeat else _entry(link)
            yield from style.paragraph(f"{_title(link)}{note and f'; {note}'}", "    ", "  · ")
        if len(others) > MAX_OTHERS:
            yield style.faint(f"  … and {len(others) - MAX_OTHERS:,} more; --json has them all")


def _bold(text: str, style: Style) -> Iterator[str]:
    yield from (style.bold(line) for line in style.paragraph(text, "  ", ""))


def _asked(number: int, link: Link, style: Style) -> Iterator[str]:
    outcome = {True: Outcome.PASSED, False: Outcome.FAILED, None: Outcome.UNDECIDED}[link.is_good]
    first, *rest = style.paragraph(_title(link), " " * 6, " " * 6)
    yield f"{number:>3} {style.sign(outcome)} {first[6:]}"
    yield from rest
    keys = counted(len(set(link.keyids)), "key")
    entry = _entry(link)
    text = f"{link.threshold} of {keys} must sign{entry and f'; {entry}'}"
    yield from style.paragraph(text, " " * 6, " " * 6)
    for keyid in link.keyids[:MAX_KEYIDS]:
        yield style.faint(f"      {visible(keyid, 64)}"[: max(style.width, 20)])
    if len(link.keyids) > MAX_KEYIDS:
        yield style.faint(f"      and {len(link.keyids) - MAX_KEYIDS:,} more")


def _title(link: Link) -> str:
    role = visible(link.role, 80)
    delegator = visible(link.delegator or "root", 80)
    by = visible(link.matched_by or "", 80)
    why = {
        Match.TOP_LEVEL: "the top of all targets roles",
        Match.PATTERN: f"{delegator} trusts it for {by}",
        Match.HASH_PREFIX: f"{delegator} trusts it for hashes that begin with {by}",
        Match.BIN: f"the bin of {delegator} that the hash of the path falls into",
    }[link.match]
    return f"{role}: {why}{', terminating' if link.terminating else ''}"


def _entry(link: Link) -> str:
    return {True: "lists the path", False: "does not list it", None: ""}[link.lists_path]


def _stop(walk: Walk, style: Style) -> Iterator[str]:
    outcome = _STOPS[walk.stop]
    text = f"The search stops here: {walk.because}"
    if walk.stop is Stop.END:
        text = f"The search ends here: {walk.because}"
    lines = list(style.paragraph(text, "    ", "    "))
    yield f"  {style.sign(outcome)} {style.outcome(outcome, lines[0][4:])}"
    yield from (style.outcome(outcome, line) for line in lines[1:])
