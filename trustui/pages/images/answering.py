"""How a registry answers: what its newest crawl came to, what the registry said, as whom it is asked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from trustui.core.primitives.text import visible
from trustui.crawl.sources.oci_registry import KIND
from trustui.inventory.models import Crawl, CrawlOutcome, Credential, Source
from trustui.pages.moment import Moment

MOST_TOLD = 12
"""Sentences of one crawl that are shown; the page of the source has all."""
SIGNS = {
    CrawlOutcome.COMPLETE: "ok",
    CrawlOutcome.UNCHANGED: "ok",
    CrawlOutcome.PARTIAL: "soon",
    CrawlOutcome.FAILED: "bad",
}
"""The shape and colour of each outcome."""


class Login(msgspec.Struct, frozen=True):
    """As whom a registry is asked; the secret is sealed and read for crawls only. `set_at` in UTC."""

    username: str
    """Empty: a token without a name."""
    set_by: str
    set_at: datetime


class Answering(msgspec.Struct, frozen=True):
    """The newest crawl of a registry that had ended. Times in UTC."""

    sign: str
    word: str
    at: datetime
    requests: int
    told: tuple[str, ...]
    """What the registry said of itself (warnings, how many requests are left) and what got no answer."""
    more: int


def answering(source: Source, moment: Moment) -> Answering | None:
    """None where no crawl had ended yet: one query."""
    ended = Crawl.objects.filter(source=source.pk, finished_at__lte=moment.at)
    row = ended.order_by("-id").first()
    if row is None:
        return None
    outcome = CrawlOutcome(row.outcome)
    told = list(_sentences(row))
    return Answering(
        sign=SIGNS[outcome],
        word=str(outcome.label),
        at=row.finished_at,
        requests=row.requests,
        told=tuple(told[:MOST_TOLD]),
        more=max(0, len(told) - MOST_TOLD),
    )


def _sentences(row: Crawl) -> Iterator[str]:
    """What stands in the row as one text, sentence by sentence; then what got no usable answer."""
    yield from (visible(one, 300) for one in row.because.split("; ") if one.strip())
    problems: list[dict[str, Any]] = row.problems
    for one in problems:
        place, because = str(one.get("place", "")), str(one.get("because", ""))
        yield f"{visible(place, 150)}: {visible(because, 300)}"


def login_of(source: Source, moment: Moment) -> Login | None:
    """None where it is asked as nobody, or nobody had set it by then: one query."""
    rows = Credential.objects.filter(source=source.pk, set_at__lte=moment.at)
    found = rows.values_list("username", "set_by_name", "set_at").first()
    if found is None:
        return None
    username, set_by, set_at = found
    return Login(visible(username, 300), visible(set_by, 200), set_at)


def takes_logins(source: Source) -> bool:
    """Whether it is a place that may ask who comes; a folder does not."""
    return source.kind == KIND.name
