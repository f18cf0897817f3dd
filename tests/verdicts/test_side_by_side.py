"""Two transactions that conclude about one source at the same time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import msgspec
import pytest
from django.db import connection, transaction

from tests.simulators.watched import START, Watched, vendor
from trustui.events.models import Event
from trustui.inventory.recording import record
from trustui.verdicts.concluding import Concluded, conclude, conclude_crawls
from trustui.verdicts.conclusions import Basis, Conclusion, concluded_from_crawl
from trustui.verdicts.models import Verdict

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]


def is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def concluding_meanwhile(late: Conclusion, said: list[Concluded]) -> Iterator[None]:
    """Somebody else concludes while the block's transaction is open, as far as it lets them."""

    def work() -> None:
        try:
            with transaction.atomic():
                said.append(conclude([late], START))
        finally:
            connection.close()

    other = Thread(target=work)
    with transaction.atomic():
        yield
        other.start()
        ends = time.monotonic() + 20
        while other.is_alive() and not is_somebody_waiting() and time.monotonic() < ends:
            time.sleep(0.01)
    other.join(20)
    assert not other.is_alive()


def test_of_two_first_verdicts_the_later_one_knows_of_the_first() -> None:
    watched = Watched(vendor())
    seen = watched.look(START)
    found = concluded_from_crawl(seen, 0, ())
    assert found is not None
    from_empty_store = msgspec.structs.replace(found, crawl_id=None, basis=Basis(None))
    said: list[Concluded] = []
    with concluding_meanwhile(from_empty_store, said):
        recorded = record([seen], START)
        conclude_crawls([seen], recorded, START)
    assert said == [Concluded(overtaken=(watched.source.pk,))]
    assert [one.pk for one in Verdict.objects.all()] == [watched.standing.verdict_id]
    assert Event.objects.filter(kind="verdict.changed").count() == 1
