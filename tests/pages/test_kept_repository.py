"""Who may sign, told from the documents that a client keeps: the same as a verification tells."""

from collections.abc import Callable
from datetime import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.keyed import spared, twins
from tests.simulators.seen import (
    LATER,
    NOBODY,
    known_now,
    moment,
    published_twice,
    viewer_of,
    with_bins,
    with_roles,
)
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.core.impact import impact_of_each
from trustui.core.primitives.digests import sha256
from trustui.inventory.models import Blob, Crawl, RoleState, Sighting, Source, SourceKey
from trustui.pages import kept_repository as module
from trustui.pages.kept_repository import QUERIES, KeptRepository, kept_repositories
from trustui.pages.key import key
from trustui.pages.tree import see
from trustui.policies.models import Anchor
from trustui.verdicts.models import Held

pytestmark = pytest.mark.django_db


def kept(watched: Watched, at: datetime = LATER) -> KeptRepository | None:
    roles = RoleState.objects.filter(source=watched.source).values_list("role_id", flat=True)
    ids = [watched.source.pk]
    return kept_repositories(viewer_of(watched), moment(at), ids, [*roles]).get(ids[0])


def two_levels() -> Watched:
    repo = with_roles(3)
    repo.add_delegation("team-1", "below", paths=["team-1/below/*"])
    repo.add_target("below", "team-1/below/app", b"an app")
    repo.publish(START + DAY)
    watched = Watched(repo)
    watched.crawl(START + DAY)
    return watched


@pytest.mark.parametrize("make", [spared, published_twice, two_levels])
def test_every_key_is_worth_what_a_verification_finds(make: Callable[[], Watched]) -> None:
    watched = make()
    for at in (START + DAY, LATER):
        found = kept(watched, at)
        assert found is not None
        assert found.source == watched.source.name
        verified = see(known_now(watched, moment(at))).repository
        assert impact_of_each(found.repository) == impact_of_each(verified)


def test_the_page_of_a_key_says_the_same_of_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = two_levels()
    viewer, names = viewer_of(watched), SourceKey.objects.select_related("key")
    fingerprints = [one.key.fingerprint for one in names.filter(source=watched.source)]
    within = watched.source.pk
    told = [key(viewer, moment(LATER), one, within=within) for one in fingerprints]
    monkeypatch.setattr("trustui.pages.key.kept_repositories", lambda *_: {})
    assert told == [key(viewer, moment(LATER), one, within=within) for one in fingerprints]


def test_only_roles_that_delegate_or_are_asked_for_are_read() -> None:
    watched = two_levels()
    ids = [watched.source.pk]
    found = kept_repositories(viewer_of(watched), moment(LATER), ids, [])[ids[0]].repository
    assert set(found.roles) == {"targets", "team-1"}
    assert ("targets", "team-0") in found.edges


def test_the_number_of_queries_does_not_depend_on_the_repositories(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second = twins()
    ids = [first.source.pk, second.source.pk]
    for some in (ids[:1], ids):
        with django_assert_num_queries(QUERIES):
            assert set(kept_repositories(viewer_of(first), moment(LATER), some, [])) == set(some)


# Those that have to be verified ------------------------------------------------------------------


def test_what_is_not_this_persons_is_not_told() -> None:
    assert not kept_repositories(NOBODY, moment(LATER), [spared().source.pk], [])


def test_a_repository_that_fails_is_left_out_and_told_as_it_was_before() -> None:
    repo = vendor()
    watched = Watched(repo)
    watched.crawl(START + DAY)
    repo.withdraw("timestamp.json")
    watched.crawl(LATER)
    assert kept(watched) is None
    assert kept(watched, START + DAY) is not None


def test_evidence_that_waits_to_be_concluded_has_to_be_verified() -> None:
    watched = spared()
    Held.objects.create(source=watched.source, crawl=Crawl.objects.latest("pk"), since=LATER)
    assert kept(watched) is None


def test_another_pinned_root_than_the_verdict_began_with_has_to_be_verified() -> None:
    watched = spared()
    assert watched.source.anchor is not None
    other = Anchor.objects.get(pk=watched.source.anchor.pk)
    other.pk = None
    other.sha256 = "0" * 64
    other.save()
    Source.objects.filter(pk=watched.source.pk).update(anchor=other)
    assert kept(watched) is None


def test_hash_bins_and_very_many_delegations_have_to_be_verified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert kept(with_bins()) is None
    watched = two_levels()
    monkeypatch.setattr(module, "MOST_EDGES", 3)
    assert kept(watched) is None


def test_documents_of_different_states_have_to_be_verified() -> None:
    repo = vendor()
    watched = Watched(repo)
    watched.crawl(START + DAY)
    repo.add_target("targets", "another", b"another")
    repo.publish(LATER)
    watched.crawl(LATER)
    assert kept(watched) is not None
    Sighting.objects.filter(source=watched.source, role="targets").latest("pk").delete()
    assert kept(watched) is None
    Sighting.objects.filter(source=watched.source, role="snapshot").delete()
    assert kept(watched) is None


def test_bytes_that_are_not_those_that_were_seen_have_to_be_verified() -> None:
    watched = spared()
    blob = Blob.objects.get(sightings__source=watched.source, sightings__role="targets")
    assert sha256(bytes(blob.body)) == blob.sha256
    Blob.objects.filter(pk=blob.pk).update(body=bytes(blob.body) + b" ")
    assert kept(watched) is None
