import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.image_repository import BY_KEY, Repository, files, sign_tag
from trustui.cli.main import main
from trustui.core.oci.manifests import OCI_MANIFEST
from trustui.demo.images.repository import descriptor, image
from trustui.demo.images.tag_format import TagPlan

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A layout `app` with a signed image, and the files that expectations name."""
    repository = Repository()
    digest = image(repository)
    sign_tag(repository, digest, TagPlan(claims={"env": "prod"}))
    layout = tmp_path / "app"
    for name, body in repository.blobs.items():
        path = layout / "blobs" / Path(name.replace(":", "/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    listed = [
        descriptor(
            repository.blobs[named],
            OCI_MANIFEST,
            annotations={"org.opencontainers.image.ref.name": tag},
        )
        for tag, named in repository.tags.items()
    ]
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": listed}))
    for name, body in files().items():
        (tmp_path / name).write_bytes(body)
    (tmp_path / "expect.json").write_text(json.dumps(BY_KEY))
    return tmp_path


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def verify(*arguments: str, tag: str = ":1.0") -> tuple[int, str]:
        status = main(["verify", "image", f"oci-layout:{folder / 'app'}{tag}", *arguments])
        printed = capfd.readouterr()
        return status, printed.out + printed.err

    return verify


def answer(run: Run, *arguments: str, **more: str) -> dict[str, Any]:
    _, out = run("--json", *arguments, **more)
    found: dict[str, Any] = json.loads(out)
    return found


def test_a_signed_image_is_verified_and_every_place_is_told(run: Run, folder: Path) -> None:
    status, out = run("--expect", str(folder / "expect.json"))
    assert status == 0
    assert out.startswith("✓ Verified")
    assert "Places looked at" in out
    assert "cosign_sig_tag: listed" in out


def test_json_has_the_places_and_each_signature(run: Run, folder: Path) -> None:
    found = answer(run, "--expect", str(folder / "expect.json"))
    assert (found["kind"], found["outcome"], found["trust_state"]) == (
        "image",
        "passed",
        "verified",
    )
    assert found["subject"] == "localhost/app:1.0"
    assert {place["place"]: place["state"] for place in found["places"]}[
        "cosign_sig_tag"
    ] == "listed"
    assert [one["outcome"] for one in found["signatures"]] == ["passed"]
    assert found["nearest"] is None
    assert found["digest"].startswith("sha256:")


def test_files_of_an_expectation_stand_beside_it_and_those_of_options_do_not(
    run: Run,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert run("--expect", str(folder / "expect.json"))[0] == 0
    assert run("--expect", str(folder / "expect.json"), "--key", "key.pub")[0] == 1
    monkeypatch.chdir(folder)
    assert run("--expect", str(folder / "expect.json"), "--key", "key.pub")[0] == 0


def test_options_say_what_is_expected(run: Run, folder: Path) -> None:
    expect = ("--expect", str(folder / "expect.json"))
    assert run(*expect, "--annotation", "env=prod")[0] == 0
    assert run(*expect, "--annotation", "env=dev")[0] == 1
    assert answer(run, *expect, "--attestation", "vuln")["trust_state"] == "not_signed"
    found = answer(run, "--identity-pattern", "^a$", "--issuer", "b", "--offline")
    assert found["trust_state"] == "failing"


def test_nobody_named_is_signed_and_not_trusted(run: Run) -> None:
    status, out = run()
    assert status == 1
    assert out.startswith("✗ Signed, not trusted: nobody said whose signature is wanted")


def test_an_image_goes_by_the_name_that_it_is_given(run: Run, folder: Path) -> None:
    expect = ("--expect", str(folder / "expect.json"))
    assert (
        answer(run, *expect, "--as", "r.example/team/app:9")["subject"] == "r.example/team/app:1.0"
    )
    found = answer(run, *expect, "--as", "r.example/team/app:1.0", tag="")
    assert (found["subject"], found["outcome"]) == ("r.example/team/app:1.0", "passed")


def test_an_image_is_named_by_its_digest(run: Run, folder: Path) -> None:
    expect = ("--expect", str(folder / "expect.json"))
    digest = answer(run, *expect)["digest"]
    assert answer(run, *expect, tag=f"@{digest}")["outcome"] == "passed"


def test_policies_apply_by_the_name(run: Run, folder: Path) -> None:
    policies = [{"repositories": ["r.example/*"], "require": [{"of": [BY_KEY]}]}]
    (folder / "policy.json").write_text(json.dumps({"version": 1, "policies": policies}))
    policy = ("--policy", str(folder / "policy.json"))
    assert answer(run, *policy, "--as", "r.example/a")["outcome"] == "passed"
    found = answer(run, *policy, "--as", "q.example/a")
    assert (found["outcome"], found["trust_state"]) == ("failed", "not_covered")


def test_a_folder_that_is_no_layout_is_undecided(run: Run, folder: Path) -> None:
    (folder / "app" / "index.json").unlink()
    status, out = run("--key", str(folder / "key.pub"))
    assert status == 3
    assert "Places looked at" not in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--as", "app"), "--as: the reference names no host"),
        (("--annotation", "env"), "expected NAME=TEXT"),
        (("--annotation", "env="), "no text"),
        (("--identity-pattern", "("), "no regular expression"),
        (("--expect", "missing.json"), "cannot be read"),
        (("--policy", "missing.json"), "cannot be read"),
        (("--policy", "missing.json", "--key", "a"), "no option that does so too"),
    ],
)
def test_what_cannot_be_understood_is_said_with_status_2(
    run: Run, arguments: tuple[str, ...], words: str
) -> None:
    status, out = run(*arguments)
    assert status == 2
    assert words in out


@pytest.mark.parametrize("reference", ["app:1", "oci-layout:a@sha256:1"])
def test_a_reference_that_is_none_is_said_with_status_2(
    reference: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "image", reference]) == 2
    assert capfd.readouterr().err.startswith("trustui: ")


def test_a_name_without_letters_is_a_layout(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "_").mkdir()
    assert main(["verify", "image", "--json", f"oci-layout:{tmp_path / '_'}"]) == 1
    assert json.loads(capfd.readouterr().out)["subject"] == "localhost/layout"
