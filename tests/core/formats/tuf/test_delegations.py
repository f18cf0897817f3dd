"""Delegations beyond their single checks: edges, the order of a search, walks of large trees."""

import hashlib

import pytest

from tests.simulators.tuf_places import TufPlace
from tests.vectors.tuf.builders import NOW, client, delegating, publish_with, staged, up_to_date
from trustui.core.trace import Outcome
from trustui.demo.keys import throwaway_key
from trustui.demo.publisher import Publisher
from trustui.demo.roles import TOP_LEVEL


def delegated(place: TufPlace) -> list[str]:
    """The delegated roles that were asked for, in order."""
    roles = [request.role for request in place.requests]
    return [role for role in roles if role not in TOP_LEVEL]


def tree(*edges: tuple[str, str], paths: str = "*") -> Publisher:
    """Delegations from each first name to the second, all for the same paths."""
    repo = staged("tree")
    for above, below in edges:
        repo.add_delegation(above, below, paths=[paths])
    repo.publish()
    return repo


# The order of a search (§5.6.7)

FOREST = (("targets", "a"), ("targets", "d"), ("a", "b"), ("a", "c"), ("d", "e"))


def test_a_search_goes_depth_first_in_the_order_of_trust() -> None:
    repo = tree(*FOREST)
    place = TufPlace(repo.files)
    client(repo).verify(place, "nowhere")
    assert delegated(place) == ["a", "b", "c", "d", "e"]


def test_a_search_ends_where_the_path_is_listed() -> None:
    repo = tree(*FOREST)
    repo.add_target("c", "here", b"in c")
    repo.publish()
    place = TufPlace(repo.files)
    found = client(repo).verify(place, "here").step("tuf.target.found")
    assert delegated(place) == ["a", "b", "c"]
    assert found.found == "c"


def test_a_terminating_delegation_hides_all_that_stands_behind_it() -> None:
    repo = staged()
    for name in ("a", "d"):
        repo.add_delegation("targets", name, paths=["*"])
    repo.add_delegation("a", "b", paths=["*"], terminating=True)
    repo.add_delegation("a", "c", paths=["*"])
    repo.publish()
    place = TufPlace(repo.files)
    client(repo).verify(place, "nowhere")
    assert delegated(place) == ["a", "b"]


def test_a_terminating_delegation_for_other_paths_hides_nothing() -> None:
    repo = staged()
    repo.add_delegation("targets", "a", paths=["other"], terminating=True)
    repo.add_delegation("targets", "b", paths=["*"])
    repo.publish()
    place = TufPlace(repo.files)
    client(repo).verify(place, "nowhere")
    assert delegated(place) == ["b"]


def test_two_searches_verify_a_common_edge_once() -> None:
    repo = delegating()
    place = TufPlace(repo.files)
    verdict = client(repo).verify(place, "team/a.bin", "team/s-1.bin")
    assert verdict.outcome is Outcome.PASSED
    assert delegated(place) == ["team", "squad"]
    assert len(verdict.steps("tuf.delegation.fetch", "team")) == 1


def test_a_second_search_through_a_broken_edge_stops_there_too() -> None:
    repo = delegating()
    repo.withdraw("1.team.json")
    verdict = client(repo).verify(repo.files, "team/a.bin", "team/b.bin")
    stopped = verdict.steps("tuf.delegation.broken_stops_search")
    assert [step.on for step in stopped] == ["team/a.bin", "team/b.bin"]
    assert len(verdict.steps("tuf.delegation.fetch", "team")) == 1


def test_a_search_through_a_failed_refresh_is_planned_and_not_begun() -> None:
    repo = staged()
    repo.sign_with_only("timestamp", 0)
    repo.publish()
    trace = client(repo).verify(repo.files, "top.txt").trace
    assert {one.check for one in trace.not_reached if one.on == "top.txt"} == {
        "tuf.delegation.max_roles",
        "tuf.target.found",
        "tuf.target.shadowed",
    }


def test_foreign_names_are_made_visible_in_steps_and_groups() -> None:
    repo = tree(("targets", "a\u202eb"))
    verdict = client(repo).verify(repo.files, "x\ny")
    assert {group.id for group in verdict.trace.groups} >= {
        r"targets → a\u{202E}b",
        r"target x\u{000A}y",
    }


def test_a_role_whose_name_leads_elsewhere_is_asked_for_under_its_encoded_name() -> None:
    repo = tree(("targets", "../../etc/passwd"))
    place = TufPlace(repo.files)
    assert client(repo).verify(place, "nowhere").first == "tuf.target.found"
    assert place.asked[-1] == "1...%2F..%2Fetc%2Fpasswd.json"


# Edges


def test_one_role_is_verified_for_each_edge_that_leads_to_it() -> None:
    repo = staged()
    for name in ("a", "b"):
        repo.add_delegation("targets", name, paths=["*"])
    for name in ("a", "b"):
        repo.add_delegation(name, "shared", paths=["*"])
    repo.publish()
    place = TufPlace(repo.files)
    verdict = client(repo).verify(place)
    assert verdict.outcome is Outcome.PASSED
    groups = {group.id for group in verdict.trace.groups}
    assert groups >= {"a → shared", "b → shared"}
    assert delegated(place) == ["a", "b", "shared"]


def diamond_signed_for_one() -> Publisher:
    """Both a and b delegate to shared, with keys of their own; it is signed for b alone."""
    repo = staged()
    for name in ("a", "b"):
        repo.add_delegation("targets", name, paths=["*"])
    repo.add_delegation("a", "shared", paths=["*"])
    keys_of_a = repo.keys("shared")
    repo.add_delegation("b", "shared", paths=["*"])
    repo.add_delegation("shared", "below", paths=["*"])
    repo.sign_with("shared", *(key for key in repo.keys("shared") if key not in keys_of_a))
    repo.publish()
    return repo


def test_a_role_signed_for_one_delegator_fails_the_edge_of_the_other_only() -> None:
    repo = diamond_signed_for_one()
    verdict = client(repo).verify(repo.files)
    outcomes = {group.id: group.outcome for group in verdict.trace.groups}
    assert outcomes["a → shared"] is Outcome.FAILED
    assert outcomes["b → shared"] is Outcome.PASSED


def test_what_lies_below_a_role_rests_on_its_good_edge() -> None:
    repo = diamond_signed_for_one()
    verdict = client(repo).verify(repo.files)
    outcomes = {group.id: group.outcome for group in verdict.trace.groups}
    assert outcomes["shared → below"] is Outcome.PASSED


def test_what_lies_below_rests_on_the_way_that_is_whole() -> None:
    repo = staged()
    for name in ("lapsed", "sound"):
        repo.add_delegation("targets", name, paths=["*"])
    key = throwaway_key("shared by both")
    for name in ("lapsed", "sound"):
        repo.add_delegation(name, "shared", paths=["*"])
    repo.rotate("shared", to=[key])
    repo.add_delegation("shared", "below", paths=["*"])
    repo.set_expiry("lapsed", NOW)
    repo.publish()
    verdict = client(repo).verify(repo.files)
    outcomes = {group.id: group.outcome for group in verdict.trace.groups}
    assert outcomes["lapsed → shared"] is Outcome.UNDECIDED
    assert outcomes["sound → shared"] is outcomes["shared → below"] is Outcome.PASSED


def test_a_role_that_nobody_signed_leads_nowhere() -> None:
    repo = delegating()
    repo.sign_with_only("team", 1)
    repo.publish()
    place = TufPlace(repo.files)
    client(repo).verify(place)
    assert delegated(place) == ["team"]


def test_a_role_that_expired_is_still_followed_and_all_below_it_is_moot() -> None:
    repo = delegating()
    repo.set_expiry("team", NOW)
    repo.publish()
    verdict = client(repo).verify(repo.files)
    below = verdict.steps("tuf.delegation.signature.threshold", "squad")
    assert [step.moot_because for step in below] == ["tuf.delegation.freeze.expired"]


def test_a_walk_below_a_failed_refresh_is_moot() -> None:
    repo = delegating()
    repo.set_expiry("snapshot", NOW)
    repo.publish()
    verdict = client(repo).verify(repo.files)
    assert verdict.step("tuf.delegation.cycle").moot_because == "tuf.snapshot.freeze.expired"
    assert verdict.repository.trusted.keys() == {"root", "timestamp"}


def test_only_verified_roles_are_kept() -> None:
    repo = delegating()
    repo.set_expiry("squad", NOW)
    repo.publish()
    assert "team" in client(repo).verify(repo.files).repository.trusted
    assert "squad" not in client(repo).verify(repo.files).repository.trusted


# Cycles


@pytest.mark.parametrize(
    ("edges", "circle"),
    [
        ([("targets", "a"), ("a", "b"), ("b", "a")], "a, b"),
        ([("targets", "a"), ("a", "a")], "a"),
        ([("targets", "a"), ("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")], "a, b, c"),
    ],
)
def test_a_circle_of_delegations_is_found_and_ends_the_walk(
    edges: list[tuple[str, str]], circle: str
) -> None:
    repo = tree(*edges)
    verdict = client(repo).verify(repo.files)
    step = verdict.step("tuf.delegation.cycle")
    assert step.severity == "low"
    assert set(str(step.found).split(", ")) <= set(circle.split(", "))
    assert len(verdict.repository.edges) == len(edges)


def test_a_diamond_is_no_circle() -> None:
    repo = tree(("targets", "a"), ("targets", "b"), ("a", "c"), ("b", "c"), ("c", "d"))
    assert client(repo).verify(repo.files).step("tuf.delegation.cycle").outcome is Outcome.PASSED


# Large trees


def bins(bit_length: int) -> Publisher:
    repo = staged("bins")
    repo.delegate_hash_bins("targets", bit_length=bit_length)
    repo.publish()
    return repo


def test_a_walk_visits_every_bin() -> None:
    repo = bins(4)
    place = TufPlace(repo.files)
    verdict = client(repo).verify(place)
    assert verdict.outcome is Outcome.PASSED
    assert delegated(place) == [f"bin-{number:x}" for number in range(16)]


def test_of_more_bins_than_a_walk_visits_only_listed_ones_are_verified() -> None:
    repo = bins(4)
    place = TufPlace(repo.files)
    verdict = client(repo, max_walk_edges=3).verify(place)
    assert verdict.step("tuf.delegation.max_roles").found == "of 16 bins 3 were verified"
    assert len(delegated(place)) == 3


def test_four_thousand_million_bins_are_never_enumerated() -> None:
    repo = publish_with(
        bins(4),
        "targets",
        lambda signed: signed["delegations"]["succinct_roles"].update(bit_length=32),
    )
    place = TufPlace(repo.files)
    verdict = client(repo).verify(place)
    assert verdict.first == "tuf.delegation.max_roles"
    assert (
        "of 4,294,967,296 bins 0 were verified" in verdict.step("tuf.delegation.max_roles").because
    )
    assert delegated(place) == []


def test_of_more_delegations_than_a_walk_visits_the_first_are_verified() -> None:
    repo = tree(*((("targets", f"role-{number}")) for number in range(5)))
    verdict = client(repo, max_walk_edges=3).verify(repo.files)
    step = verdict.step("tuf.delegation.max_roles")
    assert (step.outcome, step.found) == (
        Outcome.UNDECIDED,
        "of 5 delegations 3 were verified",
    )


def test_a_partial_walk_is_no_reason_to_doubt_what_was_verified() -> None:
    repo = tree(*((("targets", f"role-{number}")) for number in range(5)))
    known = client(repo, max_walk_edges=3)
    assert known.verify(repo.files).repository.trusted.keys() >= {"role-0", "role-1", "role-2"}


# Matching


def test_every_edge_of_the_way_must_cover_the_path() -> None:
    repo = staged()
    repo.add_delegation("targets", "outer", paths=["a/*"])
    repo.add_delegation("outer", "inner", paths=["*", "b/*"])
    repo.add_target("inner", "b/x", b"outside of a/*")
    repo.publish()
    place = TufPlace(repo.files)
    assert client(repo).verify(place, "b/x").first == "tuf.target.found"
    assert delegated(place) == []


def test_a_prefix_of_the_hash_of_another_path_does_not_cover_this_one() -> None:
    repo = staged()
    prefix = hashlib.sha256(b"one.bin").hexdigest()[:8]
    repo.add_delegation("targets", "hashed", path_hash_prefixes=[prefix])
    repo.publish()
    place = TufPlace(repo.files)
    client(repo).verify(place, "another.bin")
    assert delegated(place) == []


def test_a_bin_does_not_end_the_search_as_tap_15_says() -> None:
    repo = bins(2)
    verdict = client(repo).verify(repo.files, "nowhere.bin")
    assert verdict.steps("tuf.delegation.terminating") == []
    assert verdict.first == "tuf.target.found"


def test_a_shadowing_role_must_have_been_read_to_be_told() -> None:
    repo = delegating()
    repo.add_target("squad", "team/s-2.bin", b"of the squad")
    repo.add_target("team", "team/s-2.bin", b"of the team")
    repo.publish()
    known = up_to_date(repo)
    unseen = known.verify(repo.files, "team/s-2.bin").step("tuf.target.shadowed")
    assert unseen.severity is None
    seen = known.verify(repo.files, "team/s-1.bin", "team/s-2.bin")
    assert [step.severity for step in seen.steps("tuf.target.shadowed")] == [None, "low"]
