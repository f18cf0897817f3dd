"""`verify image --notation-config`: the same verdict as in core, its options, and how it is told."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.notation_places import places, sign_with, write_configuration
from tests.core.trust_policy.notation.written import IDENTITY, skipping, statement
from tests.simulators.authority_server import CRL_PATH, AuthorityServer
from tests.simulators.notation_signer import LEAF, NOW, world
from tests.simulators.revoking import DAY, Entry, List, make_list
from trustui.cli.main import main
from trustui.core.primitives.instants import write_instant

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return places(tmp_path)


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def verify(*arguments: str, tag: str = ":1.0") -> tuple[int, str]:
        config = ["--notation-config", str(folder / "notation"), "--at", write_instant(NOW)]
        status = main(["verify", "image", f"oci-layout:{folder / 'app'}{tag}", *config, *arguments])
        printed = capfd.readouterr()
        return status, printed.out + printed.err

    return verify


def answer(run: Run, *arguments: str, **more: str) -> dict[str, Any]:
    _, out = run("--json", *arguments, **more)
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_signed_image_is_verified_and_everything_is_told(run: Run) -> None:
    status, out = run()
    assert status == 0
    assert out.startswith("✓ Verified")
    assert "all: applies: its scope is '*', and no other statement names this" in out
    assert "referrers_api: listed, it lists 1 manifest" in out


def test_json_has_the_statement_the_places_and_each_signature(run: Run) -> None:
    found = answer(run)
    assert (found["kind"], found["outcome"], found["trust_state"]) == (
        "image",
        "passed",
        "verified",
    )
    assert [one["place"] for one in found["places"]] == ["referrers_api", "fallback_tag"]
    (one,) = found["signatures"]
    assert (one["outcome"], one["first_failing"], one["logged"]) == ("passed", None, [])
    assert one["digest"].startswith("sha256:")
    assert (found["nearest"], found["nearest_identity"]) == (None, None)
    assert found["statement"]["name"] == "all"
    assert found["statement"]["level"] == "strict"
    assert [one["applies"] for one in found["statement"]["considered"]] == [True]


def test_the_name_of_the_image_selects_the_statement(run: Run, folder: Path) -> None:
    write_configuration(
        folder / "notation", statement(registryScopes=["registry.example/team/app"])
    )
    assert run()[0] == 1
    assert answer(run)["trust_state"] == "not_covered"
    assert run("--as", "registry.example/team/app")[0] == 0
    assert run("--as", "registry.example/team/app:1.0", tag="")[0] == 0


def test_a_reference_without_tag_and_digest_resolves_to_nothing(run: Run) -> None:
    found = answer(run, tag="")
    steps = [one["check"] for one in found["steps"] if one["outcome"] == "failed"]
    assert (found["outcome"], steps) == ("failed", ["notation.resolve"])


def test_without_the_interface_the_cause_is_named(run: Run) -> None:
    status, out = run("--without-referrers")
    assert status == 1
    assert out.startswith("✗ Failing: no signature is listed for this digest")
    found = answer(run, "--without-referrers")
    assert [one["id"] for one in found["findings"]] == ["notation.finding.lost_fallback_entry"]


def test_the_nearest_identity_stands_side_by_side(run: Run, folder: Path) -> None:
    write_configuration(
        folder / "notation", statement(trustedIdentities=[f"{IDENTITY}, CN=staging"])
    )
    status, out = run()
    assert status == 1
    assert "  ≠ CN: wanted staging, found release" in out
    assert "    OU: wanted nothing, found Build" in out
    assert answer(run)["nearest_identity"]["attributes"][3] == {
        "name": "CN",
        "wanted": "staging",
        "found": "release",
    }


def test_what_is_skipped_is_not_green(run: Run, folder: Path) -> None:
    write_configuration(folder / "notation", skipping())
    status, out = run()
    assert status == 0
    assert out.startswith("· Not checked")
    assert answer(run)["trust_state"] == "stale"


def test_metadata_and_limit_reach_the_verification(run: Run) -> None:
    assert run("--metadata", "build=77")[0] == 1
    assert run("--max-signatures", "1")[0] == 0


def test_a_configuration_that_is_not_there_fails(run: Run, tmp_path: Path) -> None:
    status, out = run("--notation-config", str(tmp_path / "nowhere"))
    assert status == 1
    assert "there is no trust policy" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--metadata", "build"], "expected NAME=TEXT"),
        (["--metadata", "=x"], "expected NAME=TEXT"),
        (["--key", "k.pub"], "it goes with no --key"),
        (["--policy", "p.json"], "it goes with no --policy"),
        (["--revocation-evidence", "nowhere"], "urls.json: no such file"),
        (["--allow-revocation-host", "http://x"], "neither a host name, an address nor a network"),
        (
            ["--revocation-evidence", "x", "--allow-revocation-host", "a.example"],
            "no --allow-revocation-host",
        ),
    ],
)
def test_what_cannot_be_understood_is_told(run: Run, arguments: list[str], words: str) -> None:
    status, out = run(*arguments)
    assert status == 2
    assert words in out


@pytest.mark.parametrize("number", ["0", "-1", "many", "1000000"])
def test_a_limit_is_a_number_from_one(run: Run, number: str) -> None:
    with pytest.raises(SystemExit):
        run("--max-signatures", number)


def test_revocation_evidence_is_read_from_its_folder(run: Run, folder: Path) -> None:
    (folder / "urls.json").write_text("[]")
    assert run("--revocation-evidence", str(folder))[0] == 0


def told(capfd: pytest.CaptureFixture[str]) -> str:
    """Standard output, whatever the width of its lines."""
    return " ".join(capfd.readouterr().out.split())


@pytest.mark.parametrize("kind", ["image", "blob"])
def test_authorities_are_asked_that_were_allowed_and_no_others(
    folder: Path, capfd: pytest.CaptureFixture[str], kind: str
) -> None:
    with AuthorityServer() as authority:
        leaf = world().between.issue(replace(LEAF, extensions=authority.places(listed=True)))
        sign_with(folder, leaf)
        config = ["--notation-config", str(folder / "notation"), "--at", write_instant(NOW)]
        what = {
            "image": [f"oci-layout:{folder / 'revocable'}:1.0"],
            "blob": [str(folder / "notes.txt"), "--signature", str(folder / "notes.txt.jws.sig")],
        }
        command = ["verify", kind, *what[kind], *config]
        assert main([*command, "--allow-revocation-host", "127.0.0.2"]) == 3
        assert "127.0.0.1 is not among the hosts" in told(capfd)
        assert main(command) == 3
        assert "--allow-revocation-host HOST allows it" in told(capfd)
        assert authority.connections() == 0
        for entries, status in (((), 0), ((Entry(leaf.certificate.serial_number),), 1)):
            wanted = List(entries, until=NOW + DAY)
            authority.tells(CRL_PATH, make_list(wanted, world().between))
            assert main([*command, "--allow-revocation-host", "127.0.0.1"]) == status
        assert "is revoked" in told(capfd)
        assert len(authority.requests) == 2


@pytest.mark.parametrize(
    "option",
    [
        ("--metadata", "a=b"),
        ("--max-signatures", "2"),
        ("--revocation-evidence", "x"),
        ("--allow-revocation-host", "x"),
    ],
)
def test_options_of_notation_need_its_configuration(
    folder: Path, capfd: pytest.CaptureFixture[str], option: tuple[str, str]
) -> None:
    assert main(["verify", "image", f"oci-layout:{folder / 'app'}:1.0", *option]) == 2
    assert f"{option[0]} goes with --notation-config" in capfd.readouterr().err
