"""Vectors of §5.4 to §5.6.6: timestamp, snapshot and targets."""

from datetime import timedelta

from tests.simulators.tuf_places import Client, TufPlace, Verdict
from tests.vectors.tuf.builders import (
    DAY,
    NOW,
    client,
    delegating,
    file_name,
    small,
    staged,
    up_to_date,
)
from tests.vectors.tuf.table import vector
from trustui.core.facts import ProblemKind
from trustui.demo.publisher import Publisher


@vector(
    passed=(
        "tuf.fetch.slow",
        "tuf.timestamp.fetch",
        "tuf.timestamp.fetch.length",
        "tuf.timestamp.signature.threshold",
        "tuf.timestamp.freeze.expired",
        "tuf.snapshot.fetch",
        "tuf.snapshot.fetch.length",
        "tuf.snapshot.hash",
        "tuf.snapshot.signature.threshold",
        "tuf.snapshot.version.match",
        "tuf.snapshot.freeze.expired",
        "tuf.targets.not_in_snapshot",
        "tuf.targets.fetch",
        "tuf.targets.fetch.length",
        "tuf.targets.hash",
        "tuf.targets.signature.threshold",
        "tuf.targets.version.match",
        "tuf.targets.freeze.expired",
        "tuf.equivocation",
    ),
    noted=(
        "tuf.timestamp.rollback.version",
        "tuf.timestamp.unchanged",
        "tuf.timestamp.rollback.snapshot_version",
        "tuf.snapshot.rollback.targets_version",
        "tuf.snapshot.rollback.role_removed",
    ),
)
def a_first_refresh_of_a_sound_repository() -> Verdict:
    repo = small(meta_hashes=True)
    return client(repo).refresh(repo.files)


@vector(
    passed=(
        "tuf.timestamp.rollback.version",
        "tuf.timestamp.rollback.snapshot_version",
        "tuf.snapshot.rollback.targets_version",
        "tuf.snapshot.rollback.role_removed",
        "tuf.equivocation",
    ),
    noted="tuf.timestamp.unchanged",
)
def a_refresh_by_a_client_that_was_there_before() -> Verdict:
    repo = small()
    known = up_to_date(repo)
    repo.add_target("targets", "more.txt", b"more")
    repo.publish(NOW)
    return known.refresh(repo.files)


@vector(noted="tuf.timestamp.unchanged", passed="tuf.equivocation")
def a_timestamp_that_is_still_the_same() -> Verdict:
    repo = small()
    return up_to_date(repo).refresh(repo.files)


@vector(noted=("tuf.snapshot.hash", "tuf.targets.hash"))
def metadata_whose_hashes_are_not_listed() -> Verdict:
    repo = small()
    return client(repo).refresh(repo.files)


def without(repo: Publisher, role: str) -> Verdict:
    repo.withdraw(file_name(repo, role))
    return client(repo).refresh(repo.files)


def troubled(repo: Publisher, role: str, kind: ProblemKind) -> Verdict:
    return client(repo).refresh(TufPlace(repo.files, {file_name(repo, role): kind}))


def under_signed(role: str) -> Verdict:
    repo = staged()
    repo.sign_with_only(role, 0)
    repo.publish()
    return client(repo).refresh(repo.files)


def expired(role: str) -> Verdict:
    """At the very instant of expiry it has expired (§5.4.4)."""
    repo = staged()
    repo.set_expiry(role, NOW)
    repo.publish()
    return client(repo).refresh(repo.files)


# Timestamp


@vector(failed="tuf.timestamp.fetch")
def a_repository_without_timestamp() -> Verdict:
    return without(small(), "timestamp")


@vector(undecided="tuf.timestamp.fetch")
def a_timestamp_that_cannot_be_read() -> Verdict:
    return troubled(small(), "timestamp", ProblemKind.UNREADABLE)


@vector(undecided="tuf.fetch.slow")
def a_timestamp_that_dribbles() -> Verdict:
    return troubled(small(), "timestamp", ProblemKind.TOO_SLOW)


@vector(failed="tuf.timestamp.fetch.length")
def an_endless_timestamp() -> Verdict:
    repo = small()
    repo.serve("timestamp.json", b" " * 16_385)
    return client(repo).refresh(repo.files)


@vector(failed="tuf.timestamp.signature.threshold")
def a_timestamp_that_nobody_signed() -> Verdict:
    return under_signed("timestamp")


@vector(failed="tuf.timestamp.rollback.version")
def a_timestamp_that_is_older_than_before() -> Verdict:
    repo = small()
    old = repo.document("timestamp")
    repo.publish()
    known = up_to_date(repo)
    repo.serve("timestamp.json", old)
    return known.refresh(repo.files)


@vector(failed="tuf.timestamp.rollback.snapshot_version")
def a_new_timestamp_that_leads_back_to_an_old_snapshot() -> Verdict:
    repo = small()
    repo.renew("snapshot")
    repo.publish()
    known = up_to_date(repo)
    repo.claim("timestamp", "snapshot", version=1)
    repo.publish()
    return known.refresh(repo.files)


@vector(finding="tuf.equivocation")
def two_timestamps_of_one_version() -> Verdict:
    repo = small()
    known = up_to_date(repo)
    repo.forge("timestamp", lambda signed: signed.update(expires="2026-11-22T00:00:00Z"))
    return known.refresh(repo.files)


@vector(failed="tuf.timestamp.freeze.expired")
def a_timestamp_that_expires_at_this_instant() -> Verdict:
    return expired("timestamp")


# Snapshot


@vector(failed="tuf.snapshot.fetch")
def a_repository_without_the_snapshot_that_it_lists() -> Verdict:
    return without(small(), "snapshot")


@vector(undecided="tuf.snapshot.fetch")
def a_snapshot_that_cannot_be_read() -> Verdict:
    return troubled(small(), "snapshot", ProblemKind.UNREADABLE)


@vector(failed="tuf.snapshot.fetch.length")
def a_snapshot_that_is_longer_than_listed() -> Verdict:
    repo = small(meta_hashes=True)
    repo.serve("1.snapshot.json", repo.document("snapshot") + b" ")
    return client(repo).refresh(repo.files)


@vector(failed="tuf.snapshot.fetch.length")
def a_snapshot_that_is_shorter_than_listed() -> Verdict:
    repo = small(meta_hashes=True)
    repo.serve("1.snapshot.json", repo.document("snapshot").rstrip())
    return client(repo).refresh(repo.files)


@vector(failed="tuf.snapshot.hash")
def a_snapshot_that_is_another_than_listed() -> Verdict:
    repo = small(meta_hashes=True)
    repo.serve("1.snapshot.json", repo.document("snapshot").replace(b"\n", b" "))
    return client(repo).refresh(repo.files)


@vector(failed="tuf.snapshot.signature.threshold")
def a_snapshot_that_nobody_signed() -> Verdict:
    return under_signed("snapshot")


@vector(failed="tuf.snapshot.version.match")
def a_snapshot_of_another_version_than_listed() -> Verdict:
    repo = small()
    repo.renew("snapshot")
    repo.publish()
    repo.serve("2.snapshot.json", repo.document("snapshot", 1))
    return client(repo).refresh(repo.files)


@vector(failed="tuf.snapshot.rollback.targets_version")
def a_snapshot_that_leads_back_to_old_targets() -> Verdict:
    repo = small()
    repo.renew("targets")
    repo.publish()
    known = up_to_date(repo)
    repo.claim("snapshot", "targets", version=1)
    repo.publish()
    return known.refresh(repo.files)


@vector(failed="tuf.snapshot.rollback.role_removed")
def a_snapshot_that_no_longer_lists_a_role() -> Verdict:
    repo = delegating()
    known = up_to_date(repo)
    repo.omit("snapshot", "squad")
    repo.publish()
    return known.refresh(repo.files)


@vector(finding="tuf.equivocation")
def two_snapshots_of_one_version() -> Verdict:
    repo = small(meta_hashes=True)
    known = up_to_date(repo)
    repo.set_version("snapshot", 1)
    repo.set_expiry("snapshot", NOW + DAY)
    repo.publish()
    return known.refresh(repo.files)


@vector(finding=("tuf.snapshot.fetch.length", "tuf.snapshot.hash", "tuf.equivocation"))
def a_past_that_kept_another_form_of_a_snapshot_than_was_listed() -> Verdict:
    repo = small(meta_hashes=True)
    repo.serve("1.snapshot.json", repo.document("snapshot").replace(b"\n", b""))
    return client(repo).refresh(TufPlace(repo.files, obeys=False, other_forms=1))


@vector(failed="tuf.snapshot.freeze.expired")
def a_snapshot_that_expires_at_this_instant() -> Verdict:
    return expired("snapshot")


# Targets


@vector(failed="tuf.targets.not_in_snapshot")
def a_snapshot_that_does_not_list_targets() -> Verdict:
    repo = staged()
    repo.omit("snapshot", "targets")
    repo.publish()
    return client(repo).refresh(repo.files)


@vector(failed="tuf.targets.fetch")
def a_repository_without_the_targets_that_it_lists() -> Verdict:
    return without(small(), "targets")


@vector(undecided="tuf.targets.fetch")
def targets_that_cannot_be_read() -> Verdict:
    return troubled(small(), "targets", ProblemKind.UNREADABLE)


@vector(failed="tuf.targets.fetch.length")
def targets_that_are_longer_than_listed() -> Verdict:
    repo = small(meta_hashes=True)
    repo.serve("1.targets.json", repo.document("targets") + b" ")
    return client(repo).refresh(repo.files)


@vector(failed="tuf.targets.hash")
def targets_that_are_others_than_listed() -> Verdict:
    repo = small(meta_hashes=True)
    repo.serve("1.targets.json", repo.document("targets").replace(b"\n", b" "))
    return client(repo).refresh(repo.files)


@vector(failed="tuf.targets.signature.threshold")
def targets_signed_by_one_key_of_the_two_that_are_needed() -> Verdict:
    repo = staged()
    repo.sign_with_only("targets", 1)
    repo.publish()
    return client(repo).refresh(repo.files)


@vector(failed="tuf.targets.version.match")
def targets_of_another_version_than_listed() -> Verdict:
    repo = small()
    repo.renew("targets")
    repo.publish()
    repo.serve("2.targets.json", repo.document("targets", 1))
    return client(repo).refresh(repo.files)


@vector(failed="tuf.targets.freeze.expired")
def targets_that_expire_at_this_instant() -> Verdict:
    return expired("targets")


@vector(passed="tuf.timestamp.freeze.expired")
def a_timestamp_in_the_last_second_of_its_life() -> Verdict:
    repo = small()
    at = repo.archive.latest["timestamp"].expires - timedelta(seconds=1)
    return Client(repo.document("root"), at).refresh(repo.files)
