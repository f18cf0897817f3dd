"""Verifying again from the store."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.simulators.watched import DAY, START, Watched, keep, vendor
from trustui.verdicts.concluding import Concluded
from trustui.verdicts.models import Cause
from trustui.verdicts.reverifying import reverify

pytestmark = pytest.mark.django_db


def test_nothing_that_changed_is_nothing_written() -> None:
    watched = Watched(vendor())
    watched.crawl(START)
    assert reverify([watched.source.pk], Cause.TIME, START + DAY) == Concluded(
        confirmed=(watched.source.pk,)
    )


def test_a_lapse_is_concluded() -> None:
    watched = Watched(vendor())
    watched.crawl(START)
    assert reverify([watched.source.pk], Cause.TIME, START + 8 * DAY).written
    assert watched.standing.trust_state == "failing"


def test_a_source_that_nobody_knows_is_left_out() -> None:
    assert reverify([404], Cause.TIME, START) == Concluded()


def test_many_take_as_many_statements_as_one() -> None:
    repo = vendor()
    sources = [Watched(repo) for _ in range(20)]
    keep([one.look(START) for one in sources], START)
    counts = []
    for some in (sources[:1], sources[1:]):
        with CaptureQueriesContext(connection) as queries:
            reverify([one.source.pk for one in some], Cause.TIME, START + 8 * DAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]
