"""The cosign command line of this machine, where there is one: it signs with a key, and verifies."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.differential.images.sides import Peers
from tests.simulators.sigstore_stack import stack
from trustui.core.client_messages import recognize
from trustui.core.oci.references import Reference

WITH_TEXT = {
    "key": "--key",
    "trusted_root": "--trusted-root",
    "identity": "--certificate-identity",
    "issuer": "--certificate-oidc-issuer",
    "identity_regexp": "--certificate-identity-regexp",
    "issuer_regexp": "--certificate-oidc-issuer-regexp",
    "github_workflow_repository": "--certificate-github-workflow-repository",
}
TAG_FORMAT = ("--new-bundle-format=false", "--use-signing-config=false", "--tlog-upload=false")


@dataclass(frozen=True)
class Cosign:
    """`folder` holds the files that expectations name, and the key that signs."""

    program: str
    folder: Path

    def prepare(self) -> None:
        """Take over the stack's key, and write a signing configuration without any service."""
        secret = stack().key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "plain.key").write_bytes(secret)
        taken = ("import-key-pair", "--key", "plain.key", "--output-key-prefix", "signing")
        self.succeed(*taken)
        self.succeed("signing-config", "create", "--out", "none.json")

    def sign(self, at_digest: Reference, form: str, annotations: Mapping[str, str]) -> None:
        said = [text for pair in annotations.items() for text in ("-a", "=".join(pair))]
        self.succeed("sign", "-y", "--key", "signing.key", *_by(form), *said, str(at_digest))

    def attest(self, at_digest: Reference, form: str, predicate_type: str) -> None:
        (self.folder / "predicate.json").write_text("{}")
        about = ("--type", predicate_type, "--predicate", "predicate.json")
        self.succeed("attest", "-y", "--key", "signing.key", *_by(form), *about, str(at_digest))

    def verify(self, reference: Reference, expected: Mapping[str, Any]) -> Peers:
        """As the command line is asked for what an expectation says."""
        verb = "verify-attestation" if "predicate_type" in expected else "verify"
        done = self._run(verb, "--offline=true", *options(expected), str(reference))
        checks = {check for one in recognize(done.stderr) for check in one.checks}
        return Peers(done.returncode == 0, done.stderr[-1500:], frozenset(checks))

    def succeed(self, *arguments: str) -> None:
        """Run it, which must go well."""
        done = self._run(*arguments)
        assert done.returncode == 0, (arguments, done.stderr)

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        place = {"HOME": str(self.folder), "TUF_ROOT": str(self.folder / "tuf")}
        return subprocess.run(
            [self.program, *arguments],
            cwd=self.folder,
            env={**os.environ, **place, "COSIGN_PASSWORD": ""},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def _by(form: str) -> Sequence[str]:
    return TAG_FORMAT if form == "tag" else ("--signing-config", "none.json")


def options(expected: Mapping[str, Any]) -> list[str]:
    """Of an expectation, in the words of the command line."""
    found = [text for name, flag in WITH_TEXT.items() if name in expected
             for text in (flag, expected[name])]  # fmt: skip
    if expected["log"] == "ignored":
        found.append("--insecure-ignore-tlog=true")
    if expected.get("sct") == "ignored":
        found.append("--insecure-ignore-sct=true")
    if expected.get("signed_timestamp") == "required":
        found.append("--use-signed-timestamps")
    if "predicate_type" in expected:
        found += ["--type", expected["predicate_type"]]
    for name, value in expected.get("annotations", {}).items():
        found += ["-a", f"{name}={value}"]
    return found


def installed(folder: Path) -> Cosign:
    """The program on the path; skips with its reason where there is none."""
    program = shutil.which("cosign")
    if program is None:
        pytest.skip("cosign is not on the path: a peer, not a part")
    return Cosign(program, folder)
