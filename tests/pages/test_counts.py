"""The counts of the rail: of one's own teams, in one statement whatever there is."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import Cast, make_cast
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.accounts.models import Role
from trustui.inventory.models import RoleState, Source
from trustui.inventory.text import identity
from trustui.jobs.models import Job, State
from trustui.pages.counts import Counts, counts
from trustui.pages.expiries import expiries
from trustui.pages.findings import findings
from trustui.pages.jobs import jobs
from trustui.pages.keys import keys
from trustui.pages.moment import Moment
from trustui.pages.sources import Filter, sources
from trustui.pages.viewer import Viewer, viewer_of
from trustui.verdicts.accepting import accept
from trustui.verdicts.models import Finding


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    return make_cast()


def of(cast: Cast, role: Role = Role.ADMINISTRATOR) -> Viewer:
    return viewer_of(cast.people[role])


def test_they_count_what_is_ours_alone(cast: Cast) -> None:
    _job(str(cast.own.source.pk))
    found = counts(of(cast), START + DAY)
    assert found.sources == 1
    assert found.keys == 4
    assert found.expiring == 1  # the timestamp, in six days
    assert found.quarantined == 1
    assert counts(of(cast, Role.VIEWER), START + DAY).quarantined == 0
    nobody = counts(viewer_of(cast.teamless), START + DAY)
    assert nobody == Counts(0, 0, 0, 0, 0, 0)


def test_a_source_that_fails_is_counted_until_it_is_removed(cast: Cast) -> None:
    watched = Watched(vendor("lapsing"), name="lapsing")
    Source.objects.filter(pk=watched.source.pk).update(team=cast.own.team)
    watched.crawl(START + timedelta(days=8))
    assert counts(of(cast), START + 8 * DAY).failing == 1
    Source.objects.filter(pk=watched.source.pk).update(removed_at=START + 8 * DAY)
    after = counts(of(cast), START + 8 * DAY)
    assert (after.failing, after.sources) == (0, 1)


def test_they_are_what_the_pages_say(cast: Cast) -> None:
    Finding.objects.all().delete()
    viewer, now = of(cast), START + DAY
    moment = Moment(now, now, now)
    noticed = [_finding(cast, on) for on in ("root", "targets", "snapshot")]
    accept(finding_ids=noticed[:1], reason="why", until=(now + DAY).date(), by="mira", now=START)
    _job(str(cast.own.source.pk))
    _job(str(cast.other.source.pk))
    found = counts(viewer, now)
    assert found.findings == findings(viewer, moment).open == 2
    assert found.keys == keys(viewer, moment).all
    assert found.sources == sources(viewer, moment, Filter()).all
    assert found.quarantined == jobs(viewer).aside == 1
    shown = expiries(viewer, moment)
    assert found.expiring == len(shown.lines) == 1
    RoleState.objects.filter(source=cast.own.source, role="timestamp").update(is_listed=False)
    assert counts(viewer, now).expiring == len(expiries(viewer, moment).lines) == 0


def test_a_finding_that_was_accepted_counts_again_after_its_last_day(cast: Cast) -> None:
    Finding.objects.all().delete()
    pk = _finding(cast, "root")
    accept(finding_ids=[pk], reason="why", until=START.date(), by="mira", now=START)
    viewer = of(cast)
    assert counts(viewer, START + timedelta(hours=11)).findings == 0
    assert counts(viewer, START + timedelta(hours=12)).findings == 1
    Finding.objects.update(severity="low")
    assert counts(viewer, START).findings == 1


def _finding(cast: Cast, on: str) -> int:
    return Finding.objects.create(
        source=cast.own.source,
        check_id="tuf.keys.rsa",
        on=on,
        on_id=identity(on),
        severity="high",
        because="",
        first_seen_at=START,
        last_seen_at=START,
    ).pk


def _job(key: str) -> None:
    Job.objects.update_or_create(
        kind="crawl",
        key=key,
        defaults={"state": State.QUARANTINED, "due_at": START, "created_at": START},
    )


def test_they_take_one_statement(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = of(cast)
    with django_assert_num_queries(1):
        counts(viewer, START + DAY)
