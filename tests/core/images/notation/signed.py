"""Images and files with signatures of the private signer, asked about by a Notation configuration."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.core.trust_policy.notation.written import Json, body, for_files, statement
from tests.simulators.image_repository import HOST, Repository
from tests.simulators.notation_signer import LEAF, NOW, Plan, make_envelope, target, world
from tests.simulators.revoking import Places
from trustui.core.facts import Document, Problem
from trustui.core.images.notation.blob import verify_notation_blob
from trustui.core.images.notation.question import (
    SIGNATURE_TYPE,
    BlobQuestion,
    NotationQuestion,
    NotationVerdict,
)
from trustui.core.images.notation.states import notation_state
from trustui.core.images.notation.verify import verify_notation_image
from trustui.core.oci.manifests import EMPTY, OCI_MANIFEST
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import Ask
from trustui.core.trace import Trace, TrustState, collect, trace
from trustui.core.trust_policy.notation.configuration import Configuration
from trustui.core.trust_policy.notation.stores import StoreFile, StoreFolder
from trustui.demo.images.certifying import Issued, issue
from trustui.demo.images.repository import descriptor, image, manifest

REPOSITORY = "team/app"
JWS = "application/jose+json"


def trusted(*roots: Issued) -> StoreFolder:
    """The store `ca:acme`."""
    files = [StoreFile(f"{n}.crt", Document("x", one.der)) for n, one in enumerate(roots)]
    return StoreFolder("ca", "acme", tuple(files))


def configured(*statements: Json, stores: tuple[StoreFolder, ...] | None = None) -> Configuration:
    """A directory with these statements for images; alone, one that trusts the private authority."""
    written = body(*(statements or (statement(),)))
    document = Document("trustpolicy.json", written)
    own = (trusted(world().root),)
    return Configuration(
        "/etc/notation", {"trustpolicy.json": document}, own if stores is None else stores
    )


def for_blobs(*statements: Json) -> Configuration:
    written = body(*(statements or (for_files("rest", globalPolicy=True),)))
    document = Document("trustpolicy.blob.json", written)
    return Configuration("/x", {"trustpolicy.blob.json": document}, (trusted(world().root),))


def payload_of(repository: Repository, digest: str, **more: Any) -> bytes:
    return json.dumps(target(digest, len(repository.blobs[digest]), **more)).encode()


def sign(repository: Repository, digest: str, plan: Plan | None = None, **listed: Any) -> str:
    """Attach a signature of this very image; gives the digest of its manifest."""
    made = plan or Plan(payload=payload_of(repository, digest))
    return attach(repository, digest, make_envelope(made), **listed)


def attach(
    repository: Repository,
    digest: str,
    envelope: bytes,
    *,
    artifact_type: str = SIGNATURE_TYPE,
    of: str | None = None,
    layers: int = 1,
    **listed: Any,
) -> str:
    """A manifest with an envelope, listed for a digest; `of` is its subject where that is another."""
    repository.put(envelope)
    subject = {"subject": descriptor(repository.blobs[of or digest], OCI_MANIFEST)}
    made = manifest(
        [descriptor(envelope, JWS)] * layers,
        descriptor(b"{}", EMPTY),
        artifactType=artifact_type,
        **(subject if of != "" else {}),
    )
    return repository.attach(digest, made, **{"artifactType": artifact_type, **listed})


def by_strangers(repository: Repository, digest: str) -> Plan:
    """Good in itself, and by an authority that nobody trusts."""
    chain = (issue(LEAF, None),)
    return Plan(payload=payload_of(repository, digest), chain=chain)


@dataclass(frozen=True)
class Asked:
    """What was asked, and what came of it."""

    trace: Trace
    verdict: NotationVerdict

    @property
    def state(self) -> TrustState:
        return notation_state(self.trace, self.verdict)

    @property
    def first(self) -> str | None:
        first = self.trace.first_failing
        return None if first is None else first.check

    @property
    def findings(self) -> list[str]:
        return [one.id for one in self.trace.findings]

    def step(self, check: str) -> Any:
        return next(one for one in self.trace.steps if one.check == check)


@dataclass
class Question:
    """A question about an image; the defaults ask for the tag 1.0."""

    configuration: Configuration = field(default_factory=configured)
    tag: str | None = "1.0"
    digest: str | None = None
    at: datetime = NOW
    metadata: Mapping[str, str] = field(default_factory=dict)
    most: int = 100
    held: Ask | None = None

    def ask(self, repository: Repository) -> Asked:
        question = NotationQuestion(
            reference=Reference(HOST, REPOSITORY, self.tag, self.digest),
            configuration=self.configuration,
            at=self.at,
            evidence=Places({}),
            metadata=self.metadata,
            max_signatures=self.most,
            tags=lambda: tuple(repository.tags),
            held=self.held,
        )
        events, verdict = collect(verify_notation_image, question, repository.ask)
        return Asked(trace("image", self.at, self.at, events), verdict)


def ask(repository: Repository, *statements: Json, **changes: Any) -> Asked:
    """Ask by these statements, or by the usual one."""
    return Question(configured(*statements), **changes).ask(repository)


def ask_of_file(
    signature: bytes | Problem,
    blob: bytes | Problem,
    configuration: Configuration | None = None,
    *,
    name: str = "notes.txt.jws.sig",
    **changes: Any,
) -> Asked:
    def as_document(given: bytes | Problem) -> Document | Problem:
        return given if isinstance(given, Problem) else Document(name, given)

    question = BlobQuestion(
        signature=as_document(signature),
        signature_name=name,
        blob=as_document(blob),
        configuration=configuration or for_blobs(),
        at=NOW,
        evidence=Places({}),
        **changes,
    )
    events, verdict = collect(verify_notation_blob, question)
    return Asked(trace(name, NOW, NOW, events), verdict)


def signed() -> tuple[Repository, str]:
    """A repository with one image and one good signature."""
    repository = Repository()
    digest = image(repository)
    sign(repository, digest)
    return repository, digest
