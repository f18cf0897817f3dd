"""The delegation tree: its order, its bins, its references and what each node says."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.simulators.verified import verified
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question, Repository
from trustui.core.formats.tuf.verify import refresh, verify
from trustui.core.graph import Bins, Node, NodeKind, Tree, delegation_tree
from trustui.core.trace import Outcome, Trace, TrustState, collect, trace
from trustui.demo.publisher import Publisher

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def tree_of(repo: Publisher, at: datetime | None = None) -> Tree:
    return delegation_tree(*verified(repo, at))


def by_role(tree: Tree) -> Mapping[str, Node]:
    return {node.role: node for node in tree.nodes if node.kind is not NodeKind.REFERENCE}


def test_nodes_come_in_the_order_a_client_asks(vendor: Publisher) -> None:
    nodes = tree_of(vendor).nodes
    assert [(node.depth, node.role) for node in nodes] == [
        (0, "root"),
        (1, "timestamp"),
        (1, "snapshot"),
        (1, "targets"),
        (2, "cranes"),
        (3, "firmware"),
        (2, "gate"),
    ]


def test_parents_stand_before_their_children_and_are_their_delegators(vendor: Publisher) -> None:
    nodes = tree_of(vendor).nodes
    for position, node in enumerate(nodes[1:], start=1):
        assert node.parent is not None
        assert node.parent < position
        assert nodes[node.parent].role == node.delegator


def test_a_node_says_who_signed_and_how_long_it_lives(vendor: Publisher) -> None:
    cranes = by_role(tree_of(vendor, START + 2 * DAY))["cranes"]
    assert (cranes.signed, cranes.threshold, cranes.keys) == (2, 2, 3)
    assert (cranes.version, cranes.expires, cranes.days_left) == (1, START + 365 * DAY, 363)
    assert cranes.paths == ("cranes/*", "cranes/*/*")
    assert cranes.state is TrustState.VERIFIED


def test_a_terminating_edge_is_marked(vendor: Publisher) -> None:
    nodes = by_role(tree_of(vendor))
    assert nodes["gate"].terminating
    assert not nodes["cranes"].terminating


def test_the_tree_counts_roles_bins_and_levels(vendor: Publisher) -> None:
    tree = tree_of(vendor)
    assert (tree.roles, tree.bins, tree.levels) == (7, 0, 3)


def test_a_role_below_its_threshold_is_failing(vendor: Publisher) -> None:
    vendor.sign_with_only("cranes", 1)
    vendor.publish()
    nodes = by_role(tree_of(vendor))
    assert nodes["cranes"].state is TrustState.FAILING
    assert nodes["cranes"].first_failing == "tuf.delegation.signature.threshold"
    assert nodes["cranes"].signed == 1
    assert nodes["gate"].state is TrustState.VERIFIED


def test_what_nobody_authorised_delegates_to_nobody(vendor: Publisher) -> None:
    vendor.sign_with_only("cranes", 1)
    vendor.publish()
    tree = tree_of(vendor)
    assert "firmware" not in by_role(tree)
    assert tree.orphans is None


def test_below_unsigned_targets_there_is_nothing(vendor: Publisher) -> None:
    vendor.sign_with_only("targets", 1)
    vendor.publish()
    nodes = tree_of(vendor).nodes
    assert nodes[-1].role == "targets"
    assert (nodes[-1].state, nodes[-1].signed) == (TrustState.FAILING, 1)


def test_days_left_are_negative_after_the_expiry(vendor: Publisher) -> None:
    nodes = by_role(tree_of(vendor, START + 9 * DAY))
    assert nodes["timestamp"].days_left == -2
    assert nodes["snapshot"].rests_on == "tuf.timestamp.freeze.expired"


@pytest.mark.parametrize(
    ("age", "share", "state"),
    [
        (0, 1.0, TrustState.VERIFIED),
        (3.5, 0.5, TrustState.VERIFIED),
        (6, 1 / 7, TrustState.EXPIRES_SOON),
        (8, 0.0, TrustState.FAILING),
    ],
)
def test_the_share_of_life_left_is_told_where_its_beginning_is_known(
    vendor: Publisher, age: float, share: float, state: TrustState
) -> None:
    found = verified(vendor, START + age * DAY, seen_at=START)
    node = by_role(delegation_tree(*found))["timestamp"]
    assert node.life_left == pytest.approx(share)
    assert node.state is state


def test_a_document_seen_only_after_its_expiry_has_no_share_of_life(vendor: Publisher) -> None:
    found = verified(vendor, START + 9 * DAY, seen_at=START + 8 * DAY)
    assert by_role(delegation_tree(*found))["timestamp"].life_left is None


# Diamonds and circles


def test_a_role_with_two_delegators_is_expanded_once(vendor: Publisher) -> None:
    vendor.add_delegation("gate", "cranes", paths=["gate/cranes/*"])
    vendor.publish()
    nodes = tree_of(vendor).nodes
    reference = nodes[-1]
    assert (reference.role, reference.kind) == ("cranes", NodeKind.REFERENCE)
    assert reference.refers_to is not None
    assert nodes[reference.refers_to].kind is NodeKind.ROLE
    assert reference.paths == ("gate/cranes/*",)
    assert sum(node.role == "firmware" for node in nodes) == 1


def test_each_edge_to_a_shared_role_has_its_own_outcome(vendor: Publisher) -> None:
    vendor.add_delegation("gate", "cranes", paths=["gate/cranes/*"])
    vendor.sign_with("cranes", *vendor.keys("cranes")[:2])
    vendor.publish()
    first, second = (node for node in tree_of(vendor).nodes if node.role == "cranes")
    assert (first.state, first.signed) == (TrustState.VERIFIED, 2)
    assert (second.state, second.signed) == (TrustState.FAILING, 0)


def test_a_circle_ends_in_a_reference(vendor: Publisher) -> None:
    vendor.add_delegation("firmware", "cranes", paths=["*"])
    vendor.publish()
    nodes = tree_of(vendor).nodes
    assert [node.role for node in nodes if node.kind is NodeKind.REFERENCE] == ["cranes"]


def test_hundreds_of_levels_are_no_harm() -> None:
    repo = Publisher("deep", START)
    for level in range(300):
        above = "targets" if level == 0 else f"level-{level - 1}"
        repo.add_delegation(above, f"level-{level}", paths=["*"])
    repo.publish()
    tree = tree_of(repo)
    assert tree.levels == 301
    assert msgspec.json.decode(msgspec.json.encode(tree), type=Tree) == tree


# Hash bins


def test_succinct_bins_are_one_node() -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=4, prefix="packages", keys=2)
    repo.publish()
    node = tree_of(repo).nodes[-1]
    assert node.kind is NodeKind.BINS
    assert node.bins == Bins(16, "packages-0", "packages-f", {TrustState.VERIFIED: 16})
    assert (node.threshold, node.keys, node.signed) == (1, 2, None)
    assert node.days_left == 365


def test_the_worst_bin_gives_the_state_of_all() -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=4)
    repo.publish()
    repo.withdraw("1.bin-3.json")
    node = tree_of(repo).nodes[-1]
    assert node.state is TrustState.FAILING
    assert node.bins is not None
    assert node.bins.states == {TrustState.VERIFIED: 15, TrustState.FAILING: 1}


def test_bins_show_the_expiry_of_the_one_that_expires_first() -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=3)
    repo.publish()
    repo.set_expiry("bin-5", START + 20 * DAY)
    repo.publish()
    assert tree_of(repo).nodes[-1].days_left == 20


def test_bins_that_were_not_asked_are_not_checked() -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=4)
    repo.publish()
    tree = delegation_tree(*verified(repo, paths=("some/file",)))
    node = tree.nodes[-1]
    assert node.state is TrustState.STALE
    assert node.bins is not None
    assert node.bins.states == {TrustState.STALE: 15, TrustState.VERIFIED: 1}
    assert tree.orphans is None


def test_four_billion_bins_are_not_enumerated() -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=2)
    repo.publish()
    repo.forge("targets", lambda signed: enlarge(signed["delegations"]))
    tree = delegation_tree(*verified(repo))
    assert tree.nodes[-1].bins == Bins(
        2**32, "bin-00000000", "bin-ffffffff", {TrustState.STALE: 2**32}
    )
    assert tree.orphans is None


def enlarge(delegations: object) -> None:
    assert isinstance(delegations, dict)
    delegations["succinct_roles"]["bit_length"] = 32


def prefixed(count: int, *, terminating: bool = False) -> Publisher:
    """Bins in the older form, `path_hash_prefixes`, that share one key."""
    repo = Publisher("prefixes", START)
    for number in range(count):
        repo.add_delegation(
            "targets",
            f"bin-{number:x}",
            path_hash_prefixes=[f"{number:x}"],
            terminating=terminating,
        )
    shared = repo.keys("bin-0")
    for number in range(1, count):
        repo.rotate(f"bin-{number:x}", to=shared)
    return repo


def test_roles_with_hash_prefixes_and_equal_keys_are_one_node() -> None:
    repo = prefixed(16, terminating=True)
    repo.publish()
    node = tree_of(repo).nodes[-1]
    assert node.bins == Bins(16, "bin-0", "bin-f", {TrustState.VERIFIED: 16})
    assert node.terminating


def test_three_roles_with_hash_prefixes_are_shown_one_by_one() -> None:
    repo = prefixed(3)
    repo.publish()
    nodes = tree_of(repo).nodes[4:]
    assert [(node.kind, node.path_hash_prefixes) for node in nodes] == [
        (NodeKind.ROLE, ("0",)),
        (NodeKind.ROLE, ("1",)),
        (NodeKind.ROLE, ("2",)),
    ]


def test_a_bin_with_other_keys_ends_the_row() -> None:
    repo = prefixed(8)
    repo.rotate("bin-4")
    repo.publish()
    assert [node.role for node in tree_of(repo).nodes[4:]] == [
        "bin-0", "bin-4", "bin-5", "bin-6", "bin-7",
    ]  # fmt: skip


def test_a_bin_that_delegates_has_a_node_of_its_own() -> None:
    repo = prefixed(8)
    repo.add_delegation("bin-2", "below", paths=["*"])
    repo.publish()
    bins, apart, below = tree_of(repo).nodes[4:]
    assert bins.bins is not None
    assert bins.bins.count == 7
    assert (apart.role, apart.delegator, below.delegator) == ("bin-2", "targets", "bin-2")


def test_bins_of_which_nothing_was_read_have_no_expiry() -> None:
    repo = prefixed(4)
    repo.publish()
    for number in range(4):
        repo.withdraw(f"1.bin-{number}.json")
    node = tree_of(repo).nodes[-1]
    assert (node.state, node.expires) == (TrustState.FAILING, None)


def test_bins_without_any_verified_edge_are_not_checked() -> None:
    repo = prefixed(4)
    repo.publish()
    repository, found = refreshed(repo)
    assert delegation_tree(repository, found).nodes[-1].bins == Bins(
        4, "bin-0", "bin-3", {TrustState.STALE: 4}
    )


# What was not read


def refreshed(repo: Publisher) -> tuple[Repository, Trace]:
    whole, _ = verified(repo)
    events, repository = collect(refresh, whole.question, whole.ask)
    return repository, trace("top-level roles", repo.now, repo.now, events)


def test_an_edge_that_was_not_verified_is_not_checked(vendor: Publisher) -> None:
    nodes = by_role(delegation_tree(*refreshed(vendor)))
    assert nodes["cranes"].state is TrustState.STALE
    assert (nodes["cranes"].version, nodes["cranes"].signed) == (None, None)
    assert "firmware" not in nodes


def test_top_level_roles_that_could_not_be_read_stand_in_the_tree(vendor: Publisher) -> None:
    vendor.withdraw("timestamp.json")
    nodes = tree_of(vendor).nodes
    assert [(node.role, node.version) for node in nodes] == [
        ("root", 1),
        ("timestamp", None),
        ("snapshot", None),
        ("targets", None),
    ]
    assert nodes[1].first_failing == "tuf.timestamp.fetch"
    assert nodes[3].state is TrustState.COULD_NOT_CHECK


def test_without_a_root_there_is_one_failing_node() -> None:
    nothing = Problem("root.json", ProblemKind.ABSENT, "there is no such file")
    question = Question(Anchor(nothing, AnchorOrigin.PINNED), START)
    events, repository = collect(verify, question, lambda _: nothing)
    found = trace("nothing", START, START, events)
    assert found.outcome is Outcome.FAILED
    [node] = delegation_tree(repository, found).nodes
    assert (node.role, node.state, node.keys) == ("root", TrustState.FAILING, 0)


def test_a_root_without_a_trace_is_not_checked() -> None:
    document = Document("root.json", b"")
    repository = Repository(
        Question(Anchor(document, AnchorOrigin.PINNED), START), lambda _: document
    )
    [node] = delegation_tree(repository, trace("nothing", START, START, [])).nodes
    assert node.state is TrustState.STALE


def test_roles_that_snapshot_lists_and_nobody_delegates_to_are_orphans(vendor: Publisher) -> None:
    vendor.claim("snapshot", "forgotten", version=3)
    vendor.claim("snapshot", "root", version=1)
    vendor.publish()
    assert tree_of(vendor).orphans == ("forgotten",)
