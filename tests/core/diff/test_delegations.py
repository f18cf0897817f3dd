"""Delegations: who is trusted for which paths, and in which order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from tests.simulators.verified import facts
from trustui.core.diff import Change, ChangeKind, Effect, compare
from trustui.core.diff import delegations as module
from trustui.core.primitives.paths import matches_glob
from trustui.demo.publisher import Publisher

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
Published = Callable[[str], list[Change]]
Edited = Callable[[Callable[[Any], object]], list[Change]]


@pytest.fixture
def edited(vendor: Publisher, publish: Published) -> Edited:
    """What changes about targets when the delegations of its next version are edited so."""

    def changed(edit: Callable[[Any], object]) -> list[Change]:
        vendor.edit_next("targets", lambda signed: edit(signed["delegations"]))
        return publish("targets")

    return changed


def summary(changes: list[Change]) -> list[tuple[ChangeKind, str, Effect]]:
    return [(change.kind, change.subject, change.effect) for change in changes]


def role(delegations: Any, name: str) -> Any:
    return next(one for one in delegations["roles"] if one["name"] == name)


def test_a_new_delegation_widens_and_says_where_it_is_asked(
    vendor: Publisher, publish: Published
) -> None:
    vendor.add_delegation("targets", "reefers", keys=2, paths=["reefers/*"], terminating=True)
    [change] = publish("targets")
    assert summary([change]) == [(ChangeKind.DELEGATION_ADDED, "reefers", Effect.WIDENS)]
    assert change.after == "reefers/*, terminating"
    assert change.reason == "1 of 2 keys may sign for these paths; it is asked after all others"


def test_a_delegation_put_in_front_says_before_whom(edited: Edited) -> None:
    def insert(delegations: Any) -> None:
        first = delegations["roles"][0]
        delegations["roles"].insert(0, {**first, "name": "new", "path_hash_prefixes": ["0"]})
        del delegations["roles"][0]["paths"]

    [change] = edited(insert)
    assert change.reason.endswith("it is asked before cranes")
    assert change.after == "hash prefixes 0"


def test_the_first_twenty_paths_of_a_delegation_are_listed(edited: Edited) -> None:
    paths = [f"p{number}/*" for number in range(23)]
    [change] = edited(
        lambda delegations: delegations["roles"].append(
            {**delegations["roles"][0], "name": "new", "paths": paths}
        )
    )
    assert (change.after or "").endswith("p19/* and 3 more")


def test_a_removed_delegation_narrows(vendor: Publisher, publish: Published) -> None:
    vendor.remove_delegation("targets", "cranes")
    [change] = publish("targets")
    assert summary([change]) == [(ChangeKind.DELEGATION_REMOVED, "cranes", Effect.NARROWS)]


def test_a_removed_terminating_delegation_opens_the_way_to_later_roles(
    vendor: Publisher, edited: Edited, publish: Published
) -> None:
    edited(lambda delegations: role(delegations, "cranes").update(terminating=True))
    vendor.remove_delegation("targets", "cranes")
    changes = publish("targets")
    assert summary(changes) == [
        (ChangeKind.DELEGATION_REMOVED, "cranes", Effect.NARROWS),
        (ChangeKind.TERMINATING, "cranes", Effect.WIDENS),
    ]
    assert changes[1].reason == "the roles after it, gate first, are now asked for its paths"


def test_a_terminating_delegation_removed_from_the_end_opens_nothing(
    vendor: Publisher, publish: Published
) -> None:
    vendor.add_delegation("targets", "last", paths=["*"], terminating=True)
    publish("targets")
    vendor.remove_delegation("targets", "last")
    assert summary(publish("targets")) == [(ChangeKind.DELEGATION_REMOVED, "last", Effect.NARROWS)]


def test_another_order_widens_for_the_role_in_front(edited: Edited) -> None:
    [change] = edited(lambda delegations: delegations["roles"].reverse())
    assert summary([change]) == [(ChangeKind.DELEGATIONS_REORDERED, "delegations", Effect.WIDENS)]
    assert (change.before, change.after) == ("cranes, gate", "gate, cranes")
    assert change.reason.startswith("gate is asked earlier")


@pytest.mark.parametrize(("before", "effect"), [(False, Effect.NARROWS), (True, Effect.WIDENS)])
def test_terminating_narrows_and_not_terminating_widens(
    edited: Edited, before: bool, effect: Effect
) -> None:
    if before:
        edited(lambda delegations: role(delegations, "cranes").update(terminating=True))
        changes = edited(lambda _: None)
    else:
        changes = edited(lambda delegations: role(delegations, "cranes").update(terminating=True))
    words = ("terminating", "not terminating") if before else ("not terminating", "terminating")
    assert summary(changes) == [(ChangeKind.TERMINATING, "cranes", effect)]
    assert (changes[0].before, changes[0].after) == words


def test_keys_and_threshold_of_a_delegation_are_compared(
    vendor: Publisher, publish: Published
) -> None:
    vendor.rotate("cranes", keep=2, keys=3, threshold=1)
    assert sorted(summary(publish("targets"))) == [
        (ChangeKind.KEY_ADDED, "cranes", Effect.WIDENS),
        (ChangeKind.KEY_REMOVED, "cranes", Effect.NARROWS),
        (ChangeKind.THRESHOLD, "cranes", Effect.WIDENS),
    ]


# Paths


@dataclass(frozen=True)
class Paths:
    """Globs before and after, and the effects of what was added and of what was removed."""

    before: list[str]
    after: list[str]
    added: tuple[Effect, ...] = ()
    removed: tuple[Effect, ...] = ()


WIDENS, NARROWS, NEUTRAL = Effect.WIDENS, Effect.NARROWS, Effect.NEUTRAL
PATHS = [
    Paths(["a"], ["a"]),
    Paths(["a", "b"], ["b", "a"]),
    Paths(["a"], ["a", "b"], added=(WIDENS,)),
    Paths(["a", "b"], ["a"], removed=(NARROWS,)),
    Paths(["a"], ["b"], added=(WIDENS,), removed=(NARROWS,)),
    Paths(["a/b"], ["a/*"], added=(WIDENS,), removed=(NEUTRAL,)),
    Paths(["a/*"], ["a/b"], added=(NEUTRAL,), removed=(NARROWS,)),
    Paths(["*"], ["*", "x-*"], added=(NEUTRAL,)),
    Paths(["*"], ["*", "x/*"], added=(WIDENS,)),
    Paths(["x?"], ["x?", "x*"], added=(WIDENS,)),
    Paths(["?"], ["?", "*"], added=(WIDENS,)),
    Paths(["*?"], ["*?", "a?"], added=(WIDENS,)),
    Paths(["*]"], ["*]", "[ab]"], added=(WIDENS,)),
    Paths(["[ab]"], ["[ab]", "a"], added=(WIDENS,)),
]


@pytest.mark.parametrize("case", PATHS, ids=lambda case: f"{case.before} to {case.after}")
def test_paths_widen_unless_another_surely_covers_them(edited: Edited, case: Paths) -> None:
    edited(lambda delegations: role(delegations, "cranes").update(paths=case.before))
    changes = edited(lambda delegations: role(delegations, "cranes").update(paths=case.after))
    added = [one.effect for one in changes if one.kind is ChangeKind.PATH_ADDED]
    removed = [one.effect for one in changes if one.kind is ChangeKind.PATH_REMOVED]
    assert (tuple(added), tuple(removed)) == (case.added, case.removed)


@pytest.mark.parametrize("case", PATHS, ids=lambda case: f"{case.before} to {case.after}")
def test_what_is_called_covered_is_covered(case: Paths) -> None:
    """Every short path that a pattern said to be covered matches is matched by another."""
    paths = ["".join(letters) for size in range(4) for letters in product("ab/x-", repeat=size)]
    for general, special in product(case.before + case.after, repeat=2):
        if module._glob_covers(general, special):
            matched = [path for path in paths if matches_glob(special, path)]
            assert all(matches_glob(general, path) for path in matched)


def test_the_covering_pattern_is_named(edited: Edited) -> None:
    edited(lambda delegations: role(delegations, "cranes").update(paths=["a/*"]))
    [change, _] = edited(lambda delegations: role(delegations, "cranes").update(paths=["a/b"]))
    assert (change.after, change.reason) == ("a/b", "a/* covers the same paths")


def test_hash_prefixes_cover_what_begins_with_them(edited: Edited) -> None:
    def prefixes(*values: str) -> Callable[[Any], object]:
        def edit(delegations: Any) -> None:
            cranes = role(delegations, "cranes")
            del cranes["paths"]
            cranes["path_hash_prefixes"] = list(values)

        return edit

    globs_gone = edited(prefixes("0"))
    assert [(one.kind, one.effect) for one in globs_gone] == [
        (ChangeKind.PATH_ADDED, Effect.WIDENS),
        (ChangeKind.PATH_REMOVED, Effect.NARROWS),
    ]
    split = edited(prefixes("00", "01"))
    assert [(one.kind, one.effect) for one in split] == [
        (ChangeKind.PATH_ADDED, Effect.NEUTRAL),
        (ChangeKind.PATH_ADDED, Effect.NEUTRAL),
        (ChangeKind.PATH_REMOVED, Effect.NARROWS),
    ]


def test_of_very_many_patterns_none_is_taken_for_covered(
    edited: Edited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_COMPARED", 0)
    edited(lambda delegations: role(delegations, "cranes").update(paths=["a/*"]))
    added, removed = edited(lambda delegations: role(delegations, "cranes").update(paths=["a/b"]))
    assert (added.effect, removed.effect) == (Effect.WIDENS, Effect.NARROWS)


# Bins and members


@pytest.fixture
def binned() -> Publisher:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=2, prefix="packages", keys=2)
    repo.publish()
    return repo


def rebinned(repo: Publisher, edit: Callable[[Any], object]) -> list[Change]:
    repo.edit_next("targets", lambda signed: edit(signed["delegations"]))
    before = facts(repo, "targets")
    repo.publish()
    skipped = {ChangeKind.VERSION, ChangeKind.EXPIRY}
    return [one for one in compare(before, facts(repo, "targets")) if one.kind not in skipped]


def test_more_bins_are_neutral(binned: Publisher) -> None:
    [change] = rebinned(binned, lambda one: one["succinct_roles"].update(bit_length=3))
    assert summary([change]) == [(ChangeKind.BINS, "packages-*", Effect.NEUTRAL)]
    assert (change.before, change.after) == ("4 bins named packages-*", "8 bins named packages-*")


def test_the_threshold_of_bins_is_compared(binned: Publisher) -> None:
    [change] = rebinned(binned, lambda one: one["succinct_roles"].update(threshold=2))
    assert summary([change]) == [(ChangeKind.THRESHOLD, "packages-*", Effect.NARROWS)]


def test_members_of_bins_are_compared(binned: Publisher) -> None:
    [change] = rebinned(binned, lambda one: one["succinct_roles"].update(note="x"))
    assert change.subject == "succinct_roles: note"


def test_bins_that_come_widen_and_bins_that_go_narrow(binned: Publisher) -> None:
    plain = Publisher("bins", START)
    plain.publish()
    without, having = facts(plain, "targets"), facts(binned, "targets")
    came = [one for one in compare(without, having) if one.kind is ChangeKind.DELEGATION_ADDED]
    gone = [one for one in compare(having, without) if one.kind is ChangeKind.DELEGATION_REMOVED]
    assert summary(came) == [(ChangeKind.DELEGATION_ADDED, "packages-*", Effect.WIDENS)]
    assert came[0].reason == "1 of 2 keys may sign for every path"
    assert summary(gone) == [(ChangeKind.DELEGATION_REMOVED, "packages-*", Effect.NARROWS)]


def test_unknown_members_of_delegations_and_roles_are_neutral(edited: Edited) -> None:
    def edit(delegations: Any) -> None:
        delegations["note"] = 1
        role(delegations, "cranes")["note"] = 2

    assert summary(edited(edit)) == [
        (ChangeKind.MEMBER, "delegations: note", Effect.NEUTRAL),
        (ChangeKind.MEMBER, "cranes: note", Effect.NEUTRAL),
    ]


def test_a_key_that_no_delegation_uses_is_neutral(edited: Edited) -> None:
    def edit(delegations: Any) -> None:
        keys = delegations["keys"]
        keys["spare"] = next(iter(keys.values()))

    assert summary(edited(edit)) == [(ChangeKind.UNUSED_KEY_ADDED, "key spare", Effect.NEUTRAL)]
