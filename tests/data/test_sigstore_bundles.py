"""Sigstore bundles of others: every labelled case, and the same verdict as the Python client's."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sigstore.errors import Error
from sigstore.hashes import Hashed
from sigstore.models import Bundle as PeerBundle
from sigstore.models import TrustedRoot as PeerRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity
from sigstore_models.common.v1 import HashAlgorithm

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.sigstore_bundle import Bundle, BundleQuestion, parse, verify_bundle
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.keys import load_key
from trustui.core.trace import Outcome, Step, Trace, collect, trace
from trustui.core.trust_policy.expectations import Expectation, expectation_of
from trustui.core.trust_policy.given import Trust
from trustui.core.trusted_root import parse_trusted_root
from trustui.demo.images.stack import sha256

CONFORMANCE = "oci/sigstore-conformance"
SIGNED = "oci/cosign-signed"
MOCK = "oci/sigstore-mock-signed"
GO = "oci/sigstore-go"
COSIGN = "oci/cosign"
NEGATIVE = "hostile/sigstore-python-negative"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)

BEACON = (
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/"
    "extremely-dangerous-oidc-beacon.yml@refs/heads/main"
)
GITHUB = "https://token.actions.githubusercontent.com"

Find = Callable[[str], Path]


@dataclass(frozen=True)
class Case:
    """One folder of the conformance suite."""

    folder: Path

    def text(self, name: str, default: str) -> str:
        file = self.folder / name
        return file.read_text(encoding="utf-8").strip() if file.exists() else default

    def file(self, name: str, default: str) -> Path:
        file = self.folder / name
        return file if file.exists() else self.folder.parent / default

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def wanted(self) -> str:
        return "failed" if self.name.endswith("_fail") else "passed"

    @property
    def key(self) -> Path | None:
        file = self.folder / "key.pub"
        return file if file.exists() else None

    @property
    def root(self) -> Path:
        return self.file("trusted_root.json", "production_trusted_root.json")

    @property
    def body(self) -> bytes:
        return (self.folder / "bundle.sigstore.json").read_bytes()

    @property
    def artifact(self) -> bytes:
        return self.file("artifact", "a.txt").read_bytes()

    @property
    def who(self) -> tuple[str, str]:
        return self.text("identity", BEACON), self.text("issuer", GITHUB)

    def ours(self) -> tuple[str, str]:
        """Our verdict and the first failing check."""
        try:
            root = parse_trusted_root(self.root.read_bytes())
        except ParseError:
            return "failed", "policy.root_readable"
        identity, issuer = self.who
        expectation = Expectation(identity=identity, issuer=issuer)
        trust = Trust(trusted_root=root)
        if self.key is not None:
            try:
                trust = Trust(key=load_key(self.key.read_bytes()), trusted_root=root)
            except ParseError:
                return "failed", "policy.key_readable"
            expectation = Expectation(key="key.pub")
        found = asked(self.body, expectation, trust, artifact=self.artifact)
        first = found.first_failing
        return found.outcome.value, "" if first is None else first.check

    def peers(self) -> str:
        """The verdict of the Python client."""
        identity, issuer = self.who
        policy = Identity(identity=identity, issuer=issuer)
        try:
            verifier = Verifier(trusted_root=PeerRoot.from_file(str(self.root)))
            bundle = PeerBundle.from_json(self.body)
            if b"dsseEnvelope" in self.body:
                _, payload = verifier.verify_dsse(bundle, policy)
                digest = json.loads(payload)["subject"][0]["digest"]["sha256"]
                return "passed" if digest == sha256(self.artifact) else "failed"
            digest = bytes.fromhex(sha256(self.artifact))
            hashed = Hashed(digest=digest, algorithm=HashAlgorithm.SHA2_256)
            verifier.verify_artifact(hashed, bundle, policy)
        except (Error, ValueError, AttributeError):
            # Odd bundles and roots raise more than its own errors.
            return "failed"
        return "passed"


def asked(
    body: bytes,
    expectation: Expectation,
    trust: Trust,
    *,
    subject: str = "",
    artifact: bytes | None = None,
) -> Trace:
    question = BundleQuestion(
        "bundle", "bundle", Document("", body), subject, expectation, trust, AT, artifact
    )
    events, _ = collect(verify_bundle, question)
    return trace("bundle", AT, AT, events)


@pytest.fixture(scope="module")
def cases(shared_data: Find) -> list[Case]:
    folder = shared_data(CONFORMANCE)
    return [Case(entry) for entry in sorted(folder.iterdir()) if entry.is_dir()]


FIRST_FAILING = {
    "bundle-empty-certificate-chain_fail": "bundle.material",
    "bundle-invalid-base64-signature_fail": "bundle.parse",
    "bundle-negative-log-index_fail": "bundle.parse",
    "bundle-with-root-cert_fail": "bundle.material",
    "checkpoint-wrong-roothash_fail": "bundle.proof",
    "dsse-mismatch-envelope_fail": "bundle.consistent",
    "inclusion-proof-corrupted-hash_fail": "bundle.proof",
    "integrated-time-in-future_fail": "bundle.window",
    "intoto-log-entry-mismatch_fail": "bundle.consistent",
    "intoto-set-outside-signing-cert-validity_fail": "bundle.window",
    "invalid-checkpoint-signature_fail": "bundle.checkpoint",
    "invalid-inclusion-proof_fail": "bundle.checkpoint",
    "managed-key-wrong-key_fail": "policy.key_readable",
    "rekor2-checkpoint-missing-log-signature_fail": "bundle.checkpoint",
    "rekor2-checkpoint-missing-root-hash_fail": "bundle.checkpoint",
    "rekor2-checkpoint-no-matching-signature_fail": "bundle.checkpoint",
    "rekor2-dsse-mismatch-envelope_fail": "bundle.consistent",
    "rekor2-no-inclusion-proof_fail": "bundle.proof",
    "rekor2-timestamp-outside-trust-root-tsa-validity_fail": "bundle.time",
    "rekor2-timestamp-payload-mismatch_fail": "bundle.time",
    "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail": "bundle.time",
    "set-invalid-signature_fail": "bundle.set",
    "trust-root-tlog-missing-validity-start_fail": "policy.root_readable",
    "wrong-hashedrekord-cert-and-sig_fail": "bundle.consistent",
    "wrong-material_fail": "bundle.sig",
}
"""What each README says is wrong."""


def test_every_conformance_case_is_judged_as_labelled(cases: list[Case]) -> None:
    found = {case.name: case.ours() for case in cases}
    for name, (outcome, check) in found.items():
        print(f"{name:62} {outcome:7} {check}")
    wrong = [case.name for case in cases if found[case.name][0] != case.wanted]
    assert len(cases) == 36
    assert wrong == []
    assert {name: check for name, (_, check) in found.items() if check} == FIRST_FAILING


DIFFERS_FROM_PEER = {
    "intoto-with-custom-trust-root": "the peer reads no entries of kind intoto 0.0.2",
    "trust-root-tsa-validity-end-inclusive": "the peer leaves the end of a window out; TimeRange is closed",
}
"""Cases that pass here and fail with sigstore (Python) 4.5, and why."""


def test_the_python_client_comes_to_the_same_verdict(cases: list[Case]) -> None:
    """It verifies no bundles of bare keys."""
    certified = [case for case in cases if case.key is None]
    differing = {case.name for case in certified if case.peers() != case.ours()[0]}
    assert len(certified) >= 34
    assert differing == set(DIFFERS_FROM_PEER)


# Files that the real cosign signed


def blob_cases(shared_data: Find) -> list[dict[str, Any]]:
    labelled: list[dict[str, Any]] = json.loads((shared_data(SIGNED) / "cases.json").read_bytes())
    return [case for case in labelled if "blob" in case["trust"]]


def test_files_that_cosign_signed_are_judged_as_cosign_did(shared_data: Find) -> None:
    folder = shared_data(SIGNED)
    labelled = blob_cases(shared_data)
    differing = {}
    for case in labelled:
        stated = dict(case["trust"])
        artifact = (folder / stated.pop("blob")).read_bytes()
        body = (folder / stated.pop("bundle")).read_bytes()
        expectation = expectation_of(stated)
        found = asked(body, expectation, trust_of(folder, expectation), artifact=artifact)
        first = None if found.first_failing is None else found.first_failing.check
        if (found.outcome, first) != (case["outcome"], case["first_failing_check"]):
            differing[case["id"]] = (found.outcome, first)
    assert len(labelled) == 7
    assert differing == {}


def trust_of(folder: Path, wanted: Expectation) -> Trust:
    key = load_key((folder / wanted.key).read_bytes()) if wanted.key else None
    root = wanted.trusted_root
    return Trust(key, parse_trusted_root((folder / root).read_bytes()) if root else None)


# An independent signer: the mock stack of sigstore-js

MOCK_FIRST = {
    "good-fallback-index": "",
    "fallback-index-wrong-artifacttype": "",
    "tampered-payload": "bundle.sig",
    "no-tlog-entry": "bundle.log_present",
    "statement-for-another-image": "bundle.subject",
}


def test_bundles_of_an_independent_signer_are_judged_as_labelled(shared_data: Find) -> None:
    folder = shared_data(MOCK)
    stated = json.loads((folder / "expected.json").read_bytes())
    trust = Trust(trusted_root=parse_trusted_root((folder / "trusted_root.json").read_bytes()))
    wanted = Expectation(identity=stated["identity"], issuer=stated["issuer"])
    found: dict[str, set[str]] = {}
    for name, case in stated["cases"].items():
        for blob in (folder / name / "blobs" / "sha256").iterdir():
            body = blob.read_bytes()
            if body.startswith(b'{"mediaType":"application/vnd.dev.sigstore.bundle'):
                one = asked(body, wanted, trust, subject=case["image"])
                first = one.first_failing
                found.setdefault(name, set()).add("" if first is None else first.check)
    assert found == {name: {check} for name, check in MOCK_FIRST.items()}


# Bundles of sigstore-go and cosign


@dataclass(frozen=True)
class Sample:
    """A real bundle and the trusted root of its time; `first` is the first failing check."""

    bundle: str
    root: str
    first: str = ""
    key: str = ""
    needs_log: bool = True


DATA = f"{GO}/pkg/testing/data"
SAMPLES = [
    Sample(
        f"{DATA}/bundles/sigstore.js@2.0.0-provenance.sigstore.json",
        f"{DATA}/trusted-roots/public-good.json",
    ),
    Sample(
        f"{COSIGN}/pkg/cosign/testdata/oci-attestation.sigstore.json",
        f"{COSIGN}/pkg/cosign/testdata/trusted_root_pgi.json",
    ),
    # Of 2023, when signers still put the root into the bundle, which the conformance suite refuses.
    Sample(
        f"{GO}/examples/bundle-provenance.json",
        f"{GO}/examples/trusted-root-public-good.json",
        first="bundle.material",
    ),
    Sample(
        f"{DATA}/bundles/dsse.sigstore.json",
        f"{DATA}/trusted-roots/public-good.json",
        first="bundle.material",
    ),
    Sample(
        f"{DATA}/bundles/public-key-validity.sigstore.json",
        f"{DATA}/trusted-roots/public-key-validity.json",
        key=f"{DATA}/public-keys/public-key-validity.pem",
        needs_log=False,
    ),
    # The key of the package index is not in the set; the one at hand is somebody else's.
    Sample(
        f"{GO}/examples/bundle-publish.json",
        f"{GO}/examples/trusted-root-public-good.json",
        first="bundle.sig",
        key=f"{DATA}/public-keys/public-key-validity.pem",
    ),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: Path(one.bundle).name)
def test_real_bundles_of_others_are_judged_right(sample: Sample, shared_data: Find) -> None:
    body = shared_data(sample.bundle).read_bytes()
    bundle = parse(Document("", body))
    root = parse_trusted_root(shared_data(sample.root).read_bytes())
    subject = subject_of(bundle)
    if sample.key:
        trust = Trust(load_key(shared_data(sample.key).read_bytes()), root)
        wanted = Expectation(key="key", needs_log=sample.needs_log)
    else:
        trust = Trust(trusted_root=root)
        leaf = parse_certificate(bundle.certificates[0])
        wanted = Expectation(identity=leaf.names[0][1], issuer=leaf.oidc_issuer)
    found = asked(body, wanted, trust, subject=subject)
    assert ("" if found.first_failing is None else found.first_failing.check) == sample.first


def subject_of(bundle: Bundle) -> str:
    """What the bundle says that it is about: the artifacts themselves are not in the sets."""
    if bundle.message is not None:
        return f"{bundle.message.hash_name}:{bundle.message.digest.hex()}"
    assert bundle.envelope is not None
    digests = json.loads(bundle.envelope.payload)["subject"][0]["digest"]
    return next(f"{name}:{encoded}" for name, encoded in digests.items())


# What the Python client's own tests refuse


def test_every_negative_bundle_is_refused_for_its_own_reason(shared_data: Find) -> None:
    folder = shared_data(NEGATIVE)
    wanted = Expectation(identity_regexp=".*", issuer_regexp=".*")
    trust = Trust(trusted_root=staging_root())
    found = {
        file.name.removesuffix(".txt.sigstore"): first_failure(
            asked(file.read_bytes(), wanted, trust, artifact=file.with_suffix("").read_bytes())
        )
        for file in folder.glob("*.sigstore")
    }
    assert found == {
        "bundle_cve_2022_36056": "bundle.consistent",
        "bundle_invalid_version": "bundle.media_type",
        "bundle_no_cert_v1": "bundle.material",
        "bundle_no_checkpoint": "bundle.checkpoint",
        "bundle_no_log_entry": "bundle.log_present",
    }


def first_failure(found: Trace) -> str:
    first = found.first_failing
    assert isinstance(first, Step)
    assert found.outcome is Outcome.FAILED
    return first.check


def staging_root() -> Any:
    """The copy that travels with the Python client."""
    import sigstore  # noqa: PLC0415

    store = Path(sigstore.__file__).parent / "_store"
    (file,) = store.glob("*sigstage*/trusted_root.json")
    return parse_trusted_root(file.read_bytes())


def test_trusted_roots_with_missing_parts_are_refused_in_words(shared_data: Find) -> None:
    files = sorted(shared_data(NEGATIVE).rglob("*.json"))
    assert len(files) == 4
    for file in files:
        with pytest.raises(ParseError) as caught:
            parse_trusted_root(file.read_bytes())
        assert caught.value.because
