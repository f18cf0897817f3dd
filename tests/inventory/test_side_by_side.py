"""A person changes a source while a worker writes a crawl of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.simulators.inventoried import new_source
from tests.simulators.side_by_side import end, start_beside
from tests.simulators.watched import START
from trustui.inventory.models import Source
from trustui.inventory.sources import remove_source, request_crawl, set_interval
from trustui.jobs.models import Job

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]

ACTOR = "person:mira"
ACTS: dict[str, Callable[[Source], None]] = {
    "asks for a crawl": lambda source: request_crawl(source=source, actor=ACTOR, now=START),
    "changes the interval": lambda source: set_interval(
        source=source, every_seconds=7200, actor=ACTOR, now=START
    ),
    "removes it": lambda source: remove_source(
        source=source, actor=ACTOR, now=START + timedelta(hours=1)
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_who_waits_for_the_end_of_a_crawl_does_not_keep_its_source(act: str) -> None:
    source = new_source()
    request_crawl(source=source, actor=ACTOR, now=START)
    with transaction.atomic():
        Job.objects.select_for_update().get(key=str(source.pk))
        other = start_beside(lambda: ACTS[act](source))
        Source.objects.select_for_update(no_key=True, nowait=True).get(pk=source.pk)
    end(other)
