"""What is found, and by what."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import OWN_NAME, Cast, make_cast, new_user
from tests.simulators.watched import START
from trustui.inventory.models import Source, SourceKey
from trustui.inventory.text import identity
from trustui.pages.moment import Moment
from trustui.pages.search import EACH, Kind, SearchPage, search
from trustui.pages.viewer import Viewer, viewer_of

LATER = START.replace(year=2030)
MOMENT = Moment(LATER, LATER, LATER)


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    return make_cast()


@pytest.fixture
def viewer(cast: Cast) -> Viewer:
    return viewer_of(cast.own.administrator)


def kinds(page: SearchPage) -> list[str]:
    return [hit.kind for hit in page.hits]


def test_a_source_is_found_by_a_part_of_its_name(cast: Cast, viewer: Viewer) -> None:
    page = search(viewer, MOMENT, " DOR-upd ")
    assert page.only is not None
    assert (page.only.kind, page.only.name) == (Kind.SOURCE, OWN_NAME)
    assert page.only.href == f"/sources/{cast.own.source.pk}/"


def test_a_role_is_found_by_name(cast: Cast, viewer: Viewer) -> None:
    page = search(viewer, MOMENT, "snapshot")
    assert [(hit.kind, hit.name, hit.note) for hit in page.hits] == [
        (Kind.ROLE, "snapshot", f"of {OWN_NAME}")
    ]
    expected = f"/sources/{cast.own.source.pk}/roles/{identity('snapshot')}/"
    assert page.hits[0].href == expected


@pytest.mark.parametrize("length", [8, 64])
def test_a_document_is_found_by_the_beginning_of_its_digest(
    cast: Cast, viewer: Viewer, length: int
) -> None:
    sha256 = str(cast.own.examples["sha256"])
    for text in (sha256[:length], sha256[:length].upper(), f"sha256:{sha256[:length]}"):
        page = search(viewer, MOMENT, text)
        assert page.only is not None
        assert (page.only.kind, page.only.name) == (Kind.DOCUMENT, sha256)
        assert page.only.href == f"/sources/{cast.own.source.pk}/documents/{sha256}/"


def test_a_key_is_found_by_its_fingerprint_and_by_its_id(cast: Cast, viewer: Viewer) -> None:
    name = SourceKey.objects.select_related("key").filter(source=cast.own.source)[0]
    fingerprint = name.key.fingerprint
    for text in (fingerprint, fingerprint[:10], name.keyid, name.keyid[:10]):
        page = search(viewer, MOMENT, text)
        assert page.only is not None
        assert (page.only.kind, page.only.href) == (Kind.KEY, f"/keys/{fingerprint}/")


def test_verdicts_and_events_are_found_by_number(cast: Cast, viewer: Viewer) -> None:
    verdict, event = cast.own.examples["verdict_id"], cast.own.examples["event_id"]
    page = search(viewer, MOMENT, f"verdict {verdict}")
    assert kinds(page) == [Kind.VERDICT]
    assert page.hits[0].href == f"/sources/{cast.own.source.pk}/verdicts/{verdict}/"
    assert kinds(search(viewer, MOMENT, f"event {event}")) == [Kind.EVENT]
    assert Kind.EVENT in kinds(search(viewer, MOMENT, f"#{event}"))
    assert "an event by number" in search(viewer, MOMENT, "9" * 18).looked_for


def test_what_others_have_is_not_found(cast: Cast, viewer: Viewer) -> None:
    theirs = cast.other.examples
    for text in (
        cast.other.source.name,
        theirs["sha256"],
        theirs["fingerprint"],
        f"verdict {theirs['verdict_id']}",
        f"event {theirs['event_id']}",
    ):
        assert search(viewer, MOMENT, str(text)).hits == (), text
    nobody = viewer_of(new_user("nobody"))
    for text in ("snapshot", OWN_NAME, cast.own.examples["sha256"], "event 1"):
        assert search(nobody, MOMENT, str(text)).hits == (), text


def test_what_was_not_there_yet_is_not_found(viewer: Viewer) -> None:
    before = Moment(MOMENT.now, START.replace(year=2020), START.replace(year=2020))
    assert search(viewer, before, OWN_NAME).hits == ()


def test_nothing_found_tells_what_was_looked_for(viewer: Viewer) -> None:
    page = search(viewer, MOMENT, "no \u202e such")
    assert (page.title, page.text) == ("Nothing found", "no \\u{202E} such")
    assert page.looked_for == (
        *("a source by name", "a role by name", "an image repository by name"),
        *("an identity by subject", "a key by fingerprint or id"),
    )
    assert page.may_verify
    assert not search(viewer, MOMENT, "0" * 64).may_verify  # verifying a digest searches for it


def test_a_private_key_is_neither_looked_for_nor_shown(viewer: Viewer) -> None:
    page = search(viewer, MOMENT, "-----BEGIN PRIVATE KEY-----\nMC4CAQAw")
    assert "private key" in page.title
    assert (page.text, page.hits, page.may_verify) == ("", (), False)


@pytest.mark.parametrize("text", ["", " ", "\0", "%", "_", "'", "\ud800", "x" * 9_000, "²", "٣"])
def test_odd_texts_find_nothing(viewer: Viewer, text: str) -> None:
    assert search(viewer, MOMENT, text).hits == ()


def test_many_hits_are_cut_and_cost_no_more(
    cast: Cast, viewer: Viewer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = Source.objects.get(pk=cast.own.source.pk)
    for number in range(EACH + 5):
        first.pk = None
        first.name = f"12345678-{number}"
        first.save()
    with django_assert_max_num_queries(9):
        page = search(viewer, MOMENT, "12345678")
    assert kinds(page) == [Kind.SOURCE] * EACH
    assert (page.title, page.more) == ("10 and more found", ("sources",))
