"""Two transactions about what was concluded of one source, at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from django.db import connection, transaction

from tests.simulators.inventoried import new_source
from tests.simulators.side_by_side import end, start_beside
from tests.simulators.watched import START, Watched, vendor
from tests.verdicts.test_accepting import UNTIL, new_finding
from trustui.events.models import Event
from trustui.inventory.recording import record
from trustui.inventory.sources import lock_sources
from trustui.verdicts.accepting import accept
from trustui.verdicts.concluding import Concluded, conclude, conclude_crawls
from trustui.verdicts.conclusions import Basis, Conclusion, concluded_from_crawl
from trustui.verdicts.models import Finding, Verdict

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]


@contextmanager
def concluding_meanwhile(late: Conclusion, said: list[Concluded]) -> Iterator[None]:
    """Somebody else concludes while the block's transaction is open, as far as it lets them."""
    with transaction.atomic():
        yield
        other = start_beside(lambda: said.append(conclude([late], START)))
    end(other)


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


def test_who_waits_to_accept_findings_of_a_source_keeps_none_of_them() -> None:
    source = new_source()
    found = [new_finding(source, on) for on in ("root", "targets")]
    accepted: list[int] = []
    with transaction.atomic():
        lock_sources([source.pk])
        Finding.objects.select_for_update().get(pk=found[1])
        other = start_beside(
            lambda: accepted.append(
                accept(finding_ids=found, reason="known", until=UNTIL, by="mira", now=START)
            )
        )
        Finding.objects.select_for_update(nowait=True).get(pk=found[0])
    end(other)
    assert accepted == [2]
