"""What the page of a document version says."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.seen import (
    LATER,
    NOBODY,
    moment,
    published_twice,
    two_of_three,
    viewer_of,
    with_bins,
)
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.inventory.models import Blob, RoleVersion, Sighting, Standing
from trustui.pages import document as module
from trustui.pages.document import DocumentPage, document, raw

pytestmark = pytest.mark.django_db


def digest_of(watched: Watched, name: str) -> str:
    """Of its first version that was seen."""
    found = RoleVersion.objects.filter(source=watched.source, role=name).order_by("id")
    return found.select_related("blob")[0].blob.sha256


def page_of(watched: Watched, sha256: str) -> DocumentPage:
    found = document(viewer_of(watched), moment(LATER), watched.source.pk, sha256)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "delegator"),
    [("root", "itself"), ("targets", "root"), ("eu", "releases"), ("bin-3", "pool")],
)
def test_each_signature_is_told_with_its_key(name: str, delegator: str) -> None:
    watched = with_bins()
    found = page_of(watched, digest_of(watched, name))
    (one,) = found.counted
    assert one.delegator == delegator
    assert {line.word for line in one.lines} == {"valid"}
    assert all(len(line.fingerprint) == 64 for line in one.lines)
    assert found.problem == ""
    assert any(seat.place.removesuffix(".json").endswith(name) for seat in found.seats)


def test_who_holds_a_key_is_told_where_its_delegator_says_so() -> None:
    repo = vendor()
    repo.name_holders("targets", "@mira")
    repo.publish()
    watched = Watched(repo)
    watched.crawl(START + DAY)
    newest = RoleVersion.objects.filter(source=watched.source, role="targets").latest("id")
    (one,) = page_of(watched, newest.blob.sha256).counted
    assert [line.owner for line in one.lines if line.owner] == ["@mira"]


def test_a_signature_of_a_key_that_the_role_does_not_have_is_told_apart() -> None:
    repo = vendor()
    watched = Watched(repo)
    watched.crawl(START + DAY)
    repo.rotate("timestamp")
    repo.publish(LATER)
    watched.crawl(LATER)
    (one,) = page_of(watched, digest_of(watched, "timestamp")).counted
    assert [line.word for line in one.lines] == ["not a key of this role"]
    assert one.signed == 0


def test_the_keys_that_have_not_signed_are_told_after_those_that_have() -> None:
    watched = two_of_three()
    (one,) = page_of(watched, digest_of(watched, "targets")).counted
    assert (one.needed, one.keys, one.signed, one.missing) == (2, 3, 2, 0)
    assert [line.word for line in one.rows] == ["valid", "valid", "has not signed"]
    (silent,) = one.unsigned
    assert len(silent.fingerprint) == 64
    assert silent.keyid not in {line.keyid for line in one.lines}


def test_where_the_threshold_is_not_met_it_says_how_many_more_must_sign() -> None:
    watched = with_bins()
    watched.repo.rotate("timestamp")
    watched.repo.publish(LATER)
    watched.crawl(LATER)
    (one,) = page_of(watched, digest_of(watched, "timestamp")).counted
    assert (one.signed, one.missing) == (0, 1)
    assert [line.word for line in one.unsigned] == ["has not signed"]


def test_no_more_keys_are_listed_than_a_page_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SIGNATURES", 0)
    watched = two_of_three()
    (one,) = page_of(watched, digest_of(watched, "targets")).counted
    assert (one.unsigned, one.more_unsigned) == ((), 1)


def test_what_verifications_made_of_it_is_told_with_it() -> None:
    watched = published_twice()
    sha256 = digest_of(watched, "targets")
    assert (page_of(watched, sha256).standing, page_of(watched, sha256).sign) == ("trusted", "ok")
    seen = Sighting.objects.filter(blob__sha256=sha256)
    seen.update(standing=Standing.REFUSED)
    assert (page_of(watched, sha256).standing, page_of(watched, sha256).sign) == ("refused", "bad")
    seen.update(standing=Standing.SEEN)
    assert (page_of(watched, sha256).standing, page_of(watched, sha256).sign) == ("seen", "noted")


def test_bytes_that_are_no_metadata_say_why() -> None:
    watched = published_twice()
    blob = Blob.objects.get(sha256=digest_of(watched, "targets"))
    other = Blob.objects.create(sha256="ab" * 32, size=9, body=b"<html>\x1b[", written_at=START)
    Sighting.objects.filter(blob=blob).update(blob=other)
    found = page_of(watched, "ab" * 32)
    assert found.problem
    assert found.counted == ()
    assert found.text == "<html>\x1b["


def test_the_bytes_are_those_that_came() -> None:
    watched = with_bins()
    sha256 = digest_of(watched, "eu")
    body = raw(viewer_of(watched), moment(LATER), watched.source.pk, sha256)
    assert body == bytes(Blob.objects.get(sha256=sha256).body)


def test_before_it_was_seen_and_for_others_it_is_not_there() -> None:
    watched = with_bins()
    sha256 = digest_of(watched, "eu")
    early = moment(START - DAY)
    assert document(viewer_of(watched), early, watched.source.pk, sha256) is None
    assert document(NOBODY, moment(LATER), watched.source.pk, sha256) is None
    assert raw(NOBODY, moment(LATER), watched.source.pk, sha256) is None


def test_the_number_of_queries_is_bounded(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = with_bins()
    sha256 = digest_of(watched, "eu")
    with django_assert_max_num_queries(11):
        page_of(watched, sha256)
