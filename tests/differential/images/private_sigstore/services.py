"""A private Sigstore of the field's own servers, where this machine has them: Fulcio, Rekor v2, a
certificate transparency log, a timestamp authority, and whoever says who somebody is.

The script that starts them stands with the shared tools beside the project; none of them is a part.
"""

import fcntl
import json
import shutil
import socket
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import missing
from tests.servers import Server, free_port
from trustui.demo.images.stack import Json

PROJECT = Path(__file__).resolve().parents[4]
SCRIPT = PROJECT.parent / "shared" / "tools" / "peers" / "private-sigstore" / "stack.py"
PROGRAMS = ("cosign", "fulcio", "rekor-server-posix", "timestamp-server", "tesseract-posix")
DOMAIN = "lab"
PORTS = 10
"""One after another, from the first; the first is that of the issuer."""
FULCIO, STAMPS = 1, 7
"""Which of them are Fulcio and the timestamp authority."""


@dataclass(frozen=True)
class Signer:
    """Somebody to whom Fulcio gives certificates: what is claimed, and what the certificate says then."""

    identity: str
    issuer: str
    claims: Mapping[str, str]


@dataclass
class PrivateSigstore(Server):
    """`folder` has the trusted root and the signing configuration."""

    def is_ready(self) -> bool:
        return super().is_ready() and "done" in self.log.splitlines()

    def kill(self) -> None:
        """As `stop`: only the script knows what it started."""
        self.stop()

    @property
    def fulcio(self) -> str:
        return f"http://127.0.0.1:{self.port + FULCIO}"

    @property
    def stamps(self) -> str:
        return f"http://127.0.0.1:{self.port + STAMPS}/api/v1/timestamp"

    @cached_property
    def signers(self) -> Mapping[str, Signer]:
        """One of each kind that Fulcio knows, by what they are."""
        issuer = f"http://localhost:{self.port}"
        workflow = "acme/app/.github/workflows/release.yml@refs/heads/main"
        run = {
            "sub": "repo:acme/app:ref:refs/heads/main",
            "event_name": "push",
            "sha": "5" * 40,
            "workflow": "release",
            "repository": "acme/app",
            "ref": "refs/heads/main",
            "job_workflow_ref": workflow,
        }
        person = {"sub": "alice", "email": "alice@acme.example"}
        return {
            "person": Signer("alice@acme.example", issuer, person),
            "workflow": Signer(f"https://git.{DOMAIN}.example/{workflow}", f"{issuer}/ci", run),
            "site": Signer(f"{issuer}/robot", f"{issuer}/uri", {"sub": f"{issuer}/robot"}),
            "account": Signer("alice!localhost", f"{issuer}/user", {"sub": "alice"}),
        }

    def token(self, kind: str) -> str:
        """What the issuer says about a signer, as a JSON Web Token."""
        signer = self.signers[kind]
        url = f"{signer.issuer}/token?{urlencode(signer.claims)}"
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  of this machine
            return str(answer.read().decode())

    @property
    def trusted_root(self) -> Json:
        found: Json = json.loads((self.folder / "trusted_root.json").read_text())
        return found

    @property
    def signing_config(self) -> Json:
        found: Json = json.loads((self.folder / "signing_config.json").read_text())
        return found


def installed(script: Path = SCRIPT) -> Path:
    """The script that starts it; skips with its reason where that or a program is missing."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        pytest.skip(f"peers, not parts; not on the path: {', '.join(absent)}")
    if not script.exists():
        return missing(f"../{script.relative_to(PROJECT.parent)} is not beside the project")
    return script


@contextmanager
def alone() -> Iterator[None]:
    """Among all processes of this machine: the timestamp authority wants one port (2112), whatever it is told."""
    with (Path(tempfile.gettempdir()) / "trustui-private-sigstore.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def private_sigstore(script: Path, folder: Path) -> PrivateSigstore:
    """Started, with new keys; only for who is `alone`."""
    first = _free_ports()
    command: list[str | Path] = [sys.executable, script, folder, str(first), DOMAIN]
    server = PrivateSigstore("Sigstore", command, folder, first)
    server.start()
    return server


def _free_ports() -> int:
    """The first of `PORTS` free ones that follow one another."""
    while True:
        first = free_port()
        if all(_is_free(first + number) for number in range(PORTS)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
