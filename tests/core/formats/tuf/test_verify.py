"""The client workflow beyond its single rows: what is asked, what is kept, what is moot."""

from datetime import timedelta
from typing import Any

import pytest

from tests.simulators.tuf_places import Client, TufPlace, Verdict
from tests.vectors.tuf.builders import (
    DAY,
    NOW,
    client,
    delegating,
    publish_with,
    rewrite,
    small,
    staged,
    up_to_date,
)
from trustui.core.facts import Document, ProblemKind
from trustui.core.formats.tuf.large_maps import LARGE
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.trace import Outcome
from trustui.demo.keys import throwaway_key


def versions(known: Client) -> dict[str, int]:
    """What a client trusts: versions by role."""
    roots = {"root": known.root} if isinstance(known.root, Document) else {}
    documents = {**roots, **known.trusted}
    return {name: version_of(document) for name, document in documents.items()}


def version_of(document: Document) -> int:
    (line,) = [line for line in document.body.splitlines() if line.startswith(b'  "version":')]
    return int(line.strip(b' ,"version:'))


# What is asked


def test_it_asks_in_the_order_of_the_specification() -> None:
    place = TufPlace(delegating().files)
    client(delegating()).verify(place)
    assert place.asked == [
        "2.root.json",
        "timestamp.json",
        "1.snapshot.json",
        "1.targets.json",
        "1.team.json",
        "1.squad.json",
    ]


def test_without_consistent_snapshots_only_roots_are_asked_by_version() -> None:
    repo = delegating(consistent_snapshot=False)
    place = TufPlace(repo.files)
    assert client(repo).verify(place).outcome is Outcome.PASSED
    assert place.asked == [
        "2.root.json",
        "timestamp.json",
        "snapshot.json",
        "targets.json",
        "team.json",
        "squad.json",
    ]


def test_a_refresh_asks_for_no_delegated_role() -> None:
    place = TufPlace(delegating().files)
    assert client(delegating()).refresh(place).outcome is Outcome.PASSED
    assert place.asked[-1] == "1.targets.json"


def test_roots_are_followed_one_by_one() -> None:
    repo = small()
    for _ in range(3):
        repo.rotate("root", keep=1)
        repo.publish()
    place = TufPlace(repo.files)
    verdict = client(repo).refresh(place)
    assert place.asked[:4] == ["2.root.json", "3.root.json", "4.root.json", "5.root.json"]
    assert [root.version for root in verdict.repository.roots] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("role", "last"), [("timestamp", "timestamp.json"), ("snapshot", "1.snapshot.json")]
)
def test_what_nobody_signed_causes_no_request(role: str, last: str) -> None:
    repo = staged()
    repo.sign_with_only(role, 0)
    repo.publish()
    place = TufPlace(repo.files)
    client(repo).refresh(place)
    assert place.asked[-1] == last


def test_what_expired_is_still_explored_so_as_to_explain() -> None:
    repo = staged()
    repo.set_expiry("timestamp", NOW - DAY / 2)
    repo.publish()
    place = TufPlace(repo.files)
    client(repo).refresh(place)
    assert place.asked[-1] == "1.targets.json"


def test_a_plain_client_stops_at_the_first_failure() -> None:
    repo = staged()
    repo.set_expiry("timestamp", NOW - DAY / 2)
    repo.publish()
    place = TufPlace(repo.files)
    verdict = client(repo, goes_on=False).verify(place, "top.txt")
    assert place.asked[-1] == "timestamp.json"
    assert verdict.first == "tuf.timestamp.freeze.expired"


def test_what_is_listed_bounds_what_is_read() -> None:
    repo = small(meta_hashes=True)
    listed = len(repo.document("snapshot"))
    place = TufPlace(repo.files)
    known = client(repo)
    known.verify(place)
    by_role = {request.role: request for request in place.requests}
    assert by_role["snapshot"].max_length == listed
    assert by_role["timestamp"].max_length == known.limits.timestamp_bytes
    assert by_role["root"].max_length == known.limits.root_bytes


def test_where_no_length_is_listed_less_is_read() -> None:
    repo = small(meta_hashes=False)
    place = TufPlace(repo.files)
    known = client(repo)
    known.verify(place)
    by_role = {request.role: request.max_length for request in place.requests}
    assert by_role["targets"] == known.limits.unlisted_bytes < known.limits.targets_bytes
    assert by_role["snapshot"] == known.limits.snapshot_bytes < known.limits.unlisted_bytes


# What is kept


def test_a_client_keeps_what_it_has_verified() -> None:
    repo = delegating()
    known = up_to_date(repo)
    assert versions(known) == dict.fromkeys(
        ["root", "timestamp", "snapshot", "targets", "team", "squad"], 1
    )


def test_a_newer_root_is_kept_even_when_the_rest_fails() -> None:
    repo = small()
    known = up_to_date(repo)
    repo.rotate("root", keep=1)
    repo.set_expiry("timestamp", NOW)
    repo.publish()
    assert known.refresh(repo.files).first == "tuf.timestamp.freeze.expired"
    assert versions(known) == {"root": 2, "timestamp": 1, "snapshot": 1, "targets": 1}


def test_of_a_chain_of_roots_the_last_good_one_is_kept() -> None:
    repo = small()
    repo.rotate("root", keep=1)
    repo.publish()
    repo.sign_with_only("root", 1)
    repo.publish()
    known = client(repo)
    verdict = known.refresh(repo.files)
    assert verdict.first == "tuf.root.chain.threshold_old"
    assert versions(known) == {"root": 2}
    assert verdict.repository.root is not None
    assert verdict.repository.root.version == 2


def test_nothing_is_kept_of_what_nobody_vouches_for() -> None:
    repo = small()
    known = client(repo, origin=AnchorOrigin.NOBODY)
    verdict = known.verify(repo.files)
    assert verdict.repository.trusted == {}
    assert {step.moot_because for step in verdict.trace.steps[3:]} == {"tuf.root.anchor"}


def test_unchanged_documents_are_not_asked_for_again() -> None:
    repo = delegating()
    known = up_to_date(repo)
    place = TufPlace(repo.files)
    assert known.verify(place).outcome is Outcome.PASSED
    assert place.asked == ["2.root.json", "timestamp.json"]


def test_a_kept_document_of_another_hash_than_listed_is_asked_for_again() -> None:
    repo = small(meta_hashes=True)
    known = up_to_date(repo)
    repo.set_version("snapshot", 1)
    repo.set_expiry("snapshot", NOW + DAY)
    repo.publish()
    place = TufPlace(repo.files)
    known.refresh(place)
    assert "1.snapshot.json" in place.asked


def test_of_two_timestamps_of_one_version_the_one_seen_first_stays() -> None:
    repo = small()
    known = up_to_date(repo)
    kept = known.trusted["timestamp"].body
    repo.forge("timestamp", lambda signed: signed.update(expires="2026-11-22T00:00:00Z"))
    verdict = known.refresh(repo.files)
    assert verdict.outcome is Outcome.PASSED
    assert known.trusted["timestamp"].body == kept


def test_a_second_timestamp_of_one_version_cannot_lengthen_the_life_of_the_first() -> None:
    repo = small()
    known = up_to_date(repo)
    known.at = repo.archive.latest["timestamp"].expires
    repo.forge("timestamp", lambda signed: signed.update(expires="2036-11-22T00:00:00Z"))
    assert known.refresh(repo.files).first == "tuf.timestamp.freeze.expired"


def kept_instead(role: str, body: bytes) -> Verdict:
    """A refresh by a client that holds these bytes as a role that it trusted before."""
    repo = small()
    known = up_to_date(repo)
    known.trusted[role] = Document("the client's state", body)
    return known.refresh(repo.files)


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
@pytest.mark.parametrize("body", [b"", b"not json", b'{"signed": {}}'])
def test_a_spoiled_state_is_as_good_as_none(role: str, body: bytes) -> None:
    assert kept_instead(role, body).outcome is Outcome.PASSED


@pytest.mark.parametrize(("role", "other"), [("timestamp", "snapshot"), ("snapshot", "targets")])
def test_a_document_of_another_type_in_the_state_is_as_good_as_none(role: str, other: str) -> None:
    assert kept_instead(role, small().document(other)).outcome is Outcome.PASSED


def test_a_document_of_another_type_by_the_same_key_is_as_good_as_none() -> None:
    repo = staged()
    one_key = throwaway_key("signs both")
    repo.rotate("timestamp", to=[one_key])
    repo.rotate("snapshot", to=[one_key])
    repo.set_version("snapshot", 99)
    repo.publish()
    known = up_to_date(repo)
    known.trusted["timestamp"] = known.trusted["snapshot"]
    verdict = known.refresh(repo.files)
    assert verdict.outcome is Outcome.PASSED
    assert verdict.step("tuf.timestamp.rollback.version").outcome is Outcome.NOTED


def test_a_state_that_nobody_signed_cannot_cause_a_rollback_alarm() -> None:
    repo = small()
    repo.set_version("timestamp", 99)
    repo.publish()
    forged = repo.document("timestamp").replace(b'"sig": "', b'"sig": "00')
    verdict = kept_instead("timestamp", forged)
    assert verdict.outcome is Outcome.PASSED
    assert verdict.step("tuf.timestamp.rollback.version").outcome is Outcome.NOTED


def test_an_expired_kept_timestamp_still_guards_against_rollback() -> None:
    repo = small()
    old = repo.document("timestamp")
    repo.publish()
    known = up_to_date(repo)
    known.at = NOW + 30 * DAY
    repo.serve("timestamp.json", old)
    assert known.refresh(repo.files).first == "tuf.timestamp.rollback.version"


def test_a_large_kept_snapshot_guards_against_rollback_like_any_other() -> None:
    repo = staged("large", compact=True)
    for number in range(600):
        repo.claim("snapshot", f"role-{number:04}", version=2)
    repo.publish()
    known = client(repo)
    known.refresh(repo.files)
    assert len(known.trusted["snapshot"].body) > LARGE
    repo.claim("snapshot", "role-0300", version=1)
    repo.publish()
    assert known.refresh(repo.files).first == "tuf.snapshot.rollback.targets_version"


def test_new_keys_drop_what_the_old_keys_signed() -> None:
    repo = small()
    known = up_to_date(repo)
    repo.rotate("timestamp")
    repo.rotate("snapshot")
    repo.publish()
    step = known.refresh(repo.files).step("tuf.root.recovery.keys_rotated")
    assert step.found == "timestamp, snapshot"


def test_a_key_added_to_the_others_drops_nothing() -> None:
    repo = small()
    known = up_to_date(repo)
    repo.rotate("timestamp", keys=2, keep=1)
    repo.publish()
    step = known.refresh(repo.files).step("tuf.root.recovery.keys_rotated")
    assert step.found is None


# What is moot


def test_after_a_failure_later_steps_are_judged_and_moot() -> None:
    repo = staged()
    repo.set_expiry("timestamp", NOW)
    repo.publish()
    verdict = client(repo).verify(repo.files)
    snapshot = verdict.step("tuf.snapshot.signature.threshold")
    assert (snapshot.outcome, snapshot.moot_because) == (
        Outcome.PASSED,
        "tuf.timestamp.freeze.expired",
    )
    outcomes = {group.id: group.outcome for group in verdict.trace.groups}
    assert outcomes["root"] is Outcome.PASSED
    assert outcomes["timestamp"] is Outcome.FAILED
    assert outcomes["snapshot"] is outcomes["targets"] is Outcome.UNDECIDED


def test_a_step_is_moot_because_of_the_first_thing_that_broke() -> None:
    repo = staged()
    repo.set_expiry("timestamp", NOW)
    repo.set_expiry("targets", NOW)
    repo.publish()
    expired = client(repo).verify(repo.files).step("tuf.targets.freeze.expired")
    assert (expired.outcome, expired.moot_because) == (
        Outcome.FAILED,
        "tuf.timestamp.freeze.expired",
    )


def test_a_document_that_cannot_be_read_leaves_its_later_checks_unreached() -> None:
    repo = small()
    repo.withdraw("1.targets.json")
    trace = client(repo).refresh(repo.files).trace
    missing = {one.check for one in trace.not_reached if one.on == "targets"}
    assert missing >= {"tuf.meta.parse", "tuf.targets.signature.threshold"}
    assert "tuf.targets.fetch" not in missing


def test_without_a_root_nothing_else_is_reached() -> None:
    trace = Client(b"", NOW).refresh(small().files).trace
    assert {one.on for one in trace.not_reached} == {
        "initial root",
        "final root",
        "timestamp",
        "snapshot",
        "targets",
    }


def test_a_badly_formed_document_is_judged_by_all_checks_of_form() -> None:
    def spoil(signed: Any) -> None:
        signed.update(version=0, expires="tomorrow")

    repo = publish_with(staged(), "targets", spoil)
    verdict = client(repo).refresh(repo.files)
    assert verdict.step("tuf.meta.version.positive", "targets").outcome is Outcome.FAILED
    assert verdict.step("tuf.meta.expires.format", "targets").outcome is Outcome.FAILED
    assert verdict.steps("tuf.targets.signature.threshold") == []


# Names and instants


def test_steps_name_the_version_once_it_is_known() -> None:
    repo = small()
    repo.renew("snapshot")
    repo.publish()
    verdict = client(repo).refresh(repo.files)
    assert verdict.step("tuf.snapshot.fetch").on == "snapshot"
    assert verdict.step("tuf.snapshot.signature.threshold").on == "snapshot v2"
    assert verdict.step("tuf.root.fetch.end").on == "final root v1"


def test_one_instant_judges_every_expiry() -> None:
    repo = small()
    verdict = client(repo, at=NOW + timedelta(seconds=1)).refresh(repo.files)
    assert verdict.step("tuf.clock.fixed_start").found == "2026-11-20T12:00:01Z"


def test_uppercase_hash_listings_hold() -> None:
    repo = small(meta_hashes=True)
    meta = {"sha256": ""}
    rewrite(
        repo,
        "timestamp",
        lambda document: meta.update(document["signed"]["meta"]["snapshot.json"]["hashes"]),
    )
    repo.claim("timestamp", "snapshot", hashes={"sha256": meta["sha256"].upper()})
    repo.publish()
    assert client(repo).refresh(repo.files).outcome is Outcome.PASSED


def test_a_place_that_fails_differently_for_each_role_is_told_as_it_was() -> None:
    repo = small()
    place = TufPlace(repo.files, {"1.snapshot.json": ProblemKind.UNREADABLE})
    verdict = client(repo).refresh(place)
    step = verdict.step("tuf.snapshot.fetch")
    assert step.because == "snapshot could not be read: the test wants it so"
    assert step.found == "memory:1.snapshot.json"
