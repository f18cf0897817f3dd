"""Vectors of §5.6.7 and §5.7: delegated roles, the search for a path, the file itself."""

import hashlib
from collections.abc import Callable
from typing import Any

from tests.simulators.tuf_places import TufPlace, Verdict
from tests.vectors.tuf.builders import NOW, client, delegating, staged, up_to_date
from tests.vectors.tuf.table import vector
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.demo.publisher import Publisher

A = "team/a.bin"
S = "team/s-1.bin"


# The edge


@vector(
    passed=(
        "tuf.delegation.not_in_snapshot",
        "tuf.delegation.fetch",
        "tuf.delegation.fetch.length",
        "tuf.delegation.hash",
        "tuf.delegation.signature.threshold",
        "tuf.delegation.version.match",
        "tuf.delegation.freeze.expired",
        "tuf.delegation.max_roles",
        "tuf.delegation.cycle",
        "tuf.meta.role_name",
        "tuf.meta.delegation.paths",
        "tuf.meta.succinct",
    )
)
def a_walk_through_sound_delegations() -> Verdict:
    repo = delegating(meta_hashes=True)
    return client(repo).verify(repo.files)


def spoiled(spoil: Callable[[Publisher], object]) -> Verdict:
    repo = delegating()
    spoil(repo)
    repo.publish()
    return client(repo).verify(repo.files)


@vector(failed="tuf.delegation.not_in_snapshot")
def a_delegated_role_that_snapshot_does_not_list() -> Verdict:
    return spoiled(lambda repo: repo.omit("snapshot", "team"))


@vector(failed="tuf.delegation.fetch")
def a_delegated_role_that_is_not_there() -> Verdict:
    repo = delegating()
    repo.withdraw("1.team.json")
    return client(repo).verify(repo.files)


@vector(undecided="tuf.delegation.fetch")
def a_delegated_role_that_cannot_be_read() -> Verdict:
    repo = delegating()
    return client(repo).verify(TufPlace(repo.files, {"1.team.json": ProblemKind.UNREADABLE}))


@vector(undecided="tuf.fetch.slow")
def a_delegated_role_that_dribbles() -> Verdict:
    repo = delegating()
    return client(repo).verify(TufPlace(repo.files, {"1.team.json": ProblemKind.TOO_SLOW}))


@vector(failed="tuf.delegation.fetch.length")
def a_delegated_role_that_is_longer_than_listed() -> Verdict:
    repo = delegating(meta_hashes=True)
    repo.serve("1.team.json", repo.document("team") + b" ")
    return client(repo).verify(repo.files)


@vector(failed="tuf.delegation.hash")
def a_delegated_role_that_is_another_than_listed() -> Verdict:
    repo = delegating(meta_hashes=True)
    repo.serve("1.team.json", repo.document("team").replace(b"\n", b" "))
    return client(repo).verify(repo.files)


@vector(failed="tuf.delegation.signature.threshold")
def a_delegated_role_signed_by_one_key_of_the_two_that_are_needed() -> Verdict:
    return spoiled(lambda repo: repo.sign_with_only("team", 1))


@vector(failed="tuf.delegation.signature.threshold")
def a_role_signed_for_one_of_its_two_delegators_only() -> Verdict:
    repo = delegating()
    squad = repo.keys("squad")
    repo.add_delegation("targets", "squad", paths=["other/*"])
    repo.sign_with("squad", *squad)
    repo.publish()
    return client(repo).verify(repo.files)


@vector(failed="tuf.delegation.version.match")
def a_delegated_role_of_another_version_than_listed() -> Verdict:
    repo = delegating()
    repo.renew("team")
    repo.publish()
    repo.serve("2.team.json", repo.document("team", 1))
    return client(repo).verify(repo.files)


@vector(failed="tuf.delegation.freeze.expired")
def a_delegated_role_that_expires_at_this_instant() -> Verdict:
    return spoiled(lambda repo: repo.set_expiry("squad", NOW))


@vector(finding="tuf.equivocation")
def two_documents_of_one_version_of_a_delegated_role() -> Verdict:
    repo = delegating()
    known = up_to_date(repo)
    repo.forge("team", lambda signed: signed.update(note="to you alone"))
    repo.claim("snapshot", "team", version=1, hashes={"sha256": sha256(repo.files["1.team.json"])})
    repo.publish()
    return known.verify(repo.files)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@vector(finding="tuf.delegation.cycle")
def delegations_that_lead_in_a_circle() -> Verdict:
    repo = delegating()
    repo.add_delegation("squad", "team", keys=1, paths=["team/*"])
    repo.publish()
    return client(repo).verify(repo.files)


@vector(undecided="tuf.delegation.max_roles")
def more_delegations_than_a_walk_visits() -> Verdict:
    repo = delegating()
    return client(repo, max_walk_edges=1).verify(repo.files)


# The search for one path


@vector(passed=("tuf.target.found", "tuf.delegation.max_roles"), noted="tuf.target.shadowed")
def a_path_that_targets_lists_itself() -> Verdict:
    repo = delegating()
    return client(repo).verify(repo.files, "top.txt")


@vector(noted="tuf.delegation.path.match", passed="tuf.target.found")
def a_path_two_delegations_deep() -> Verdict:
    repo = delegating()
    return client(repo).verify(repo.files, S)


@vector(failed="tuf.target.found")
def a_path_that_nobody_lists() -> Verdict:
    repo = delegating()
    return client(repo).verify(repo.files, "team/nothing.bin")


@vector(failed="tuf.target.found")
def a_path_listed_by_a_role_that_may_not_list_it() -> Verdict:
    repo = delegating()
    repo.add_target("team", "top-secret.txt", b"outside of team/*")
    repo.publish()
    return client(repo).verify(repo.files, "top-secret.txt")


@vector(noted="tuf.delegation.path_hash.match", passed="tuf.target.found")
def a_path_trusted_to_a_role_by_the_beginning_of_its_hash() -> Verdict:
    repo = staged()
    prefix = sha256(b"hashed.bin")[:4]
    repo.add_delegation("targets", "hashed", path_hash_prefixes=["ffff", prefix])
    repo.add_target("hashed", "hashed.bin", b"by its hash")
    repo.publish()
    return client(repo).verify(repo.files, "hashed.bin")


@vector(noted="tuf.delegation.succinct.bin", passed=("tuf.target.found", "tuf.meta.succinct"))
def a_path_in_one_of_sixteen_succinct_bins() -> Verdict:
    repo = staged()
    repo.delegate_hash_bins("targets", bit_length=4)
    repo.add_target(repo.bin_for("targets", "binned.bin"), "binned.bin", b"in a bin")
    repo.publish()
    return client(repo).verify(repo.files, "binned.bin")


@vector(noted="tuf.delegation.terminating", passed="tuf.target.found")
def a_path_listed_by_the_role_of_a_terminating_delegation() -> Verdict:
    repo = staged()
    repo.add_delegation("targets", "last", paths=["*"], terminating=True)
    repo.add_target("last", "final.bin", b"found in time")
    repo.publish()
    return client(repo).verify(repo.files, "final.bin")


@vector(noted="tuf.delegation.terminating", failed="tuf.target.found")
def a_path_whose_role_stands_behind_a_terminating_delegation() -> Verdict:
    repo = staged()
    repo.add_delegation("targets", "first", paths=["*"], terminating=True)
    repo.add_delegation("targets", "second", paths=["*"])
    repo.add_target("second", "late.bin", b"never asked")
    repo.publish()
    return client(repo).verify(repo.files, "late.bin")


@vector(noted="tuf.delegation.cycle", failed="tuf.target.found")
def a_search_that_comes_back_to_a_role() -> Verdict:
    repo = delegating()
    repo.add_delegation("squad", "team", keys=1, paths=["team/*"])
    repo.publish()
    return client(repo).verify(repo.files, "team/s-nothing.bin")


@vector(finding="tuf.delegation.max_roles", failed="tuf.target.found")
def a_path_beyond_the_roles_that_a_search_visits() -> Verdict:
    repo = delegating()
    return client(repo, max_delegations=1).verify(repo.files, S)


@vector(passed="tuf.target.found")
def a_path_in_the_last_role_that_a_search_visits() -> Verdict:
    repo = delegating()
    return client(repo, max_delegations=2).verify(repo.files, S)


@vector(failed="tuf.delegation.broken_stops_search", first="tuf.delegation.signature.threshold")
def a_path_covered_by_a_role_that_cannot_be_verified() -> Verdict:
    repo = staged()
    repo.add_delegation("targets", "broken", keys=2, threshold=2, paths=["*"])
    repo.add_delegation("targets", "eager", paths=["*"])
    repo.add_target("eager", "wanted.bin", b"must not answer in its place")
    repo.sign_with_only("broken", 1)
    repo.publish()
    return client(repo).verify(repo.files, "wanted.bin")


@vector(finding="tuf.target.shadowed", passed="tuf.target.found")
def a_path_that_a_less_trusted_role_lists_too() -> Verdict:
    repo = delegating()
    repo.add_target("team", "team/both.bin", b"one")
    repo.add_target("targets", "team/both.bin", b"another")
    repo.publish()
    return client(repo).verify(repo.files, A, "team/both.bin")


# The file


def with_file(artifact: Document | Problem, **options: Any) -> Verdict:
    repo = delegating(**options)
    return client(repo).verify(repo.files, A, artifact=artifact)


@vector(passed=("tuf.target.name", "tuf.target.length", "tuf.target.hash"))
def the_file_that_the_metadata_describes() -> Verdict:
    return with_file(Document(f"memory:team/{sha256(b'of the team')}.a.bin", b"of the team"))


@vector(noted="tuf.target.name", passed="tuf.target.hash")
def a_file_under_its_plain_name() -> Verdict:
    return with_file(Document("a.bin", b"of the team"))


@vector(noted="tuf.target.name", passed="tuf.target.hash")
def a_file_asked_for_by_its_path() -> Verdict:
    return with_file(Document("a.bin", b"of the team"), consistent_snapshot=False)


@vector(failed="tuf.target.name")
def a_file_under_the_hash_of_another() -> Verdict:
    return with_file(Document(f"memory:team/{sha256(b'another')}.a.bin", b"of the team"))


@vector(failed="tuf.target.length")
def a_file_of_another_length() -> Verdict:
    return with_file(Document("a.bin", b"of the team and more"))


@vector(failed="tuf.target.length")
def a_file_that_cannot_be_read() -> Verdict:
    return with_file(Problem("a.bin", ProblemKind.ABSENT, "there is no such file"))


@vector(failed="tuf.target.hash")
def a_file_of_the_same_length_with_other_content() -> Verdict:
    return with_file(Document("a.bin", b"of the mob!"))
