"""What the store tells of hash bins."""

import time
from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.seen import LATER, known_now, moment, with_bins
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.core.graph import Node, NodeKind
from trustui.core.trace import TrustState
from trustui.inventory.models import RoleVersion, Sighting, Standing
from trustui.pages import known as known_module
from trustui.pages import stored_bins as module
from trustui.pages.known import Known
from trustui.pages.moment import Moment
from trustui.pages.stored_bins import newest_versions
from trustui.pages.tree import memory, see

pytestmark = pytest.mark.django_db


def bins_in(found: Known) -> Node:
    (node,) = (one for one in see(found).tree.nodes if one.kind is NodeKind.BINS)
    return node


def named_bins(count: int) -> Watched:
    """Bins that are roles with prefixes, side by side."""
    repo = vendor()
    for number in range(count):
        repo.add_delegation("targets", f"b-{number}", path_hash_prefixes=[f"{number:04x}"])
        key = repo.keys("b-0")
        repo.rotate(f"b-{number}", to=key)
    repo.publish(START)
    watched = Watched(repo)
    watched.crawl(START + DAY)
    return watched


@pytest.mark.parametrize("make", [with_bins, lambda: named_bins(16)], ids=["succinct", "named"])
def test_bins_that_the_store_tells_of_say_what_verifying_them_says(
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    make: Callable[[], Watched],
) -> None:
    watched = make()
    verified = bins_in(known_now(watched))
    monkeypatch.setattr(module, "MOST_BINS", 4)
    monkeypatch.setattr(known_module, "FEW", 0)
    memory.forget_all()
    found = known_now(watched)
    with django_assert_max_num_queries(7):
        stored = bins_in(found)
    assert stored == verified
    assert stored.bins is not None
    assert stored.bins.states == {TrustState.VERIFIED: 16}
    again = known_now(watched)
    with django_assert_max_num_queries(0):
        assert bins_in(again) == verified


def test_bins_that_expired_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BINS", 4)
    watched = with_bins()
    assert bins_in(known_now(watched)).state is TrustState.VERIFIED
    later = Moment(LATER, LATER, START + 5_000 * DAY)
    node = bins_in(known_now(watched, later))
    assert node.state is TrustState.FAILING
    assert node.days_left is not None
    assert node.days_left < 0


def test_bins_that_nobody_saw_were_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BINS", 4)
    watched = with_bins()
    RoleVersion.objects.filter(role__in=["bin-3", "bin-4"]).delete()
    node = bins_in(known_now(watched))
    assert node.bins is not None
    assert node.bins.states == {TrustState.VERIFIED: 14, TrustState.STALE: 2}


def test_a_document_that_no_client_trusts_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BINS", 4)
    watched = with_bins()
    Sighting.objects.filter(role="bin-3").update(standing=Standing.REFUSED)
    node = bins_in(known_now(watched))
    assert node.bins is not None
    assert node.bins.states == {TrustState.VERIFIED: 15, TrustState.NOT_TRUSTED: 1}


def test_another_crawl_is_looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BINS", 4)
    watched = with_bins()
    before = bins_in(known_now(watched, moment(START + 4 * DAY)))
    watched.repo.renew("bin-3")
    watched.repo.set_expiry("bin-3", START + 20 * DAY)
    watched.repo.publish(START + 3 * DAY)
    watched.crawl(START + 3 * DAY)
    after = bins_in(known_now(watched, moment(START + 4 * DAY)))
    assert before.expires is not None
    assert after.expires == START + 20 * DAY < before.expires
    assert bins_in(known_now(watched, moment(START + 2 * DAY))).expires == before.expires


def test_the_newest_version_of_each_role_is_the_one_of_then() -> None:
    watched = with_bins()
    watched.repo.rotate("root")
    watched.repo.publish(LATER)
    watched.crawl(LATER)
    before = {one.role: one for one in newest_versions(watched.source.pk, START + DAY).values()}
    after = {one.role: one for one in newest_versions(watched.source.pk, LATER).values()}
    assert before["targets"] == after["targets"]
    assert before["root"].blob_id != after["root"].blob_id
    assert before["root"].is_trusted
    assert after["bin-3"].is_trusted


def test_many_bins_cost_much_less_the_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ratio of two times of this machine: reading 1,024 rows against remembering them."""
    monkeypatch.setattr(known_module, "FEW", 0)
    watched = with_bins(10)
    few = known_now(with_bins(2))
    assert few.question.goes_on
    bins_in(few)

    def seconds(known: Known) -> float:
        assert known.question.goes_on
        memory.forget_all()
        since = time.process_time()
        bins_in(known)
        return time.process_time() - since

    first, second = seconds(known_now(watched)), seconds(known_now(watched))
    of_few = min(seconds(few) for _ in range(3))
    assert second < first
    assert second < 4 * of_few
