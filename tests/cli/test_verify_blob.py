import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.notation_places import places
from tests.simulators.notation_signer import NOW
from trustui.cli.main import main
from trustui.core.primitives.instants import write_instant

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return places(tmp_path)


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def verify(*arguments: str, file: str = "notes.txt") -> tuple[int, str]:
        named = ["verify", "blob", str(folder / file), "--at", write_instant(NOW)]
        signature = ["--signature", str(folder / "notes.txt.jws.sig")]
        config = ["--notation-config", str(folder / "notation")]
        status = main([*named, *signature, *config, *arguments])
        printed = capfd.readouterr()
        return status, printed.out + printed.err

    return verify


def first(out: str) -> Any:
    steps = json.loads(out)["steps"]
    return next((one["check"] for one in steps if one["outcome"] == "failed"), None)


def test_a_signed_file_is_verified(run: Run) -> None:
    status, out = run()
    assert status == 0
    assert out.startswith("✓ Verified")
    assert "rest: applies: it is the global statement" in out


def test_json_is_as_of_images(run: Run) -> None:
    found = json.loads(run("--json")[1])
    assert (found["kind"], found["outcome"], found["trust_state"]) == (
        "blob",
        "passed",
        "verified",
    )
    assert (found["digest"], found["places"]) == (None, [])
    assert [one["outcome"] for one in found["signatures"]] == ["passed"]


@pytest.mark.parametrize(
    ("arguments", "check"),
    [
        (["--statement", "reports"], None),
        (["--statement", "raports"], "notation.policy"),
        (["--media-type", "application/octet-stream"], None),
        (["--media-type", "text/plain"], "notation.payload"),
        (["--metadata", "quarter=Q3"], "notation.metadata"),
    ],
)
def test_options_reach_the_verification(run: Run, arguments: list[str], check: str | None) -> None:
    status, out = run("--json", *arguments)
    assert (status, first(out)) == (0 if check is None else 1, check)


def test_a_file_that_is_not_there_fails(run: Run) -> None:
    status, out = run("--json", file="gone.txt")
    assert (status, first(out)) == (1, "notation.resolve")


def test_a_signature_has_to_be_named(folder: Path) -> None:
    with pytest.raises(SystemExit):
        main(["verify", "blob", str(folder / "notes.txt")])
