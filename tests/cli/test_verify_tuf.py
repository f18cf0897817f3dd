"""`trustui verify tuf`: what each option does, and the JSON object that scripts rely on."""

import shutil
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.command_line import Answer, Trustui
from tests.simulators.fault_server import FaultServer
from tests.simulators.written import DAY, NOON_OF_DAY_3, START, Written, serve, write_repository
from trustui.core.primitives.instants import write_instant
from trustui.demo.publisher import Publisher

AT = write_instant(NOON_OF_DAY_3)

STEP_MEMBERS: dict[str, Any] = {
    "check": str,
    "outcome": str,
    "on": str,
    "because": str,
    "spec": str,
    "group": str,
    "expected": str | None,
    "found": str | None,
    "moot_because": str | None,
    "evidence": dict,
}
MEMBERS: dict[str, Any] = {
    "subject": str,
    "kind": str,
    "at": str,
    "valid_at": str,
    "outcome": str,
    "trust_state": str,
    "steps": list,
    "groups": list,
    "not_reached": list,
    "findings": list,
}
PARTS: dict[str, dict[str, Any]] = {
    "steps": STEP_MEMBERS,
    "groups": {"id": str, "on": str, "outcome": str},
    "not_reached": {"check": str, "on": str},
    "findings": {"id": str, "on": str, "because": str, "severity": str},
}
"""DESIGN §8: each member, and what kind of value it has."""

Verify = Callable[..., Answer]


@pytest.fixture
def verify(trustui: Trustui, place: Written) -> Verify:
    """The repository on disk, its root pinned, at noon of the third day, answered in JSON."""

    def run(*more: object) -> Answer:
        return trustui(
            "verify", "tuf", place.metadata, "--root", place.root, "--at", AT, "--json", *more
        )

    return run


@pytest.fixture
def verify_unpinned(trustui: Trustui, place: Written) -> Verify:
    def run(*more: object) -> Answer:
        return trustui("verify", "tuf", place.metadata, "--at", AT, "--json", *more)

    return run


# The JSON object ------------------------------------------------------------------------------


def assert_shape(value: dict[str, Any], members: dict[str, Any]) -> None:
    assert set(value) == set(members)
    assert [name for name, kind in members.items() if not isinstance(value[name], kind)] == []


def verdicts(trustui: Trustui, place: Written) -> list[Answer]:
    """One that passes, one that fails midway, one that nobody vouches for, one of nothing."""
    shutil.copytree(place.metadata, place.folder / "broken")
    (place.folder / "broken" / "1.snapshot.json").unlink()
    (place.folder / "broken" / "2.snapshot.json").write_bytes(b"{}")
    pinned = ("--root", place.root)
    return [
        trustui("verify", "tuf", place.metadata, *pinned, "--at", AT, "--json"),
        trustui("verify", "tuf", place.folder / "broken", *pinned, "--at", AT, "--json"),
        trustui("verify", "tuf", place.metadata, "--at", AT, "--json"),
        trustui("verify", "tuf", place.folder / "nowhere", *pinned, "--at", AT, "--json"),
    ]


def test_the_object_has_exactly_the_members_that_are_promised(
    trustui: Trustui, place: Written
) -> None:
    seen: dict[str, int] = dict.fromkeys(PARTS, 0)
    for answer in verdicts(trustui, place):
        assert_shape(answer.json, MEMBERS)
        for part, members in PARTS.items():
            for entry in answer.json[part]:
                assert_shape(entry, members)
                seen[part] += 1
    assert min(seen.values()) > 0


def test_every_word_is_one_of_those_that_are_promised(trustui: Trustui, place: Written) -> None:
    for answer in verdicts(trustui, place):
        assert answer.json["outcome"] in {"passed", "failed", "undecided"}
        for step in answer.json["steps"]:
            assert step["outcome"] in {"passed", "failed", "undecided", "noted"}
        for group in answer.json["groups"]:
            assert group["outcome"] in {"passed", "failed", "undecided"}
        for finding in answer.json["findings"]:
            assert finding["severity"] in {"info", "low", "medium", "high"}


def test_the_exit_status_says_what_the_object_says(trustui: Trustui, place: Written) -> None:
    status = {"passed": 0, "failed": 1, "undecided": 3}
    answers = verdicts(trustui, place)
    assert [answer.status for answer in answers] == [0, 1, 3, 1]
    assert [status[answer.json["outcome"]] for answer in answers] == [0, 1, 3, 1]


def test_nothing_but_the_object_is_printed(verify: Verify) -> None:
    answer = verify()
    assert answer.err == ""
    assert answer.out.startswith('{"subject":')
    assert answer.out.endswith("}\n")
    assert answer.out.count("\n") == 1


def test_the_object_names_place_kind_and_both_instants(verify: Verify, place: Written) -> None:
    answer = verify("--valid-at", "2026-03-05T00:00:00Z").json
    assert answer["subject"] == str(place.metadata)
    assert answer["kind"] == "tuf"
    assert (answer["at"], answer["valid_at"]) == (AT, "2026-03-05T00:00:00Z")
    assert (answer["outcome"], answer["trust_state"]) == ("passed", "verified")


def test_every_step_belongs_to_a_group_and_every_group_is_told(verify: Verify) -> None:
    answer = verify().json
    groups = [group["id"] for group in answer["groups"]]
    assert {step["group"] for step in answer["steps"]} == set(groups)
    assert groups == [
        "root",
        "timestamp",
        "snapshot",
        "targets",
        "all delegations",
        "targets → firmware",
    ]


# Trust has a source ---------------------------------------------------------------------------


def test_without_a_root_the_anchor_is_undecided_and_the_rest_is_moot(
    verify_unpinned: Verify,
) -> None:
    answer = verify_unpinned()
    assert (answer.status, answer.json["trust_state"]) == (3, "not_trusted")
    assert answer.step("tuf.root.anchor")["outcome"] == "undecided"
    steps = answer.json["steps"]
    resting = steps[steps.index(answer.step("tuf.root.anchor")) + 1 :]
    assert len(resting) > 50
    assert {step["moot_because"] for step in resting} == {"tuf.root.anchor"}
    assert not any(group["outcome"] == "passed" for group in answer.json["groups"])


def test_the_first_root_is_trusted_only_when_asked_for_and_the_trace_says_so(
    verify_unpinned: Verify,
) -> None:
    answer = verify_unpinned("--trust-first-root")
    assert (answer.status, answer.json["trust_state"]) == (0, "verified")
    assert "trusted on first use" in answer.step("tuf.root.anchor")["because"]


def test_a_root_file_that_is_missing_fails(trustui: Trustui, place: Written) -> None:
    missing = place.folder / "missing.json"
    answer = trustui("verify", "tuf", place.metadata, "--root", missing, "--at", AT, "--json")
    assert (answer.status, answer.first_failing) == (1, "tuf.root.initial.load")
    assert answer.step("tuf.root.initial.load")["found"] == str(missing)


def test_a_root_file_that_is_a_folder_fails(trustui: Trustui, place: Written) -> None:
    answer = trustui("verify", "tuf", place.metadata, "--root", place.folder, "--json")
    assert (answer.status, answer.first_failing) == (1, "tuf.root.initial.load")


def test_a_root_of_somebody_else_fails(trustui: Trustui, place: Written, tmp_path: Path) -> None:
    stranger = Publisher("stranger", START)
    stranger.publish()
    other = write_repository(stranger, tmp_path / "stranger")
    answer = trustui("verify", "tuf", place.metadata, "--root", other.root, "--at", AT, "--json")
    assert (answer.status, answer.first_failing) == (1, "tuf.timestamp.signature.threshold")


# Places ---------------------------------------------------------------------------------------


def test_a_place_that_is_not_there_fails_at_its_first_document(
    trustui: Trustui, place: Written
) -> None:
    nowhere = place.folder / "nowhere"
    answer = trustui("verify", "tuf", nowhere, "--root", place.root, "--at", AT, "--json")
    assert (answer.status, answer.first_failing) == (1, "tuf.timestamp.fetch")


def test_a_private_address_is_refused_before_anything_is_asked(
    trustui: Trustui, place: Written, repo: Publisher, server: FaultServer
) -> None:
    url = serve(server, repo.metadata)
    answer = trustui("verify", "tuf", url, "--root", place.root, "--at", AT, "--json")
    assert answer.status == 3
    assert server.connections() == 0


def test_an_allowed_address_is_asked(
    trustui: Trustui, place: Written, repo: Publisher, server: FaultServer
) -> None:
    url = serve(server, repo.metadata)
    arguments = ("verify", "tuf", url, "--root", place.root, "--at", AT, "--json")
    answer = trustui(*arguments, "--allow-address", "192.0.2.7", "--allow-address", "127.0.0.1")
    assert (answer.status, answer.json["subject"]) == (0, url)
    assert "/metadata/timestamp.json" in server.paths()


def test_a_password_in_an_address_is_neither_used_nor_shown(trustui: Trustui) -> None:
    url = "https://alice:secret@vendor.example/metadata"
    for form in ("--json", "--every-step"):
        answer = trustui("verify", "tuf", url, form)
        assert (answer.status, answer.err) == (3, "")
        assert "secret" not in answer.out
        assert "//…@vendor.example/metadata" in answer.out


# Instants -------------------------------------------------------------------------------------


def test_a_history_answers_as_it_did_at_the_instant(trustui: Trustui, place: Written) -> None:
    then = write_instant(START + DAY + timedelta(hours=1))
    answer = trustui("verify", "tuf", place.history, "--root", place.root, "--at", then, "--json")
    assert (answer.status, answer.json["at"]) == (0, then)
    assert "timestamp v2" in {group["on"] for group in answer.json["groups"]}


def test_expiry_alone_is_judged_at_another_instant(trustui: Trustui, place: Written) -> None:
    later = write_instant(START + 30 * DAY)
    answer = trustui(
        *("verify", "tuf", place.history, "--root", place.root, "--at", AT),
        *("--valid-at", later, "--json"),
    )
    assert (answer.status, answer.first_failing) == (1, "tuf.timestamp.freeze.expired")
    assert "timestamp v3" in {group["on"] for group in answer.json["groups"]}


def test_without_an_instant_it_is_now(trustui: Trustui, place: Written) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    answer = trustui("verify", "tuf", place.metadata, "--root", place.root, "--json").json
    at = datetime.fromisoformat(answer["at"])
    assert before <= at <= datetime.now(UTC)
    assert answer["valid_at"] == answer["at"]


# Targets and artifacts ------------------------------------------------------------------------


def test_a_target_is_looked_up_instead_of_walking_the_tree(verify: Verify) -> None:
    answer = verify("--target", "firmware/crane.bin")
    groups = [group["id"] for group in answer.json["groups"]]
    assert answer.status == 0
    assert "target firmware/crane.bin" in groups
    assert "all delegations" not in groups


def test_several_targets_are_each_looked_up(verify: Verify) -> None:
    answer = verify("--target", "firmware/crane.bin", "--target", "firmware/none.bin")
    outcomes = {group["id"]: group["outcome"] for group in answer.json["groups"]}
    assert answer.status == 1
    assert outcomes["target firmware/crane.bin"] == "passed"
    assert outcomes["target firmware/none.bin"] == "failed"


def test_an_artifact_is_compared_with_its_entry(verify: Verify, tmp_path: Path) -> None:
    artifact = tmp_path / "downloaded"
    artifact.write_bytes(b"crane 1")
    answer = verify("--target", "firmware/crane.bin", "--artifact", artifact)
    assert answer.status == 0
    assert answer.step("tuf.target.hash")["outcome"] == "passed"


@pytest.mark.parametrize(
    ("content", "check"),
    [(b"crane 2", "tuf.target.hash"), (b"crane 1 and more", "tuf.target.length")],
)
def test_another_file_is_not_the_artifact(
    verify: Verify, tmp_path: Path, content: bytes, check: str
) -> None:
    artifact = tmp_path / "downloaded"
    artifact.write_bytes(content)
    answer = verify("--target", "firmware/crane.bin", "--artifact", artifact)
    assert (answer.status, answer.first_failing) == (1, check)


def test_an_artifact_that_cannot_be_read_never_passes(verify: Verify, place: Written) -> None:
    target = ("--target", "firmware/crane.bin", "--artifact")
    for unreadable in (place.folder / "missing.bin", place.folder):
        answer = verify(*target, unreadable)
        assert answer.status == 1
        assert answer.json["outcome"] == "failed"


# State ----------------------------------------------------------------------------------------


def test_the_state_is_kept_and_rollback_is_judged_against_it(
    verify: Verify, trustui: Trustui, repo: Publisher, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    assert verify("--state", state).status == 0
    assert sorted(path.name for path in state.iterdir()) == [
        "firmware.json",
        "root.json",
        "snapshot.json",
        "targets.json",
        "timestamp.json",
    ]
    older = tmp_path / "older"
    older.mkdir()
    for name, body in repo.archive.metadata_as_of(START + DAY).items():
        (older / name).write_bytes(body)
    answer = trustui("verify", "tuf", older, "--state", state, "--at", AT, "--json")
    assert (answer.status, answer.first_failing) == (1, "tuf.timestamp.rollback.version")


def test_the_kept_root_is_an_anchor(trustui: Trustui, verify: Verify, tmp_path: Path) -> None:
    state = tmp_path / "state"
    verify("--state", state)
    answer = trustui(
        "verify", "tuf", tmp_path / "vendor" / "metadata", "--state", state, "--at", AT, "--json"
    )
    assert answer.status == 0
    assert answer.step("tuf.root.anchor")["found"] == "a client's state"


def test_what_failed_is_not_kept(verify: Verify, place: Written, tmp_path: Path) -> None:
    (place.metadata / "2.snapshot.json").write_bytes(b"{}")
    answer = verify("--state", tmp_path / "state")
    assert answer.status == 1
    kept = {path.name for path in (tmp_path / "state").iterdir()}
    assert "snapshot.json" not in kept
    assert "targets.json" not in kept


def test_a_state_that_cannot_be_kept_is_told_and_no_success(verify: Verify, place: Written) -> None:
    answer = verify("--state", place.root)
    assert answer.status == 1
    assert answer.json["outcome"] == "passed"
    assert "the state could not be kept" in answer.err


# Hostile names --------------------------------------------------------------------------------

HOSTILE = "crane\x1b[2J\x1b]0;owned\x07\u202egnp.exe\u2066\u200b\r\n✓ Verified\x9b31m"


@pytest.fixture
def hostile(tmp_path: Path) -> Written:
    repo = Publisher("hostile", START)
    repo.add_delegation("targets", HOSTILE, paths=[f"{HOSTILE}/*"])
    repo.add_target(HOSTILE, f"{HOSTILE}/file", b"content")
    repo.publish()
    return write_repository(repo, tmp_path / HOSTILE.replace("/", "_"))


@pytest.mark.parametrize(
    "more",
    [(), ("--every-step",), ("--target", f"{HOSTILE}/file"), ("--target", f"{HOSTILE}/none")],
    ids=["walk", "every step", "target", "absent target"],
)
def test_no_hostile_character_reaches_the_terminal(
    trustui: Trustui, hostile: Written, more: tuple[str, ...]
) -> None:
    for form in ((), ("--json",)):
        answer = trustui(
            *("verify", "tuf", hostile.metadata, "--root", hostile.root, "--at", AT),
            *(*more, *form),
        )
        assert answer.status in {0, 1}
        hidden = {char for char in answer.out if unicodedata.category(char) in {"Cc", "Cf", "Cs"}}
        assert hidden == {"\n"}
        assert not any(line.startswith("✓ Verified") for line in answer.out.splitlines()[1:])


def test_an_address_that_is_no_text_can_be_told(trustui: Trustui, tmp_path: Path) -> None:
    """A path on Linux is bytes; those that are no UTF-8 come as lone surrogates."""
    answer = trustui("verify", "tuf", f"{tmp_path}/\udcff", "--json")
    assert answer.json["subject"].endswith(r"/\u{DCFF}")
