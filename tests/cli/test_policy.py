import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.notation_places import write_configuration
from tests.core.trust_policy.notation.written import body, for_files, skipping, statement
from trustui.cli.main import main

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def lint(capfd: pytest.CaptureFixture[str]) -> Run:
    def run(file: Path, *arguments: str) -> tuple[int, str]:
        status = main(["policy", "lint", str(file), *arguments])
        return status, capfd.readouterr().out

    return run


def write(folder: Path, raw: bytes) -> Path:
    file = folder / "trustpolicy.json"
    file.write_bytes(raw)
    return file


def test_a_policy_that_keeps_its_rules_can_be_used(lint: Run, tmp_path: Path) -> None:
    status, out = lint(write(tmp_path, body(statement())))
    assert status == 0
    assert out.startswith("✓ The policy can be used")
    assert "1 statement" in out
    assert "finding" not in out


def test_a_broken_rule_is_told_and_fails(lint: Run, tmp_path: Path) -> None:
    status, out = lint(write(tmp_path, body(statement(trustStores=["*"]))))
    assert status == 1
    assert out.startswith("✗ The policy cannot be used")
    assert "policy.lint.notation.store_form" in out


def test_the_worst_doubt_stands_first(lint: Run, tmp_path: Path) -> None:
    loose = statement("b", registryScopes=["a.example/b"], trustedIdentities=["*"])
    status, out = lint(write(tmp_path, body(loose, skipping())))
    assert status == 0
    assert out.index("skip_everything") < out.index("identity_everybody")


def test_json_is_a_trace(lint: Run, tmp_path: Path) -> None:
    status, out = lint(write(tmp_path, body(skipping())), "--json", "--at", "2026-11-20T12:00:00Z")
    found = json.loads(out)
    assert (status, found["kind"], found["outcome"], found["trust_state"]) == (
        0,
        "policy",
        "passed",
        "stale",
    )
    assert found["at"] == "2026-11-20T12:00:00Z"
    assert [one["severity"] for one in found["findings"]] == ["high"]
    broken = json.loads(lint(write(tmp_path, b"{"), "--json", "--kind", "oci")[1])
    assert (broken["outcome"], broken["trust_state"]) == ("failed", "failing")


def test_the_kind_may_be_named(lint: Run, tmp_path: Path) -> None:
    file = write(tmp_path, body(for_files()))
    assert lint(file)[0] == 1
    assert lint(file, "--kind", "blob")[0] == 0
    assert lint(file, "--kind", "expectations")[0] == 1


def test_a_directory_is_judged_as_a_whole(lint: Run, tmp_path: Path) -> None:
    configuration = write_configuration(tmp_path / "notation")
    status, out = lint(configuration)
    assert status == 0
    assert "trustpolicy.json ca:acme: 1 certificate" in out
    (configuration / "truststore" / "x509" / "ca" / "acme" / "README").write_text("x")
    assert lint(configuration)[0] == 1


def test_a_file_that_is_not_there_fails(lint: Run, tmp_path: Path) -> None:
    assert lint(tmp_path / "gone.json")[0] == 1
