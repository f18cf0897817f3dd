"""The Notation command line of this machine, where there is one: it signs, and says what it verified."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.differential.images.notation.combinations import Combination
from tests.differential.images.sides import Peers
from trustui.core.client_messages import recognize
from trustui.core.oci.references import Reference
from trustui.demo.images.certifying import Issued

_LOGGED = re.compile(r'(\w+) validation failed with validation action set to "logged"')
_REASON = "failed verification with error:"
_SUMMARY = "signature verification failed for all the signatures associated with"
LIKELIEST = 2
"""Of the checks that one message may stand for."""


@dataclass(frozen=True)
class Notation:
    program: str
    cache: Path

    def sign(
        self,
        reference: Reference,
        home: Path,
        chain: Sequence[Issued],
        one: Combination,
        metadata: Mapping[str, str],
    ) -> None:
        """Sign what a digest names with the key of the first certificate."""
        keys = {"name": "one", "keyPath": str(home / "one.key"), "certPath": str(home / "one.crt")}
        secret = chain[0].key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (home / "one.key").write_bytes(secret)
        (home / "one.crt").write_bytes(b"".join(certificate.pem for certificate in chain))
        listed = json.dumps({"default": "one", "keys": [keys]})
        (home / "notation" / "signingkeys.json").write_text(listed)
        options = ["--signature-format", one.form]
        if one.expiry == "ahead":
            options += ["--expiry", "720h"]
        done = self._run("sign", reference, home, metadata, *options)
        assert done.returncode == 0, (one, done.stderr)

    def verify(self, reference: Reference, home: Path, metadata: Mapping[str, str]) -> Peers:
        done = self._run("verify", reference, home, metadata, "-v")
        return as_said(done.returncode, done.stderr)

    def _run(
        self,
        verb: str,
        reference: Reference,
        home: Path,
        metadata: Mapping[str, str],
        *options: str,
    ) -> "subprocess.CompletedProcess[str]":
        pairs = [text for name, value in metadata.items() for text in ("-m", f"{name}={value}")]
        place = {"XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(self.cache), "HOME": str(home)}
        command = [self.program, verb, "--insecure-registry", *options, *pairs, str(reference)]
        return subprocess.run(
            command,
            env={**os.environ, **place},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def as_said(status: int, stderr: str) -> Peers:
    """What its log and its last words come to."""
    lines = [line.replace('\\"', '"') for line in stderr.splitlines()]
    logged = {name for line in lines for name in _LOGGED.findall(line)}
    ends = [line for line in lines if _REASON in line]
    told = ends or [line for line in lines if "level=error" in line or line.startswith("Error:")]
    telling = "\n".join(line for line in told if _SUMMARY not in line)
    checks = {check for one in recognize(telling) for check in one.checks[:LIKELIEST]}
    return Peers(status == 0, telling, frozenset(checks), frozenset(logged))


def installed(cache: Path) -> Notation:
    """The program on the path; skips with its reason where there is none."""
    program = shutil.which("notation")
    if program is None:
        pytest.skip("notation is not on the path: a peer, not a part")
    return Notation(program, cache)
