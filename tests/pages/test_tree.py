"""The repository as a page sees it."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.seen import LATER, known_now, with_bins
from tests.simulators.watched import DAY, START
from trustui.core.graph import NodeKind, who_can_sign
from trustui.core.trace import TrustState
from trustui.pages import tree as module
from trustui.pages.moment import Moment
from trustui.pages.tree import kind_of, see

pytestmark = pytest.mark.django_db


def test_every_role_stands_in_the_order_in_which_a_client_asks() -> None:
    nodes = see(known_now(with_bins())).tree.nodes
    names = [node.role for node in nodes if node.kind is NodeKind.ROLE]
    assert names == ["root", "timestamp", "snapshot", "targets", "releases", "eu", "pool"]
    assert {node.state for node in nodes} == {TrustState.VERIFIED}
    assert [kind_of(node) for node in nodes if node.role == "releases"] == ["terminating"]


def test_bins_that_the_store_tells_of_say_what_verifying_them_says(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    found = known_now(with_bins())
    verified = [node for node in see(found).tree.nodes if node.kind is NodeKind.BINS]
    monkeypatch.setattr(module, "MOST_BINS", 4)
    with django_assert_max_num_queries(1):
        stored = [node for node in see(found).tree.nodes if node.kind is NodeKind.BINS]
    assert stored == verified
    assert stored[0].bins is not None
    assert stored[0].bins.states == {TrustState.VERIFIED: 16}


def test_bins_that_expired_fail_and_those_that_nobody_saw_were_not_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_BINS", 4)
    watched = with_bins()
    later = Moment(LATER, LATER, START + 5_000 * DAY)
    (node,) = (n for n in see(known_now(watched, later)).tree.nodes if n.kind is NodeKind.BINS)
    assert node.state is TrustState.FAILING
    assert node.days_left is not None
    assert node.days_left < 0


def test_a_tree_with_more_roles_than_are_looked_at_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EDGES", 1)
    seen = see(known_now(with_bins()))
    assert not seen.is_whole
    assert len(seen.repository.edges) == 1


def test_a_path_in_bins_that_were_not_verified_is_followed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_BINS", 4)
    seen = see(known_now(with_bins()))
    walk = who_can_sign(seen.repository, "anything")
    assert [link.is_good for link in walk.asked] == [True, True, True]


def test_what_expired_by_the_instant_of_judging_fails() -> None:
    later = Moment(LATER, LATER, START + 10 * DAY)
    nodes = {node.role: node for node in see(known_now(with_bins(), later)).tree.nodes}
    assert nodes["timestamp"].state is TrustState.FAILING
    assert nodes["root"].state is TrustState.VERIFIED
