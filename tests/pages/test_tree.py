"""The repository as a page sees it."""

import pytest

from tests.simulators.seen import LATER, known_now, with_bins
from tests.simulators.watched import DAY, START
from trustui.core.graph import NodeKind, who_can_sign
from trustui.core.trace import TrustState
from trustui.pages import stored_bins
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


def test_a_tree_with_more_roles_than_are_looked_at_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_EDGES", 1)
    seen = see(known_now(with_bins()))
    assert not seen.is_whole
    assert len(seen.repository.edges) == 1


def test_a_path_in_bins_that_were_not_verified_is_followed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stored_bins, "MOST_BINS", 4)
    seen = see(known_now(with_bins()))
    walk = who_can_sign(seen.repository, "anything")
    assert [link.is_good for link in walk.asked] == [True, True, True]


def test_what_expired_by_the_instant_of_judging_fails() -> None:
    later = Moment(LATER, LATER, START + 10 * DAY)
    nodes = {node.role: node for node in see(known_now(with_bins(), later)).tree.nodes}
    assert nodes["timestamp"].state is TrustState.FAILING
    assert nodes["root"].state is TrustState.VERIFIED
