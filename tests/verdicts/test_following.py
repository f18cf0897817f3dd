"""Another root: verified again from the store, and crawled."""

import pytest
from django.db import transaction

from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.events.models import Event
from trustui.events.services import WORKER, record
from trustui.inventory.sources import CRAWL
from trustui.jobs.models import Job
from trustui.verdicts.following import handle
from trustui.verdicts.sweeping import AGAIN

pytestmark = pytest.mark.django_db


def asked() -> set[tuple[str, str, int]]:
    return set(Job.objects.values_list("kind", "key", "priority"))


def test_a_source_with_another_root_is_verified_again_and_crawled() -> None:
    watched = Watched(vendor())
    handle(list(Event.objects.all()))
    key = str(watched.source.pk)
    assert asked() == {(AGAIN, key, 10), (CRAWL, key, 10)}


def test_handled_twice_it_asks_once() -> None:
    Watched(vendor())
    events = list(Event.objects.all())
    handle(events)
    handle(events)
    assert Job.objects.count() == 2


def test_of_a_removed_source_nothing_is_asked() -> None:
    watched = Watched(vendor())
    watched.source.removed_at = START + DAY
    watched.source.save()
    handle(list(Event.objects.all()))
    assert asked() == set()


def test_other_events_ask_for_nothing() -> None:
    with transaction.atomic():
        record(kind="user.created", at=START, actor=WORKER, subject="a", detail={})
    handle(list(Event.objects.all()))
    assert asked() == set()
