"""What is told of the places that certificates name for revocation."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from tests.simulators.imaged import START
from tests.simulators.people import new_user
from tests.simulators.revocation_store import (
    OTHER,
    ROOT,
    allow,
    given,
    leaf_at,
    new_repository,
    noted,
)
from tests.simulators.revoking import CRL_URL, List, make_list
from trustui.accounts.models import Role, Team
from trustui.demo.images.certifying import SIGNED
from trustui.images.models import ImageRepository
from trustui.pages.images.revocation import MOST_QUERIES, PlaceLine, RevocationPage, revocation
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError
from trustui.pages.viewer import Viewer, viewer_of
from trustui.revocation.models import AskedPlace

HOST = "crl.acme.example"
LATER = SIGNED + timedelta(hours=1)
NOW = Moment(LATER, LATER, LATER)


@pytest.fixture
def repository() -> ImageRepository:
    return new_repository()


@pytest.fixture
def viewer(repository: ImageRepository) -> Viewer:
    return viewer_of(new_user("mira", repository.source.team, Role.VIEWER))


@pytest.fixture
def place(repository: ImageRepository) -> AskedPlace:
    return noted(leaf_at(), repository)


def only(page: RevocationPage) -> PlaceLine:
    (line,) = page.lines
    return line


def answered(place: AskedPlace) -> None:
    assert given(place, make_list(List(), ROOT)).new


def test_nothing_is_told_where_no_certificate_names_a_place(viewer: Viewer) -> None:
    page = revocation(viewer, NOW)
    assert (page.sign, page.title, page.lines) == (
        "none",
        "No certificate names a place so far",
        (),
    )


def test_a_place_whose_host_nobody_allowed_says_what_to_do(
    viewer: Viewer, place: AskedPlace, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        page = revocation(viewer, NOW)
    assert page.title == "Revocation is not known from 1 of 1 place"
    assert "None is allowed so far" in page.lead
    line = only(page)
    assert (line.place_id, line.address, line.kind) == (place.pk, CRL_URL, "list")
    assert (line.sign, line.state) == ("unknown", "nobody may be asked")
    assert f"{HOST} is not among the hosts" in line.refused
    assert f"add {HOST} to TRUSTUI_REVOCATION_HOSTS" in line.advice
    assert "trustui revocation import" in line.advice
    assert (line.looked_at, line.due_at, line.told) == (None, None, None)
    assert (line.certificate, line.repository) == ("CN=leaf", "registry.example/team/app")
    assert (line.certificates, line.repositories) == (1, 1)


@pytest.mark.usefixtures("place")
def test_a_place_that_may_be_asked_waits_for_its_turn(viewer: Viewer, settings: Settings) -> None:
    allow(settings, HOST)
    page = revocation(viewer, NOW)
    line = only(page)
    assert (line.state, line.refused, line.advice) == ("is asked soon", "", "")
    assert line.due_at == SIGNED
    assert "1 is allowed" in page.lead


def test_what_it_said_counts_until_its_next_update(
    viewer: Viewer, place: AskedPlace, settings: Settings
) -> None:
    allow(settings, HOST)
    answered(place)
    page = revocation(viewer, NOW)
    told = only(page).told
    assert told is not None
    assert (page.sign, page.title) == ("ok", "Revocation is known from 1 place")
    assert (only(page).state, only(page).advice, told.fetched_at) == ("known", "", SIGNED)
    over = told.next_update + timedelta(seconds=1)
    after = only(revocation(viewer, Moment(over, over, over)))
    assert (after.sign, after.state) == ("bad", "run out")


def test_a_failure_is_told_and_takes_nothing_from_what_is_known(
    viewer: Viewer, place: AskedPlace, settings: Settings
) -> None:
    allow(settings, HOST)
    given(place, b"no list")
    line = only(revocation(viewer, NOW))
    assert (line.sign, line.state, line.failures) == ("bad", "gave nothing", 1)
    assert "its answer does not count" in line.because
    assert f"See whether {HOST} answers" in line.advice
    answered(place)
    given(place, b"no list", LATER)
    line = only(revocation(viewer, NOW))
    assert (line.sign, line.state) == ("soon", "known, and the last look failed")


def test_what_became_known_later_is_not_told_of_the_past(viewer: Viewer, place: AskedPlace) -> None:
    given(place, b"no list", LATER)
    assert given(place, make_list(List(), ROOT), LATER).new
    then = only(revocation(viewer, Moment(LATER, SIGNED, SIGNED)))
    assert (then.told, then.looked_at, then.failures) == (None, None, 0)
    assert revocation(viewer, Moment(LATER, START, START)).lines == ()


def test_places_of_other_teams_are_not_told(place: AskedPlace) -> None:
    other = Team.objects.create(name="Others", created_at=START)
    assert revocation(viewer_of(new_user("otto", other)), NOW).lines == ()
    assert AskedPlace.objects.get() == place


def test_what_is_not_known_stands_first_a_page_at_a_time(
    viewer: Viewer, place: AskedPlace, repository: ImageRepository
) -> None:
    answered(place)
    noted(leaf_at("http://zeta.example/list.crl", by=OTHER), repository, OTHER)
    first = revocation(viewer, NOW, size=1)
    assert only(first).host == "zeta.example"
    second = revocation(viewer, NOW, first.after, 1)
    assert (only(second).place_id, second.after) == (place.pk, None)
    assert (first.title, second.title) == ("Revocation is not known from 1 of 2 places",) * 2
    with pytest.raises(PagingError):
        revocation(viewer, NOW, "nonsense")
