"""What verdicts do about what happened: another anchor means another verdict."""

from collections.abc import Sequence

from trustui.events.models import Event
from trustui.inventory.models import Source
from trustui.inventory.sources import CRAWL
from trustui.jobs import queue
from trustui.verdicts.sweeping import AGAIN

NAME = "verdicts"
"""Of the consumer."""
ANCHORS = frozenset({"anchor.pinned", "anchor.confirmed", "anchor.replaced"})


def handle(events: Sequence[Event]) -> None:
    """Have the sources that are verified from another root verified again, and crawled.

    From the store at once, so that whoever pinned it sees what it means; the crawl then asks for
    what nobody needed before, such as the roots in between.
    """
    changed = {
        event.source_id: event.at
        for event in events
        if event.kind in ANCHORS and event.source_id is not None
    }
    if not changed:
        return
    live = Source.objects.filter(pk__in=changed, removed_at=None).values_list("pk", flat=True)
    at = queue.clock(max(changed.values()))
    queue.enqueue_many(
        [
            queue.Ask(kind=kind, key=str(pk), due_at=at, priority=queue.URGENT)
            for pk in live
            for kind in (AGAIN, CRAWL)
        ]
    )
