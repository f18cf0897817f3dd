"""Vectors of §4: the form of documents, their keys and their signatures."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.simulators.tuf_places import Verdict
from tests.vectors.tuf.builders import (
    client,
    delegating,
    publish_with,
    rewrite,
    small,
    staged,
)
from tests.vectors.tuf.table import vector
from trustui.demo.keys import Scheme, SigningKey, throwaway_key
from trustui.demo.publisher import Publisher

Edit = Callable[[Any], object]


def edited(role: str, edit: Edit) -> Verdict:
    """The first version of a role, changed before it was signed."""
    repo = publish_with(staged(), role, edit)
    return client(repo).verify(repo.files)


def rewritten(role: str, edit: Edit) -> Verdict:
    """The first version of a role, changed after it was signed."""
    repo = small()
    rewrite(repo, role, edit)
    return client(repo).verify(repo.files)


def edited_delegations(edit: Edit) -> Verdict:
    """The top-level targets of a delegating repository, changed before they were signed."""
    repo = publish_with(delegating(), "targets", lambda signed: edit(signed["delegations"]))
    return client(repo).verify(repo.files)


@vector(
    passed=(
        "tuf.meta.parse",
        "tuf.meta.type",
        "tuf.meta.spec_version",
        "tuf.meta.schema",
        "tuf.meta.version.positive",
        "tuf.meta.expires.format",
        "tuf.meta.length",
        "tuf.meta.hashes",
        "tuf.meta.threshold.positive",
        "tuf.meta.threshold.reachable",
        "tuf.meta.keyids.unique",
        "tuf.meta.role_name",
        "tuf.meta.delegation.paths",
        "tuf.meta.succinct",
        "tuf.sig.keyid.unique",
        "tuf.key.parse",
        "tuf.key.scheme.supported",
        "tuf.key.rsa.min_2048",
        "tuf.key.keyid.hash",
        "tuf.sig.empty",
        "tuf.sig.unknown_keyid",
        "tuf.sig.invalid",
        "tuf.sig.key.counted_once",
    )
)
def a_sound_repository_with_delegations() -> Verdict:
    repo = delegating(meta_hashes=True)
    return client(repo).verify(repo.files)


# Strict JSON, type, versions


@vector(failed="tuf.meta.parse")
def a_timestamp_that_is_no_json() -> Verdict:
    repo = small()
    repo.serve("timestamp.json", b"<html>not found</html>")
    return client(repo).verify(repo.files)


@vector(failed="tuf.meta.parse")
def a_timestamp_that_is_no_envelope() -> Verdict:
    repo = small()
    repo.serve("timestamp.json", b'[{"signed": {}}]')
    return client(repo).verify(repo.files)


@vector(failed="tuf.meta.parse")
def a_timestamp_without_a_signed_part() -> Verdict:
    return rewritten("timestamp", lambda document: document.update(signed="eyJfdHlwZSI6"))


@vector(failed="tuf.meta.parse")
def a_snapshot_with_a_version_that_stands_twice() -> Verdict:
    repo = small()
    repo.tamper("1.snapshot.json", b'"version": 1', b'"version": 2, "version": 1')
    return client(repo).verify(repo.files)


@vector(failed="tuf.meta.type")
def a_snapshot_in_the_place_of_targets() -> Verdict:
    return edited("targets", lambda signed: signed.update(_type="snapshot"))


@vector(failed="tuf.meta.spec_version")
def metadata_of_another_major_version_of_the_specification() -> Verdict:
    return edited("snapshot", lambda signed: signed.update(spec_version="2.0.0"))


@vector(failed="tuf.meta.spec_version")
def metadata_of_an_unreadable_version_of_the_specification() -> Verdict:
    return edited("snapshot", lambda signed: signed.update(spec_version="1.²"))


@vector(failed="tuf.meta.spec_version")
def metadata_without_a_version_of_the_specification() -> Verdict:
    return edited("snapshot", lambda signed: signed.pop("spec_version"))


@vector(failed="tuf.meta.schema")
def a_snapshot_without_its_list() -> Verdict:
    return edited("snapshot", lambda signed: signed.pop("meta"))


@vector(failed="tuf.meta.schema")
def targets_with_a_fraction_in_the_signed_part() -> Verdict:
    return rewritten("targets", lambda document: document["signed"].update(note=0.5))


@vector(
    passed="tuf.meta.schema", finding="tuf.sig.invalid", failed="tuf.targets.signature.threshold"
)
def targets_with_a_foreign_member_added_after_signing() -> Verdict:
    return rewritten("targets", lambda document: document["signed"].update(note=5))


@vector(passed=("tuf.meta.schema", "tuf.targets.signature.threshold"))
def targets_with_a_fraction_outside_of_the_signed_part() -> Verdict:
    return rewritten("targets", lambda document: document.update(note=0.5))


@vector(failed="tuf.meta.version.positive")
def targets_of_version_zero() -> Verdict:
    return edited("targets", lambda signed: signed.update(version=0))


@vector(failed="tuf.meta.version.positive")
def targets_whose_version_is_a_boolean() -> Verdict:
    return edited("targets", lambda signed: signed.update(version=True))


@vector(failed="tuf.meta.expires.format")
def targets_that_expire_on_a_day_that_no_calendar_has() -> Verdict:
    return edited("targets", lambda signed: signed.update(expires="2027-02-30T00:00:00Z"))


@vector(failed="tuf.meta.expires.format")
def targets_whose_expiry_is_a_number() -> Verdict:
    return edited("targets", lambda signed: signed.update(expires=1_900_000_000))


@vector(finding="tuf.meta.expires.format")
def targets_whose_expiry_has_a_fraction_of_a_second() -> Verdict:
    return edited("targets", lambda signed: signed.update(expires="2027-02-01T00:00:00.25Z"))


@vector(finding="tuf.meta.expires.format")
def targets_whose_expiry_has_a_numeric_offset() -> Verdict:
    return edited("targets", lambda signed: signed.update(expires="2027-02-01T00:00:00+02:00"))


# Lengths and hashes


def set_meta(**members: Any) -> Edit:
    return lambda signed: signed["meta"]["targets.json"].update(members)


def set_target(**members: Any) -> Edit:
    return lambda signed: signed["targets"]["top.txt"].update(members)


@vector(failed="tuf.meta.length")
def a_snapshot_that_lists_an_empty_document() -> Verdict:
    return edited("snapshot", set_meta(length=0))


@vector(failed="tuf.meta.length")
def a_target_of_negative_length() -> Verdict:
    return edited("targets", set_target(length=-1))


@vector(failed="tuf.meta.length")
def a_target_whose_length_is_a_boolean() -> Verdict:
    return edited("targets", set_target(length=True))


@vector(passed="tuf.meta.length")
def a_target_without_content() -> Verdict:
    return edited("targets", set_target(length=0))


@vector(failed="tuf.meta.hashes")
def a_snapshot_with_an_empty_list_of_hashes() -> Verdict:
    return edited("snapshot", set_meta(hashes={}))


@vector(failed="tuf.meta.hashes")
def a_snapshot_with_hashes_of_unknown_algorithms_only() -> Verdict:
    return edited("snapshot", set_meta(hashes={"crc32": "00000000"}))


@vector(failed="tuf.meta.hashes")
def a_target_with_a_hash_that_is_no_text() -> Verdict:
    return edited("targets", set_target(hashes={"sha256": 5}))


@vector(failed="tuf.meta.hashes")
def a_target_with_an_empty_list_of_hashes() -> Verdict:
    return edited("targets", set_target(hashes={}))


@vector(finding="tuf.meta.hashes")
def a_target_with_hashes_of_unknown_algorithms_only() -> Verdict:
    return edited("targets", set_target(hashes={"crc32": "00000000"}))


# Roles and delegations


def set_role(role: str, **members: Any) -> Verdict:
    return edited("root", lambda signed: signed["roles"][role].update(members))


@vector(failed="tuf.meta.threshold.positive")
def a_role_that_nobody_has_to_sign() -> Verdict:
    return set_role("timestamp", threshold=0)


@vector(failed="tuf.meta.threshold.positive")
def a_role_whose_threshold_is_a_boolean() -> Verdict:
    return set_role("timestamp", threshold=True)


@vector(finding="tuf.meta.threshold.reachable", failed="tuf.timestamp.signature.threshold")
def a_role_that_can_never_be_signed() -> Verdict:
    return set_role("timestamp", threshold=2)


@vector(failed="tuf.meta.keyids.unique")
def a_role_that_lists_a_key_id_twice() -> Verdict:
    def double(signed: Any) -> None:
        signed["roles"]["timestamp"]["keyids"] *= 2

    return edited("root", double)


@vector(failed="tuf.meta.role_name")
def a_delegated_role_that_takes_the_name_of_a_top_level_role() -> Verdict:
    return edited_delegations(lambda delegations: delegations["roles"][0].update(name="snapshot"))


@vector(failed="tuf.meta.delegation.paths")
def a_delegation_by_paths_and_by_hashes() -> Verdict:
    return edited_delegations(
        lambda delegations: delegations["roles"][0].update(path_hash_prefixes=["00"])
    )


@vector(failed="tuf.meta.delegation.paths")
def a_delegation_that_does_not_say_for_which_paths() -> Verdict:
    return edited_delegations(lambda delegations: delegations["roles"][0].pop("paths"))


def edited_bins(edit: Edit) -> Verdict:
    repo = staged()
    repo.delegate_hash_bins("targets", bit_length=1)
    publish_with(repo, "targets", lambda signed: edit(signed["delegations"]))
    return client(repo).verify(repo.files)


@vector(passed="tuf.meta.succinct")
def two_succinct_bins() -> Verdict:
    return edited_bins(lambda _: None)


@vector(failed="tuf.meta.succinct")
def succinct_bins_of_33_bits() -> Verdict:
    return edited_bins(lambda delegations: delegations["succinct_roles"].update(bit_length=33))


@vector(failed="tuf.meta.succinct")
def succinct_bins_of_a_number_of_bits_that_is_text() -> Verdict:
    return edited_bins(lambda delegations: delegations["succinct_roles"].update(bit_length="1"))


@vector(failed="tuf.meta.succinct")
def succinct_bins_beside_named_roles() -> Verdict:
    return edited_bins(lambda delegations: delegations.update(roles=[]))


# Keys


def with_first_key(change: Callable[[Any], object]) -> Verdict:
    """The first key of root is another; the other two reach the threshold."""

    def edit(signed: Any) -> None:
        change(signed["keys"][signed["roles"]["root"]["keyids"][0]])

    repo = staged()
    _, *others = repo.keys("root")
    repo.sign_with("root", *others)
    publish_with(repo, "root", edit)
    return client(repo).verify(repo.files)


@vector(finding=("tuf.key.parse", "tuf.key.keyid.hash"))
def a_key_that_cannot_be_read() -> Verdict:
    return with_first_key(lambda key: key["keyval"].update(public="no key"))


@vector(finding="tuf.key.scheme.supported")
def a_key_of_a_scheme_that_we_do_not_know() -> Verdict:
    return with_first_key(lambda key: key.update(scheme="falcon-1024"))


@vector(finding="tuf.key.keyid.hash")
def a_key_under_an_id_that_is_not_its_hash() -> Verdict:
    another = throwaway_key("another").public["keyval"]
    return with_first_key(lambda key: key.update(keyval=another))


def signed_with(key: SigningKey) -> Verdict:
    repo = staged()
    repo.rotate("timestamp", to=[key])
    repo.publish()
    return client(repo).verify(repo.files)


@vector(finding="tuf.key.rsa.min_2048", passed="tuf.timestamp.signature.threshold")
def a_weak_rsa_key() -> Verdict:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505  the vector is about its weakness
    return signed_with(SigningKey(Scheme.RSA_PSS, weak))


@vector(passed=("tuf.key.rsa.min_2048", "tuf.timestamp.signature.threshold"))
def an_rsa_key_that_is_strong_enough() -> Verdict:
    return signed_with(throwaway_key("strong", Scheme.RSA_PSS))


# Signatures


def edited_signatures(edit: Edit, repo: Publisher | None = None) -> Verdict:
    repo = repo or small()
    rewrite(repo, "targets", lambda document: edit(document["signatures"]))
    return client(repo).verify(repo.files)


@vector(failed="tuf.sig.keyid.unique")
def two_signatures_under_one_key_id() -> Verdict:
    return edited_signatures(lambda signatures: signatures.append(signatures[0]))


@vector(noted="tuf.sig.empty", passed="tuf.targets.signature.threshold")
def a_place_kept_for_a_signature_that_is_not_needed() -> Verdict:
    repo = small()
    third = repo.keys("targets")[2].key_id
    return edited_signatures(
        lambda signatures: signatures.append({"keyid": third, "sig": ""}), repo
    )


@vector(noted="tuf.sig.empty", failed="tuf.targets.signature.threshold")
def a_place_kept_for_a_signature_that_is_needed() -> Verdict:
    return edited_signatures(lambda signatures: signatures[0].update(sig=""))


@vector(noted="tuf.sig.unknown_keyid", passed="tuf.targets.signature.threshold")
def a_signature_of_a_stranger_beside_enough_others() -> Verdict:
    stranger = {"keyid": "00" * 32, "sig": "00" * 64}
    return edited_signatures(lambda signatures: signatures.append(stranger))


@vector(finding="tuf.sig.invalid", failed="tuf.targets.signature.threshold")
def a_signature_that_its_key_did_not_make() -> Verdict:
    return edited_signatures(lambda signatures: signatures[0].update(sig="00" * 64))


@vector(finding="tuf.sig.invalid", failed="tuf.targets.signature.threshold")
def a_signature_that_is_not_hexadecimal() -> Verdict:
    return edited_signatures(lambda signatures: signatures[0].update(sig="c2lnbmF0dXJl"))


@vector(passed="tuf.targets.signature.threshold")
def a_signature_in_upper_case() -> Verdict:
    return edited_signatures(
        lambda signatures: signatures[0].update(sig=signatures[0]["sig"].upper())
    )


@vector(finding="tuf.sig.key.counted_once", failed="tuf.targets.signature.threshold")
def one_key_that_signs_under_two_key_ids() -> Verdict:
    """The case of go-tuf issue 369."""

    def list_twice(signed: Any) -> None:
        role, keys = signed["roles"]["targets"], signed["keys"]
        keys["alias"] = keys[role["keyids"][0]]
        role["keyids"] = [role["keyids"][0], "alias"]

    repo = publish_with(staged(), "root", list_twice)
    signature = {"keyid": "alias"}

    def sign_twice(document: Any) -> None:
        signature["sig"] = document["signatures"][0]["sig"]
        document["signatures"] = [document["signatures"][0], signature]

    rewrite(repo, "targets", sign_twice)
    return client(repo).verify(repo.files)
