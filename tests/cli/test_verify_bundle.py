"""`trustui verify bundle`: what each option does, and the JSON object that scripts rely on."""

import json
from pathlib import Path

import pytest

from tests.simulators.command_line import Trustui
from tests.simulators.sigstore_stack import (
    ARTIFACT,
    EMAIL,
    ISSUER,
    make_bundle,
    stack,
    statement_about,
)
from trustui.demo.images.bundles import Plan
from trustui.demo.images.certifying import new_key, pem
from trustui.demo.images.stack import sha256

PROVENANCE = "https://slsa.dev/provenance/v1"
BY_ALICE = ("--identity", EMAIL, "--issuer", ISSUER)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file, its bundles, a trusted root and keys, as somebody downloads them."""
    place = tmp_path_factory.mktemp("signed")
    provenance = Plan(statement=statement_about(ARTIFACT, PROVENANCE))
    bundles = {"mail": Plan(), "key": Plan(with_key=True), "provenance": provenance}
    for name, plan in bundles.items():
        (place / f"{name}.sigstore.json").write_text(json.dumps(make_bundle(plan)))
    (place / "notes.txt").write_bytes(ARTIFACT)
    (place / "edited.txt").write_bytes(b"edited")
    (place / "root.json").write_text(json.dumps(stack().trusted_root()))
    (place / "release.pub").write_bytes(pem(stack().key))
    (place / "other.pub").write_bytes(pem(new_key()))
    return place


def arguments(folder: Path, bundle: str = "mail", artifact: str = "notes.txt") -> list[object]:
    found: list[object] = ["verify", "bundle", folder / f"{bundle}.sigstore.json"]
    found += ["--trust-root", folder / "root.json"]
    return [*found, "--artifact", folder / artifact] if artifact else found


def test_a_good_signature_passes(trustui: Trustui, folder: Path) -> None:
    answer = trustui(*arguments(folder), *BY_ALICE)
    assert answer.status == 0
    assert answer.out.splitlines()[0].endswith("Verified")


def test_json_has_the_members_of_every_verdict_and_who_signed(
    trustui: Trustui, folder: Path
) -> None:
    answer = trustui(*arguments(folder), *BY_ALICE, "--json")
    found = answer.json
    assert (found["kind"], found["outcome"], found["trust_state"]) == (
        "bundle",
        "passed",
        "verified",
    )
    assert [group["id"] for group in found["groups"]] == ["policy", "bundle"]
    (signature,) = found["signatures"]
    assert (signature["identity"], signature["issuer"]) == (EMAIL, ISSUER)


def test_an_edited_file_fails(trustui: Trustui, folder: Path) -> None:
    answer = trustui(*arguments(folder, artifact="edited.txt"), *BY_ALICE, "--json")
    assert (answer.status, answer.first_failing) == (1, "bundle.sig")
    assert answer.json["trust_state"] == "failing"


def test_a_key_is_named_by_its_file(trustui: Trustui, folder: Path) -> None:
    good = trustui(*arguments(folder, "key"), "--key", folder / "release.pub")
    assert good.status == 0
    bad = trustui(*arguments(folder, "key"), "--key", folder / "other.pub", "--json")
    assert (bad.status, bad.first_failing) == (1, "bundle.sig")


def test_an_attestation_is_asked_for_by_its_type(trustui: Trustui, folder: Path) -> None:
    asked = (*arguments(folder, "provenance"), *BY_ALICE, "--json", "--attestation")
    assert trustui(*asked, "slsaprovenance1").status == 0
    other = trustui(*asked, "spdxjson")
    assert (other.status, other.first_failing) == (1, "attestation.predicate")


def test_a_digest_stands_for_a_file_that_is_not_at_hand(trustui: Trustui, folder: Path) -> None:
    asked = (*arguments(folder, artifact=""), *BY_ALICE, "--digest")
    assert trustui(*asked, f"sha256:{sha256(ARTIFACT)}").status == 0
    assert trustui(*asked, f"sha256:{sha256(b'other')}").status == 1
    unusable = trustui(*asked, "sha256:xyz")
    assert unusable.status == 2
    assert "--digest" in unusable.err


def test_without_an_artifact_nothing_is_decided(trustui: Trustui, folder: Path) -> None:
    answer = trustui(*arguments(folder, artifact=""), *BY_ALICE, "--json")
    assert (answer.status, answer.json["trust_state"]) == (3, "could_not_check")


def test_nobody_named_is_nobody_trusted(trustui: Trustui, folder: Path) -> None:
    answer = trustui(*arguments(folder), "--json")
    assert (answer.status, answer.first_failing) == (1, "policy.identity_given")
    assert answer.json["trust_state"] == "not_trusted"


@pytest.mark.parametrize(
    ("option", "file", "check"),
    [
        ("--key", "missing.pub", "policy.key_readable"),
        ("--key", "notes.txt", "policy.key_readable"),
        ("--trust-root", "missing.json", "policy.root_readable"),
        ("--trust-root", "notes.txt", "policy.root_readable"),
        ("--artifact", "missing.txt", "bundle.sig"),
    ],
)
def test_a_file_that_was_named_and_cannot_be_used_is_a_failed_step(
    trustui: Trustui, folder: Path, option: str, file: str, check: str
) -> None:
    who = () if option == "--key" else BY_ALICE
    answer = trustui(*arguments(folder), *who, option, folder / file, "--json")
    assert (answer.status, answer.first_failing) == (1, check)


def test_a_bundle_that_is_missing_is_a_failed_step(trustui: Trustui, folder: Path) -> None:
    answer = trustui(*arguments(folder, "missing"), *BY_ALICE, "--json")
    assert (answer.status, answer.first_failing) == (1, "bundle.parse")


def test_an_expectation_may_stand_in_a_file(trustui: Trustui, folder: Path) -> None:
    wanted = folder / "wanted.json"
    stated = {"identity": EMAIL, "issuer": ISSUER, "trusted_root": "root.json", "log": "required"}
    wanted.write_text(json.dumps(stated))
    bundle = folder / "mail.sigstore.json"
    asked = ("verify", "bundle", bundle, "--artifact", folder / "notes.txt", "--expect", wanted)
    assert trustui(*asked).status == 0
    assert trustui(*asked, "--identity", "bob@acme.example").status == 1


def test_chains_as_pem_say_nothing_about_times_and_are_refused(
    trustui: Trustui, folder: Path
) -> None:
    (folder / "chain.pem").write_bytes(stack().root.pem)
    wanted = folder / "pem.json"
    stated = {"identity": EMAIL, "issuer": ISSUER, "certificate_chain": "chain.pem"}
    wanted.write_text(json.dumps(stated))
    bundle = folder / "mail.sigstore.json"
    answer = trustui("verify", "bundle", bundle, "--expect", wanted, "--json")
    assert (answer.status, answer.first_failing) == (1, "policy.flags")


def test_the_present_may_be_set(trustui: Trustui, folder: Path) -> None:
    answer = trustui(*arguments(folder), *BY_ALICE, "--at", "2026-12-01T00:00:00Z", "--json")
    assert answer.json["at"] == "2026-12-01T00:00:00Z"
