"""The mock Sigstore of sigstore-js, run by Node.js, as an independent signer of images."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("signer.mjs")
VARIABLE = "TRUSTUI_SIGSTORE_MOCK"
PACKAGES = ("mock", "sign", "bundle", "oci")
EMAIL = "alice@mock.example"
ISSUER = "https://accounts.mock.example"

Json = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A statement to sign, and the image to attach it to. `entry` is how it is logged: `dsse` or `intoto`."""

    digest: str
    statement: Json
    entry: str = "dsse"
    stamped: bool = True


@dataclass(frozen=True)
class Signed:
    trusted_root: Json
    bundles: tuple[Json, ...]
    """In the order in which they were wanted."""


def installed() -> Path:
    """The folder whose node_modules has the packages; skips with its reason where there is none."""
    folder = Path(os.environ.get(VARIABLE, "")).absolute()
    if shutil.which("node") is None:
        pytest.skip("Node.js is not on this machine, so the mock of Sigstore cannot run")
    if not all((folder / "node_modules" / "@sigstore" / name).is_dir() for name in PACKAGES):
        pytest.skip(
            f"{VARIABLE} names no folder with @sigstore/mock and its like: peers, not parts"
        )
    return folder


def sign(peer: Path, image: str, signatures: Sequence[Wanted]) -> Signed:
    """Sign all with one new Sigstore, and attach each to its image. Raises CalledProcessError."""
    asked = {
        "image": image,
        "email": EMAIL,
        "issuer": ISSUER,
        "signatures": [asdict(one) for one in signatures],
    }
    done = subprocess.run(
        ["node", SCRIPT, peer],  # noqa: S607
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    return Signed(said["trustedRoot"], tuple(said["bundles"]))
