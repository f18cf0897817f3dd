"""Whole documents: versions, signatures, expiry, and what root says."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import pytest

from tests.simulators.verified import facts
from trustui.core.diff import Change, ChangeKind, Effect, compare
from trustui.core.facts import Document
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.parse import parse
from trustui.demo.publisher import Publisher

Published = Callable[[str], list[Change]]
DAY = timedelta(days=1)


def of_kind(changes: tuple[Change, ...], kind: ChangeKind) -> Change:
    return next(change for change in changes if change.kind is kind)


def test_a_document_does_not_differ_from_itself(vendor: Publisher) -> None:
    for role in ("root", "timestamp", "snapshot", "targets", "cranes"):
        assert compare(facts(vendor, role), facts(vendor, role)) == ()


def test_documents_of_different_types_are_not_compared(vendor: Publisher) -> None:
    with pytest.raises(ValueError, match="instead got root and targets"):
        compare(facts(vendor, "root"), facts(vendor, "targets"))


def test_a_newer_version_is_neutral(vendor: Publisher, publish: Published) -> None:
    vendor.renew("root")
    assert publish("root") == []
    changes = compare(facts(vendor, "root", 1), facts(vendor, "root", 2))
    version = of_kind(changes, ChangeKind.VERSION)
    assert (version.before, version.after, version.effect) == ("v1", "v2", Effect.NEUTRAL)


def test_an_older_version_is_a_rollback_and_widens(vendor: Publisher) -> None:
    vendor.renew("root")
    vendor.publish(vendor.now + DAY)
    changes = compare(facts(vendor, "root", 2), facts(vendor, "root", 1))
    rollback = of_kind(changes, ChangeKind.ROLLBACK)
    assert (rollback.before, rollback.after, rollback.effect) == ("v2", "v1", Effect.WIDENS)


def test_two_documents_of_one_version_are_equivocation(vendor: Publisher) -> None:
    honest = facts(vendor, "targets")
    body = vendor.forge("targets", lambda signed: signed.update({"note": "other"}))
    changes = compare(honest, parse(Document("forged", body)))
    assert [change.kind for change in changes] == [ChangeKind.EQUIVOCATION, ChangeKind.MEMBER]
    assert changes[0].effect is Effect.WIDENS
    assert changes[0].before == f"v1 {honest.digest}"


def test_a_difference_without_a_name_is_still_equivocation(vendor: Publisher) -> None:
    """`custom` of 1 and of true compare equal in Python; their signed bytes do not."""
    vendor.add_target("targets", "file", b"x", custom={"rank": 1})
    vendor.publish()
    honest = facts(vendor, "targets")

    def edit(signed: object) -> None:
        assert isinstance(signed, dict)
        signed["targets"]["file"]["custom"]["rank"] = True

    forged = parse(Document("forged", vendor.forge("targets", edit)))
    assert [change.kind for change in compare(honest, forged)] == [ChangeKind.EQUIVOCATION]


def test_the_same_document_with_more_signatures_differs_in_signatures_alone(
    vendor: Publisher,
) -> None:
    two = facts(vendor, "root")
    body = vendor.forge("root", lambda _: None, *vendor.keys("root"))
    [change] = compare(two, parse(Document("root", body)))
    assert (change.kind, change.effect) == (ChangeKind.SIGNATURES, Effect.NEUTRAL)
    assert set((change.after or "").split(", ")) == {key.key_id for key in vendor.keys("root")}


def test_an_empty_signature_is_nobodys(vendor: Publisher) -> None:
    document = facts(vendor, "root")
    kept = msgspec.structs.replace(document.signatures[0], keyid="later", sig="")
    waiting = msgspec.structs.replace(document, signatures=(*document.signatures, kept))
    assert compare(document, waiting) == ()


def test_another_specification_version_is_told(vendor: Publisher, publish: Published) -> None:
    vendor.spec_version = "1.0.31"
    vendor.renew("root")
    [change] = publish("root")
    assert (change.kind, change.before, change.after) == (
        ChangeKind.SPEC_VERSION, "1.0.34", "1.0.31",
    )  # fmt: skip


# Expiry


def expiry_of(old: Metadata, new: Metadata) -> Change:
    return of_kind(compare(old, new), ChangeKind.EXPIRY)


def renewed(vendor: Publisher, lifetime: timedelta) -> tuple[Metadata, Metadata]:
    """Targets of a year, and their successor a day later."""
    vendor.set_expiry("targets", vendor.now + DAY + lifetime)
    vendor.publish(vendor.now + DAY)
    return facts(vendor, "targets", 1), facts(vendor, "targets", 2)


@pytest.mark.parametrize(
    ("lifetime", "effect", "reason"),
    [
        (365 * DAY, Effect.NEUTRAL, "it was renewed, and lives for 365 days as before"),
        (380 * DAY, Effect.NEUTRAL, "it was renewed, and lives for 380 days as before"),
        (730 * DAY, Effect.WIDENS, "it lives for 730 days instead of 365 days"),
        (90 * DAY, Effect.NARROWS, "it lives for 90 days instead of 365 days"),
    ],
)
def test_where_publications_are_known_lifetimes_are_compared(
    vendor: Publisher, lifetime: timedelta, effect: Effect, reason: str
) -> None:
    change = expiry_of(*renewed(vendor, lifetime))
    assert (change.effect, change.reason) == (effect, reason)


@pytest.mark.parametrize(
    ("lifetime", "effect", "reason"),
    [
        (365 * DAY, Effect.WIDENS, "a copy of it can be served 1 day longer"),
        (90 * DAY, Effect.NARROWS, "a copy of it can be served 274 days less long"),
    ],
)
@pytest.mark.parametrize("unknown", [(True, True), (True, False), (False, True)])
def test_otherwise_a_later_date_widens(
    vendor: Publisher, lifetime: timedelta, effect: Effect, reason: str, unknown: tuple[bool, bool]
) -> None:
    documents = [
        msgspec.structs.replace(one, seen_at=None) if is_unknown else one
        for one, is_unknown in zip(renewed(vendor, lifetime), unknown, strict=True)
    ]
    change = expiry_of(*documents)
    assert (change.effect, change.reason) == (effect, reason)


def test_the_same_expiry_is_no_difference(vendor: Publisher, publish: Published) -> None:
    vendor.set_expiry("targets", facts(vendor, "targets").expires)
    assert publish("targets") == []
    changes = compare(facts(vendor, "targets", 1), facts(vendor, "targets", 2))
    assert [change.kind for change in changes] == [ChangeKind.VERSION]


# Root


def test_a_rotation_of_root_keys_shows_who_comes_and_who_goes(
    vendor: Publisher, publish: Published
) -> None:
    old = vendor.keys("root")
    vendor.rotate("root", keep=2)
    added, removed = (one for one in publish("root") if one.kind is not ChangeKind.SIGNATURES)
    assert (added.kind, added.subject, added.effect) == (
        ChangeKind.KEY_ADDED,
        "root",
        Effect.WIDENS,
    )
    assert (removed.kind, removed.before) == (ChangeKind.KEY_REMOVED, old[2].key_id)
    assert removed.effect is Effect.NARROWS


def test_a_lower_threshold_widens_and_a_higher_one_narrows(
    vendor: Publisher, publish: Published
) -> None:
    vendor.rotate("root", keep=3, keys=3, threshold=1)
    [lower] = [one for one in publish("root") if one.kind is ChangeKind.THRESHOLD]
    assert (lower.before, lower.after, lower.effect) == ("2", "1", Effect.WIDENS)
    vendor.rotate("root", keep=3, keys=3, threshold=3)
    [higher] = [one for one in publish("root") if one.kind is ChangeKind.THRESHOLD]
    assert (higher.before, higher.after, higher.effect) == ("1", "3", Effect.NARROWS)


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [(True, False, Effect.WIDENS), (False, True, Effect.NARROWS)],
)
def test_consistent_snapshots_given_up_widen(before: bool, after: bool, effect: Effect) -> None:
    repo = Publisher(
        "vendor", datetime.fromisoformat("2026-03-01T12:00:00Z"), consistent_snapshot=before
    )
    repo.publish()
    repo.consistent_snapshot = after
    repo.renew("root")
    repo.publish()
    changes = compare(facts(repo, "root", 1), facts(repo, "root", 2))
    change = of_kind(changes, ChangeKind.CONSISTENT_SNAPSHOT)
    assert (change.before, change.after, change.effect) == (
        str(before).lower(), str(after).lower(), effect,
    )  # fmt: skip


def test_a_changed_period_of_a_role_is_told(vendor: Publisher, publish: Published) -> None:
    """theupdateframework/tuf-on-ci issue 432: a signer was not shown such a change."""

    def edit(signed: object) -> None:
        assert isinstance(signed, dict)
        signed["roles"]["timestamp"]["x-tuf-on-ci-expiry-period"] = 7

    vendor.edit_next("root", edit)
    [change] = publish("root")
    assert (change.kind, change.subject) == (
        ChangeKind.MEMBER, "timestamp: x-tuf-on-ci-expiry-period",
    )  # fmt: skip
    assert (change.after, change.effect) == ("7", Effect.NEUTRAL)


def test_differences_survive_json(vendor: Publisher) -> None:
    vendor.rotate("root")
    vendor.publish()
    changes = compare(facts(vendor, "root", 1), facts(vendor, "root", 2))
    assert msgspec.json.decode(msgspec.json.encode(changes), type=tuple[Change, ...]) == changes
