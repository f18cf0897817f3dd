"""Real root documents, whose changes are known.

Origin: Sigstore's root-signing history; what changed stands in the events of that repository.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from trustui.core.diff import Change, ChangeKind, Effect, compare
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse

Shared = Callable[[str], Path]


@pytest.fixture
def root(shared_data: Shared) -> Callable[[int], Metadata]:
    folder = shared_data("tuf/sigstore-root-signing") / "history" / "root"

    def read(version: int) -> Metadata:
        path = folder / f"{version}.root.json"
        return parse(Document(str(path), path.read_bytes()))

    return read


def told(old: Metadata, new: Metadata) -> list[Change]:
    """All but the date, which is later in every renewal."""
    return [change for change in compare(old, new) if change.kind is not ChangeKind.EXPIRY]


def test_new_key_ids_for_the_same_people_change_no_trust(root: Callable[[int], Metadata]) -> None:
    """v9 lists the keys of v8 in another encoding, so under other ids."""
    changes = told(root(8), root(9))
    assert {change.effect for change in changes} == {Effect.NEUTRAL}
    renamed = [change.subject for change in changes if change.kind is ChangeKind.KEYID]
    assert (renamed.count("root"), renamed.count("targets")) == (5, 5)


def test_consistent_snapshots_came_with_version_5(root: Callable[[int], Metadata]) -> None:
    [change] = [
        change for change in told(root(4), root(5)) if change.kind is ChangeKind.CONSISTENT_SNAPSHOT
    ]
    assert change.effect is Effect.NARROWS


def test_a_changed_signing_period_is_shown(root: Callable[[int], Metadata]) -> None:
    changes = told(root(10), root(11))
    periods = [(one.subject, one.before, one.after) for one in changes if "period" in one.subject]
    assert ("timestamp: x-tuf-on-ci-signing-period", "4", "6") in periods


def test_every_step_of_the_chain_can_be_told(root: Callable[[int], Metadata]) -> None:
    for version in range(1, 15):
        kinds = {change.kind for change in told(root(version), root(version + 1))}
        assert ChangeKind.VERSION in kinds
        assert ChangeKind.ROLLBACK not in kinds
