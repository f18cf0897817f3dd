"""Vectors of §5.1 to §5.3: the first root, the chain of roots, the final one."""

from tests.simulators.tuf_places import Client, TufPlace, Verdict
from tests.vectors.tuf.builders import DAY, NOW, YESTERDAY, client, small, staged, up_to_date
from tests.vectors.tuf.table import vector
from trustui.core.facts import Problem, ProblemKind
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan


@vector(
    passed=(
        "tuf.root.initial.load",
        "tuf.root.anchor",
        "tuf.root.initial.self_signed",
        "tuf.root.chain.max_rotations",
        "tuf.root.freeze.expired",
    ),
    noted=(
        "tuf.clock.fixed_start",
        "tuf.root.fetch.end",
        "tuf.root.initial.expiry_ignored",
        "tuf.root.recovery.keys_rotated",
        "tuf.root.consistent_snapshot",
    ),
)
def a_first_root_that_is_the_newest() -> Verdict:
    repo = small()
    return client(repo).refresh(repo.files)


def rotated(seed: str = "rotated") -> Publisher:
    repo = small(seed)
    repo.rotate("root", keep=1)
    repo.publish()
    return repo


@vector(
    passed=(
        "tuf.root.fetch.next",
        "tuf.fetch.slow",
        "tuf.root.fetch.length",
        "tuf.root.chain.threshold_old",
        "tuf.root.chain.threshold_new",
        "tuf.root.rollback.version",
        "tuf.root.chain.max_rotations",
    ),
    noted="tuf.root.persist",
)
def a_rotation_of_root_signed_by_old_and_new_keys() -> Verdict:
    repo = rotated()
    return client(repo).refresh(repo.files)


@vector(passed="tuf.root.anchor")
def a_root_that_was_followed_from_a_pinned_one_earlier() -> Verdict:
    repo = small()
    return client(repo, origin=AnchorOrigin.KEPT).refresh(repo.files)


@vector(passed="tuf.root.anchor")
def a_root_that_is_trusted_on_first_use_on_purpose() -> Verdict:
    repo = small()
    return client(repo, origin=AnchorOrigin.FIRST_USE).refresh(repo.files)


@vector(undecided="tuf.root.anchor")
def a_root_that_nobody_vouches_for() -> Verdict:
    repo = small()
    return client(repo, origin=AnchorOrigin.NOBODY).refresh(repo.files)


@vector(failed="tuf.root.initial.load")
def no_root_to_start_from() -> Verdict:
    missing = Problem("root.json", ProblemKind.ABSENT, "there is no such file")
    return Client(missing, NOW).refresh(small().files)


@vector(failed="tuf.root.initial.load")
def a_repository_whose_own_first_root_is_not_there() -> Verdict:
    missing = Problem("1.root.json", ProblemKind.ABSENT, "there is no such file")
    return Client(missing, NOW, origin=AnchorOrigin.FIRST_USE).refresh(small().files)


@vector(undecided="tuf.root.initial.load")
def a_repository_whose_own_first_root_cannot_be_read() -> Verdict:
    problem = Problem("1.root.json", ProblemKind.UNREADABLE, "connection refused")
    return Client(problem, NOW, origin=AnchorOrigin.FIRST_USE).refresh(small().files)


@vector(failed="tuf.meta.parse")
def a_root_to_start_from_that_is_no_metadata() -> Verdict:
    return Client(b"<html>not found</html>", NOW).refresh(small().files)


@vector(failed="tuf.root.initial.self_signed")
def a_root_to_start_from_that_its_own_keys_did_not_sign() -> Verdict:
    repo = staged()
    repo.sign_with_only("root", 1)
    repo.publish()
    return client(repo).refresh(repo.files)


@vector(undecided="tuf.root.fetch.next", noted="tuf.clock.fixed_start")
def a_next_root_that_cannot_be_read() -> Verdict:
    repo = rotated()
    place = TufPlace(repo.files, {"2.root.json": ProblemKind.UNREADABLE})
    return client(repo).refresh(place)


@vector(undecided="tuf.root.fetch.next")
def a_next_root_at_an_address_that_we_refuse_to_ask() -> Verdict:
    repo = rotated()
    return client(repo).refresh(TufPlace(repo.files, {"2.root.json": ProblemKind.REFUSED}))


@vector(undecided="tuf.fetch.slow")
def a_next_root_that_dribbles() -> Verdict:
    repo = rotated()
    return client(repo).refresh(TufPlace(repo.files, {"2.root.json": ProblemKind.TOO_SLOW}))


@vector(failed="tuf.root.fetch.length")
def a_next_root_that_is_longer_than_any_root_may_be() -> Verdict:
    repo = rotated()
    repo.serve("2.root.json", repo.document("root") + b" " * 512_000)
    return client(repo).refresh(repo.files)


@vector(failed="tuf.root.fetch.length")
def a_next_root_whose_place_sends_more_than_was_asked_for() -> Verdict:
    repo = rotated()
    repo.serve("2.root.json", repo.document("root") + b" " * 512_000)
    return client(repo).refresh(TufPlace(repo.files, obeys=False))


@vector(failed="tuf.root.chain.threshold_old")
def a_next_root_that_only_its_new_keys_signed() -> Verdict:
    repo = small()
    repo.rotate("root")
    repo.sign_with("root", *repo.keys("root"))
    repo.publish()
    return client(repo).refresh(repo.files)


@vector(failed="tuf.root.chain.threshold_new")
def a_next_root_that_only_its_old_keys_signed() -> Verdict:
    repo = small()
    old = repo.keys("root")
    repo.rotate("root")
    repo.sign_with("root", *old)
    repo.publish()
    return client(repo).refresh(repo.files)


@vector(failed="tuf.root.rollback.version")
def a_next_root_that_skips_a_version() -> Verdict:
    repo = small()
    repo.set_version("root", 3)
    repo.publish()
    repo.serve("2.root.json", repo.document("root"))
    return client(repo).refresh(repo.files)


@vector(failed="tuf.root.rollback.version")
def a_next_root_that_is_the_first_one_again() -> Verdict:
    repo = small()
    repo.serve("2.root.json", repo.document("root", 1))
    return client(repo).refresh(repo.files)


@vector(failed="tuf.root.chain.max_rotations")
def more_new_roots_than_a_client_follows() -> Verdict:
    repo = small()
    for _ in range(3):
        repo.renew("root")
        repo.publish()
    return client(repo, max_root_rotations=2).refresh(repo.files)


@vector(passed="tuf.root.chain.max_rotations", noted="tuf.root.fetch.end")
def just_as_many_new_roots_as_a_client_follows() -> Verdict:
    repo = small()
    for _ in range(2):
        repo.renew("root")
        repo.publish()
    return client(repo, max_root_rotations=2).refresh(repo.files)


def long_running() -> Publisher:
    """Two roots that live for ten days: published twenty and five days ago."""
    plans = {"root": RolePlan(keys=3, threshold=2, lifetime=10 * DAY)}
    repo = Publisher("long-running", NOW - 20 * DAY, plans=plans)
    repo.publish()
    repo.renew("root")
    repo.publish(NOW - 5 * DAY)
    repo.renew("snapshot", "targets")
    repo.publish(YESTERDAY)
    return repo


@vector(noted="tuf.root.initial.expiry_ignored", passed="tuf.root.freeze.expired")
def an_expired_first_root_with_a_valid_successor() -> Verdict:
    repo = long_running()
    return client(repo).refresh(repo.files)


@vector(failed="tuf.root.freeze.expired")
def a_final_root_that_has_expired() -> Verdict:
    repo = long_running()
    repo.withdraw("2.root.json")
    return client(repo).refresh(repo.files)


@vector(noted=("tuf.root.recovery.keys_rotated", "tuf.timestamp.rollback.version"))
def a_fast_forward_undone_by_new_keys_for_timestamp_and_snapshot() -> Verdict:
    repo = small()
    repo.set_version("timestamp", 1_000_000)
    repo.set_version("snapshot", 1_000_000)
    repo.publish()
    known = up_to_date(repo)
    repo.rotate("timestamp")
    repo.rotate("snapshot")
    repo.set_version("timestamp", 3)
    repo.set_version("snapshot", 3)
    repo.publish(NOW)
    return known.refresh(repo.files)


@vector(noted="tuf.root.consistent_snapshot")
def a_repository_without_consistent_snapshots() -> Verdict:
    repo = small(consistent_snapshot=False)
    return client(repo).refresh(repo.files)
