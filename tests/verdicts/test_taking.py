"""Who looks after a failure."""

from datetime import datetime

import pytest

from tests.simulators.inventoried import new_source
from tests.simulators.watched import DAY, START
from trustui.events.models import Event
from trustui.verdicts.taking import TAKING, Taken, release, take, taken, takings

CHECK = "tuf.timestamp.freeze.expired"


def takers(source_ids: list[int], at: datetime) -> dict[int, Taken]:
    return taken(takings(source_ids, at).order_by("id").values_list(*TAKING))


@pytest.mark.django_db
def test_whoever_took_it_last_has_it_until_it_is_given_back() -> None:
    source = new_source()
    take(source=source, check=CHECK, by="mira", now=START, note=" the cron job died ")
    take(source=source, check=CHECK, by="sato", now=START + DAY)
    release(source=source, check=CHECK, by="sato", now=START + 2 * DAY)
    ids = [source.pk]
    assert takers(ids, START) == {source.pk: Taken("mira", START, "the cron job died")}
    assert takers(ids, START + DAY) == {source.pk: Taken("sato", START + DAY, "")}
    assert takers(ids, START + 2 * DAY) == {}


@pytest.mark.django_db
def test_it_is_an_event_of_the_source() -> None:
    source = new_source()
    take(source=source, check=CHECK, by="mira", now=START)
    event = Event.objects.get(kind="failure.taken")
    assert (event.actor, event.source_id, event.team_id) == (
        "person:mira",
        source.pk,
        source.team_id,
    )
    assert event.detail == {"check": CHECK}
    assert takers([source.pk + 1], START) == {}
