"""The whole of theupdateframework/tuf-conformance on our client, where its checkout is at hand.

It is a peer, not a part of the project: it pins versions of its own and needs `faketime`. Say
where it stands with TUF_CONFORMANCE, as for `make conformance`. It takes about a minute and a half.
"""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
CASES = 113
"""Of tuf-conformance 2.4.0: 53 functions with their parameters, none expected to fail."""


def checkout() -> Path | None:
    """The folder that holds the package `tuf_conformance`."""
    named = os.environ.get("TUF_CONFORMANCE")
    if named:
        return Path(named)
    installed = find_spec("tuf_conformance")
    if installed is None or installed.origin is None:
        return None
    return Path(installed.origin).parent.parent


@pytest.fixture
def suite() -> Path:
    place = checkout()
    if place is None:
        pytest.skip("tuf-conformance is a peer that is not on this machine: set TUF_CONFORMANCE")
    if shutil.which("faketime") is None:
        pytest.skip("tuf-conformance moves the client's clock with faketime, which is not here")
    return place


@pytest.mark.timeout(1800)
def test_our_client_passes_every_case_of_tuf_conformance(suite: Path) -> None:
    script = PROJECT / "scripts" / "run_conformance"
    done = subprocess.run(
        [str(script), str(Path(sys.executable).parent), str(suite)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stdout.rstrip().rpartition("\n")[2]
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-2000:]}"
    counts = {words: int(number) for number, words in re.findall(r"(\d+) ([a-z]+)", last)}
    assert counts.pop("passed") == CASES, last
    assert set(counts) <= {"warnings", "warning"}, last


def test_a_place_that_is_no_checkout_is_an_error_not_a_pass(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(PROJECT / "scripts" / "run_conformance"), "bin", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "TUF_CONFORMANCE" in done.stderr
