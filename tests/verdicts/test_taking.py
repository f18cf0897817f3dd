"""Who looks after a failure."""

import pytest

from tests.simulators.inventoried import new_source
from tests.simulators.watched import DAY, START
from trustui.events.models import Event
from trustui.verdicts.taking import Taken, release, take, takers

CHECK = "tuf.timestamp.freeze.expired"


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
