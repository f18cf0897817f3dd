"""Images signed by an independent tool: sigstore-js, with its mock of a Sigstore, into Debian's registry.

The peer is a set of npm packages; TRUSTUI_SIGSTORE_MOCK names the folder where they were installed.
Without it this is skipped. The mock writes an e-mail address as a URI into its certificates.
"""

import base64
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from tests.differential.images.mock_stack.signing import (
    EMAIL,
    ISSUER,
    Json,
    Signed,
    Wanted,
    installed,
    sign,
)
from tests.servers import RegistryServer
from tests.simulators.image_repository import Repository
from tests.simulators.pushing import Pushing
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.images.verify import ImageQuestion, verify_image
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import Ask
from trustui.core.trace import collect, trace
from trustui.core.trust_policy.expectations import expectation_of
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.registry import open_registry
from trustui.demo.images.repository import attach_bundle, image

NAME = "team/app"
SIGNATURE = "https://sigstore.dev/cosign/sign/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
ALICE: Json = {"identity": EMAIL, "issuer": ISSUER, "trusted_root": "root.json"}
HERE = frozenset({"127.0.0.1"})


def statement(digest: str, predicate: str = SIGNATURE) -> Json:
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": NAME, "digest": {"sha256": digest.partition(":")[2]}}],
        "predicateType": predicate,
        "predicate": {},
    }


@dataclass
class World:
    """A registry with images that the peer signed, by tag; `roots` are what expectations may name."""

    host: str
    repository: Repository = field(default_factory=lambda: Repository(offers_referrers=False))
    roots: dict[str, Json] = field(default_factory=dict)

    def push(self) -> None:
        with closing(Pushing(self.host)) as pushing:
            pushing.push(NAME, self.repository)

    def read(self, name: str) -> Document | Problem:
        if name not in self.roots:
            return Problem(name, ProblemKind.ABSENT, "no such file")
        return Document(name, json.dumps(self.roots[name]).encode())

    def ask_registry(self, tag: str, expected: Json) -> str | None:
        """As `first_failing`, of what the registry has."""
        location = f"oci+http://{self.host}"
        with closing(open_registry(location, ImageOptions(allowed_hosts=HERE))) as registry:
            return self.first_failing(registry.open(NAME).ask, tag, expected)

    def first_failing(self, ask: Ask, tag: str, expected: Json) -> str | None:
        """The first failing check; None where everything holds."""
        at = datetime.now(UTC)
        reference = Reference(self.host, NAME, tag)
        question = ImageQuestion(reference, expectation_of(expected), self.read, at)
        events, _ = collect(verify_image, question, ask)
        first = trace(tag, at, at, events).first_failing
        return None if first is None else first.check


def signed_world(registry: RegistryServer) -> tuple[World, Signed]:
    peer, world = installed(), World(registry.host)
    tags = ("dsse", "intoto", "unstamped", "provenance", "another", "unsigned")
    digests = {tag: image(world.repository, tag, tag.encode()) for tag in tags}
    world.push()
    wanted = [
        Wanted(digests["dsse"], statement(digests["dsse"])),
        Wanted(digests["intoto"], statement(digests["intoto"]), entry="intoto"),
        Wanted(digests["unstamped"], statement(digests["unstamped"]), stamped=False),
        Wanted(digests["provenance"], statement(digests["provenance"], PROVENANCE)),
        Wanted(digests["another"], statement(digests["dsse"])),
    ]
    made = sign(peer, f"{registry.host}/{NAME}", wanted)
    strange = sign(peer, f"{registry.host}/team/strange", ())
    world.roots = {"root.json": made.trusted_root, "strange.json": strange.trusted_root}
    for member in ("tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"):
        mixed = {**made.trusted_root, member: strange.trusted_root[member]}
        world.roots[f"{member}.json"] = mixed
    return world, made


QUESTIONS: tuple[tuple[str, Json, str | None], ...] = (
    ("dsse", ALICE, None),
    ("intoto", ALICE, None),
    ("unstamped", ALICE, None),
    ("provenance", {**ALICE, "predicate_type": PROVENANCE}, None),
    ("dsse", {**ALICE, "signed_timestamp": "required"}, None),
    ("unstamped", {**ALICE, "signed_timestamp": "required"}, "bundle.time"),
    ("provenance", ALICE, "registry.find"),
    ("another", ALICE, "bundle.subject"),
    ("unsigned", ALICE, "registry.find"),
    ("dsse", {**ALICE, "identity": "bob@mock.example"}, "bundle.identity"),
    ("dsse", {**ALICE, "issuer": "https://accounts.example"}, "bundle.identity"),
    ("dsse", {**ALICE, "predicate_type": PROVENANCE}, "attestation.predicate"),
    ("dsse", {**ALICE, "trusted_root": "tlogs.json"}, "bundle.log_key"),
    ("dsse", {**ALICE, "trusted_root": "certificateAuthorities.json"}, "bundle.chain"),
    ("dsse", {**ALICE, "trusted_root": "ctlogs.json"}, "bundle.sct"),
)
"""A tag, what is expected of it, and the first check that must fail."""


def _bent(text: str) -> str:
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    return base64.b64encode(raw).decode()


def _bend_signature(bundle: Json) -> None:
    signature = bundle["dsseEnvelope"]["signatures"][0]
    signature["sig"] = _bent(signature["sig"])


def _bend_statement(bundle: Json) -> None:
    envelope = bundle["dsseEnvelope"]
    said = json.loads(base64.b64decode(envelope["payload"]))
    envelope["payload"] = base64.b64encode(json.dumps({**said, "more": 1}).encode()).decode()


def _bend_promise(bundle: Json) -> None:
    entry = bundle["verificationMaterial"]["tlogEntries"][0]
    promise = entry["inclusionPromise"]
    promise["signedEntryTimestamp"] = _bent(promise["signedEntryTimestamp"])


def _drop_entry(bundle: Json) -> None:
    del bundle["verificationMaterial"]["tlogEntries"]


BENT: dict[str, tuple[Callable[[Json], None], set[str]]] = {
    "signature": (_bend_signature, {"bundle.sig", "bundle.time"}),
    "statement": (_bend_statement, {"bundle.sig", "bundle.consistent"}),
    "promise": (_bend_promise, {"bundle.set"}),
    "entry": (_drop_entry, {"bundle.log_present"}),
}
"""What is changed afterwards, and the checks of which one must fail first."""


def test_what_the_peer_signed_is_judged_as_it_was_made(docker_registry: RegistryServer) -> None:
    world, made = signed_world(docker_registry)
    found = [world.ask_registry(tag, expected) for tag, expected, _ in QUESTIONS]
    assert found == [check for _, _, check in QUESTIONS]
    told = {}
    for name, (bend, _) in BENT.items():
        bundle = json.loads(json.dumps(made.bundles[0]))
        bend(bundle)
        copy = Repository(offers_referrers=False)
        attach_bundle(copy, image(copy, "dsse", b"dsse"), bundle)
        told[name] = world.first_failing(copy.ask, "dsse", ALICE)
    assert [name for name, (_, checks) in BENT.items() if told[name] not in checks] == []


@pytest.mark.parametrize("folder", ["", "/nowhere"])
def test_without_the_peer_the_reason_is_said(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTUI_SIGSTORE_MOCK", folder)
    with pytest.raises(pytest.skip.Exception, match="mock"):
        installed()
