"""What a client's error text means: the checks that it stands for, and an explanation.

A catalogue of the messages of each client, one module a client. A format that comes later adds a
module and its line in `CATALOGUE`.
"""

from collections.abc import Iterable

import msgspec

from trustui.core.client_messages import go_tuf, python_tuf, tuf_js
from trustui.core.client_messages.message import Client, Found, Message, find
from trustui.core.primitives.text import visible

CATALOGUE: tuple[Client, ...] = (python_tuf.CLIENT, go_tuf.CLIENT, tuf_js.CLIENT)

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
    return tuple(_merged(found, line))[:MAX_RECOGNIZED]


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
            )
