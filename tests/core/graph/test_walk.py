"""Who can sign for a path: the order of the search, its end, and what is never asked."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.verified import verified
from trustui.core.facts import Problem, ProblemKind
from trustui.core.formats.tuf.delegations import look_up
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.verify import verify
from trustui.core.graph import Match, Stop, Walk, who_can_sign
from trustui.core.limits import TufLimits
from trustui.core.primitives.paths import path_hash
from trustui.core.trace import collect
from trustui.demo.publisher import Publisher

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FIRMWARE = "cranes/firmware/4.1.bin"


def walk_of(repo: Publisher, path: str, at: datetime | None = None) -> Walk:
    repository, _ = verified(repo, at)
    return who_can_sign(repository, path)


def asked(walk: Walk) -> list[str]:
    return [link.role for link in walk.asked]


def never_asked(walk: Walk) -> list[str]:
    return [link.role for link in walk.links if not link.is_asked]


def test_roles_are_asked_from_the_most_trusted_down(vendor: Publisher) -> None:
    walk = walk_of(vendor, FIRMWARE)
    assert asked(walk) == ["targets", "cranes", "firmware"]
    assert [link.delegator for link in walk.links] == [None, "targets", "cranes"]
    assert [link.lists_path for link in walk.links] == [False, False, True]


def test_the_search_stops_where_the_path_is_found(vendor: Publisher) -> None:
    walk = walk_of(vendor, FIRMWARE)
    assert (walk.stop, walk.stopped_at) == (Stop.FOUND, "firmware")
    assert walk.because == "firmware lists the path, so no role after it is asked"


def test_a_link_says_who_must_sign_and_why_it_covers_the_path(vendor: Publisher) -> None:
    targets, cranes, firmware = walk_of(vendor, FIRMWARE).links
    assert (targets.match, targets.matched_by) == (Match.TOP_LEVEL, None)
    assert (cranes.match, cranes.matched_by) == (Match.PATTERN, "cranes/*/*")
    assert cranes.threshold == 2
    assert cranes.keyids == tuple(key.key_id for key in vendor.keys("cranes"))
    assert (targets.is_good, cranes.is_good, firmware.is_good) == (True, True, True)


def test_a_role_after_the_answer_covers_the_path_and_is_never_asked(vendor: Publisher) -> None:
    vendor.add_delegation("targets", "late", paths=["*/*/*"])
    vendor.publish()
    walk = walk_of(vendor, FIRMWARE)
    assert never_asked(walk) == ["late"]
    assert walk.links[-1].is_good


def test_a_terminating_delegation_ends_the_search(vendor: Publisher) -> None:
    vendor.add_delegation("targets", "late", paths=["gate/*"])
    vendor.publish()
    walk = walk_of(vendor, "gate/kiosk.bin")
    assert (walk.stop, walk.stopped_at) == (Stop.TERMINATING, "gate")
    assert asked(walk) == ["targets", "gate"]
    assert never_asked(walk) == ["late"]
    assert walk.because == "the delegation to gate is terminating: no role after it is asked"


def test_a_path_that_nobody_covers_ends_with_targets(vendor: Publisher) -> None:
    walk = walk_of(vendor, "elsewhere")
    assert (walk.stop, walk.stopped_at, asked(walk)) == (Stop.END, None, ["targets"])
    assert walk.because == "no other delegation covers the path"


def test_a_broken_role_stops_the_search_before_less_trusted_ones(vendor: Publisher) -> None:
    vendor.add_delegation("targets", "late", paths=["*/*/*"])
    vendor.sign_with_only("cranes", 1)
    vendor.publish()
    walk = walk_of(vendor, FIRMWARE)
    assert (walk.stop, walk.stopped_at) == (Stop.BROKEN, "cranes")
    assert asked(walk) == ["targets", "cranes"]
    assert [link.is_good for link in walk.asked] == [True, False]
    assert never_asked(walk) == ["late"]
    assert "no less trusted role may answer" in walk.because


def test_the_limit_of_roles_ends_the_search() -> None:
    repo = Publisher("many", START)
    for number in range(5):
        repo.add_delegation("targets", f"role-{number}", paths=["*"])
    repo.publish()
    repository, _ = verified(repo, limits=TufLimits(max_delegations=3))
    walk = who_can_sign(repository, "file")
    assert (walk.stop, walk.stopped_at) == (Stop.LIMIT, "role-2")
    assert never_asked(walk) == ["role-3", "role-4"]
    assert walk.because == "a client gives up after 3 delegated roles"


def test_a_second_way_to_a_role_is_a_repeat(vendor: Publisher) -> None:
    vendor.add_delegation("targets", "late", paths=["elsewhere/*"])
    vendor.add_delegation("late", "firmware", paths=["elsewhere/*"])
    vendor.add_delegation("targets", "firmware", paths=["elsewhere/*"])
    vendor.publish()
    walk = walk_of(vendor, "elsewhere/file")
    assert asked(walk) == ["targets", "late", "firmware"]
    [repeat] = [link for link in walk.links if link.is_repeat]
    assert (repeat.role, repeat.delegator, repeat.is_asked) == ("firmware", "targets", False)


def test_a_hash_prefix_covers_the_path_by_its_hash() -> None:
    repo = Publisher("prefix", START)
    first = path_hash("file")[0]
    repo.add_delegation("targets", "other", path_hash_prefixes=["g"])
    repo.add_delegation("targets", "mine", path_hash_prefixes=["zz", first])
    repo.publish()
    walk = walk_of(repo, "file")
    assert (walk.links[1].match, walk.links[1].matched_by) == (Match.HASH_PREFIX, first)
    assert walk.path_hash == path_hash("file")


def test_one_bin_covers_the_path() -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=8)
    repo.publish()
    walk = walk_of(repo, "file")
    assert asked(walk) == ["targets", repo.bin_for("targets", "file")]
    assert walk.links[1].match is Match.BIN


def test_edges_on_the_way_are_verified_when_they_were_not_yet(vendor: Publisher) -> None:
    repository, _ = verified(vendor, paths=("elsewhere",))
    assert asked(who_can_sign(repository, FIRMWARE)) == ["targets", "cranes", "firmware"]


def test_roles_beyond_the_stop_that_were_not_read_say_so(vendor: Publisher) -> None:
    vendor.add_delegation("targets", "late", paths=["*/*/*"])
    vendor.publish()
    repository, _ = verified(vendor, paths=("elsewhere",))
    late = who_can_sign(repository, FIRMWARE).links[-1]
    assert (late.is_good, late.lists_path) == (None, None)


def test_while_the_refresh_is_broken_a_client_asks_nobody(vendor: Publisher) -> None:
    walk = walk_of(vendor, FIRMWARE, START + 8 * DAY)
    assert walk.rests_on == "tuf.timestamp.freeze.expired"
    assert walk.links[0].is_good is None
    assert asked(walk) == ["targets", "cranes", "firmware"]


def test_targets_that_nobody_authorised_lead_nowhere(vendor: Publisher) -> None:
    vendor.sign_with_only("targets", 1)
    vendor.publish()
    walk = walk_of(vendor, FIRMWARE)
    assert (walk.stop, walk.stopped_at) == (Stop.BROKEN, "targets")
    assert [(link.role, link.is_good) for link in walk.links] == [("targets", False)]


def test_without_targets_the_search_does_not_begin(vendor: Publisher) -> None:
    vendor.withdraw("timestamp.json")
    walk = walk_of(vendor, FIRMWARE)
    assert (walk.stop, walk.stopped_at, walk.asked) == (Stop.BROKEN, "targets", ())
    assert (walk.links[0].is_good, walk.links[0].lists_path) == (None, None)


def test_without_a_root_there_is_no_walk() -> None:
    nothing = Problem("root.json", ProblemKind.ABSENT, "there is no such file")
    question = Question(Anchor(nothing, AnchorOrigin.PINNED), START)
    _, repository = collect(verify, question, lambda _: nothing)
    walk = who_can_sign(repository, "file")
    assert (walk.links, walk.stop) == ((), Stop.BROKEN)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_asked_is_what_the_lookup_visits_and_stands_in_front(seed: int) -> None:
    """Random delegations with diamonds, circles, terminating edges and broken roles."""
    rng = random.Random(seed)
    repo = Publisher(f"random-{seed}", START)
    names = ["targets"]
    for number in range(rng.randint(3, 9)):
        names.append(f"role-{number}")
        repo.add_delegation(
            rng.choice(names[:-1]), names[-1], paths=["*"], terminating=rng.random() < 0.2
        )
    if rng.random() < 0.5:
        repo.add_target(rng.choice(names), "file", b"x")
    if rng.random() < 0.5:
        repo.sign_with(rng.choice(names[1:]))
    repo.publish()
    repository, _ = verified(repo, limits=TufLimits(max_delegations=rng.choice([4, 32])))
    _, lookup = collect(look_up, repository, "file")
    walk = who_can_sign(repository, "file")
    broken = [] if lookup.broken_role is None else [lookup.broken_role]
    assert asked(walk) == lookup.visited + broken
    assert asked(walk) == [link.role for link in walk.links][: len(walk.asked)]


def test_what_is_learned_for_one_who_asks_again_stays_with_them(vendor: Publisher) -> None:
    repository, _ = verified(vendor, paths=("elsewhere",))
    before = {**repository.edges}, {**repository.roles}, {**repository.trusted}
    again = repository.asked_again(repository.question, repository.ask)
    assert asked(who_can_sign(again, FIRMWARE)) == ["targets", "cranes", "firmware"]
    assert again.edges.keys() > before[0].keys()
    assert (repository.edges, repository.roles, repository.trusted) == before
