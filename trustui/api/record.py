"""The event log, and the checkpoints that prove that nobody edited it."""

from typing import Annotated

from msgspec import Meta

from trustui.accounts.needs import Whom
from trustui.api.asking import Ask
from trustui.api.operations import reads
from trustui.api.questions import AtQuery, ListQuery, Number
from trustui.pages import events as pages
from trustui.pages.events import CheckpointPage, EventPage, EventsPage


class EventsQuery(ListQuery, frozen=True, kw_only=True):
    """Which events. Days such as 2026-06-01, or instants."""

    who: Annotated[str, Meta(max_length=200)] = ""
    kind: Annotated[str, Meta(max_length=100)] = ""
    source: Number | None = None
    since: Annotated[str, Meta(max_length=40, description="From this day on.")] = ""
    until: Annotated[str, Meta(max_length=40, description="To the end of this day.")] = ""


@reads(EventsPage, EventsQuery)
def events(ask: Ask[EventsQuery, None]) -> EventsPage:
    """Who did what, and what changed, newest first."""
    asked = ask.query
    chosen = pages.filter_of(
        {
            "who": asked.who,
            "kind": asked.kind,
            "source": "" if asked.source is None else str(asked.source),
            "from": asked.since,
            "to": asked.until,
        }
    )
    return pages.events(ask.viewer, ask.moment, chosen, asked.after, asked.size)


@reads(EventPage, AtQuery)
def event(ask: Ask[AtQuery, None], event_id: int) -> EventPage | None:
    """One event with its place in the log."""
    return pages.event(ask.viewer, ask.moment, event_id)


class CheckpointQuery(AtQuery, frozen=True, kw_only=True):
    """Which checkpoint; the newest without a size."""

    size: Number | None = None


@reads(CheckpointPage, CheckpointQuery, need=Whom.PERSON)
def checkpoint(ask: Ask[CheckpointQuery, None]) -> CheckpointPage | None:
    """A signed statement of the size and root of the log, and the keys that verify it."""
    return pages.checkpoint(ask.viewer, ask.moment, ask.query.size)
