"""Following the log: each consumer reads every sealed event once, in order."""

from collections.abc import Callable

from django.db import transaction

from trustui.events.models import Consumer, Event


def follow(name: str, handle: Callable[[list[Event]], None], limit: int = 500) -> int:
    """Hand the next sealed events to `handle`; gives how many there were.

    Handling and moving on are one transaction: what `handle` writes and the consumer's position
    become true together or not at all, so no event is handled twice or never. Of several
    processes that follow under one name, one works and the others wait. An exception of
    `handle` is raised on, and the same events come again.
    """
    if not _has_news(name):
        return 0
    with transaction.atomic():
        Consumer.objects.get_or_create(name=name)
        consumer = Consumer.objects.select_for_update().get(name=name)
        events = list(
            Event.objects.filter(position__gte=consumer.position).order_by("position")[:limit]
        )
        if events:
            handle(events)
            last = events[-1].position
            assert last is not None
            consumer.position = last + 1
            consumer.save(update_fields=["position"])
        return len(events)


def _has_news(name: str) -> bool:
    """Asked before, so that a look at a quiet log writes nothing and waits for nobody."""
    read = Consumer.objects.filter(name=name).values_list("position", flat=True).first()
    return Event.objects.filter(position__gte=read or 0).exists()


def behind(name: str) -> int:
    """How many sealed events a consumer has not handled yet."""
    read = Consumer.objects.filter(name=name).values_list("position", flat=True).first()
    return Event.objects.filter(position__gte=read or 0).count()
