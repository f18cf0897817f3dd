"""What a client's error text means: the checks that it stands for, and an explanation.

A catalogue of the messages of each client, one module a client. A format that comes later adds a
module and its line in `CATALOGUE`.
"""

from collections.abc import Iterable

import msgspec

from trustui.core.client_messages import (
    admission,
    containers,
    cosign,
    docker_trust,
    go_tuf,
    notation,
    python_tuf,
    registries,
    tuf_js,
)
from trustui.core.client_messages.message import Cause, Client, Found, Message, find
from trustui.core.primitives.text import visible

__all__ = ["CATALOGUE", "Cause", "Client", "Recognized", "recognize", "sayings"]

CATALOGUE: tuple[Client, ...] = (
    python_tuf.CLIENT,
    go_tuf.CLIENT,
    tuf_js.CLIENT,
    notation.CLIENT,
    cosign.CLIENT,
    *admission.CLIENTS,
    containers.CLIENT,
    docker_trust.CLIENT,
    registries.CLIENT,
)

MAX_TEXT = 64 * 1024
"""Characters of a pasted text that are looked at: a traceback with its logs has some 20,000."""
MAX_RECOGNIZED = 12
MAX_VALUE = 200
"""Characters of a value that is shown."""


class Recognized(msgspec.Struct, frozen=True):
    """One message that was found in a text."""

    clients: tuple[str, ...]
    """Those that say it so; more than one where they use the same words."""
    text: str
    """As it stands in the text, hidden characters made visible."""
    means: str
    checks: tuple[str, ...]
    """The ids that it stands for, the likeliest first."""
    values: dict[str, str]
    """What stood in its places, such as `role` or `expected`."""
    causes: tuple[Cause, ...] = ()
    """Where they are told apart by more than the checks; the likeliest first."""


def recognize(text: str) -> tuple[Recognized, ...]:
    """The messages of known clients in a pasted text, in their order in it.

    The cost grows with the length of the text and no faster. Where one message is a part of a longer
    one, the longer is meant.
    """
    line = " ".join(text[:MAX_TEXT].split())
    clients = _likely(line)
    found = [
        (one, client, message)
        for client in clients
        for message in client.messages
        for one in find(message, line)
    ]
    found.sort(key=lambda hit: (hit[0].start, hit[0].start - hit[0].end))
    return tuple(_merged(_without_summaries(found), line))[:MAX_RECOGNIZED]


def sayings(check: str) -> tuple[tuple[str, str], ...]:
    """How clients say that a check failed: the name of each and its words, places as `…`.

    Each once, those for which it is the likeliest meaning first.
    """
    said = [
        (_rank(message, check), client.name, message.words)
        for client in CATALOGUE
        for message in client.messages
        if _rank(message, check) is not None
    ]
    return tuple(dict.fromkeys((name, words) for _, name, words in sorted(said, key=_first)))


def _first(one: tuple[int | None, str, str]) -> int:
    return one[0] or 0


def _rank(message: Message, check: str) -> int | None:
    """Where a check stands among those that a message may mean; None where it does not."""
    several = message.checks.values() if isinstance(message.checks, dict) else (message.checks,)
    ranks = [ids.index(check) for ids in several if check in ids]
    return min(ranks, default=None)


def _without_summaries(
    found: list[tuple[Found, Client, Message]],
) -> list[tuple[Found, Client, Message]]:
    """What is said around a reason is left out where the reason is there."""
    reasons = [hit for hit in found if not hit[2].is_summary]
    return reasons or found


def _likely(line: str) -> list[Client]:
    """The clients whose marks stand in the text; all of them where none does."""
    marked = [client for client in CATALOGUE if any(mark in line for mark in client.marks)]
    return marked or list(CATALOGUE)


def _merged(found: list[tuple[Found, Client, Message]], line: str) -> Iterable[Recognized]:
    """One for each stretch of text, and each message once."""
    stretches: list[list[tuple[Found, Client, Message]]] = []
    end = 0
    for hit in found:
        if stretches and hit[0].start < end:
            if hit[0].span == stretches[-1][0][0].span:
                stretches[-1].append(hit)
            continue
        stretches.append([hit])
        end = hit[0].end
    told = set[str]()
    for hits in stretches:
        one, _, message = hits[0]
        shown = visible(line[one.start : one.end], 2 * MAX_VALUE)
        if shown not in told:
            told.add(shown)
            yield Recognized(
                tuple(client.name for _, client, _ in hits),
                shown,
                message.means,
                message.checks_about(one.values),
                {name: visible(value, MAX_VALUE) for name, value in one.values.items()},
                message.causes,
            )
