"""A repository of artefacts in memory that answers as a registry would; a test spoils what it wants to.

What is signed comes from the private Sigstore of `sigstore_stack`.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests.simulators.sigstore_stack import EMAIL, ISSUER, stack
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.cosign.payload import (
    CERTIFICATE,
    CHAIN,
    LOG_ENTRY,
    SIGNATURE,
    TIMESTAMP,
)
from trustui.core.oci.manifests import OCI_INDEX
from trustui.core.oci.requests import ImageRequest
from trustui.core.primitives.instants import write_instant
from trustui.demo.images import tag_format
from trustui.demo.images.certifying import SIGNED, pem
from trustui.demo.images.repository import ImageRepository, index
from trustui.demo.images.stack import Json, Stack
from trustui.demo.images.tag_format import TagPlan

HOST = "registry.example"
NAME = f"{HOST}/team/app"
PROVENANCE = "https://slsa.dev/provenance/v1"
ANYBODY = {"identity": EMAIL, "issuer": ISSUER, "trusted_root": "trusted_root.json"}
"""An expectation of Alice, with everything that is demanded by default."""
BY_KEY = {"key": "key.pub", "log": "ignored"}

HOUR = timedelta(hours=1)


@dataclass
class Repository(ImageRepository):
    """The same, with which interfaces there are and what goes wrong."""

    page: bytes = b""
    """What the referrers interface answers instead."""
    problems: dict[str, ProblemKind] = field(default_factory=dict)
    """What goes wrong, by the name that is asked for; `referrers` for that interface."""
    types: dict[str, str] = field(default_factory=dict)
    """What the place says about the type of a digest."""
    asked: list[str] = field(default_factory=list)

    def ask(self, request: ImageRequest) -> Document | Problem:
        self.asked.append(f"{request.kind} {request.name}")
        name = "referrers" if request.kind == "referrers" else request.name
        digest = request.name if ":" in request.name else self.tags.get(request.name, "")
        for one in (name, request.name, digest):
            if one in self.problems:
                return Problem(f"{NAME} {request.name}", self.problems[one], "as the test says")
        if request.kind == "referrers":
            return self._referrers(request.name)
        if digest not in self.blobs:
            return Problem(f"{NAME} {request.name}", ProblemKind.ABSENT, "not found")
        body = self.blobs[digest]
        if len(body) > request.max_length:
            return Problem(f"{NAME} {request.name}", ProblemKind.TOO_LONG, "too long")
        return Document(f"{NAME} {request.name}", body, self.types.get(digest, ""))

    def _referrers(self, digest: str) -> Document | Problem:
        if not self.offers_referrers:
            return Problem(f"{NAME} referrers", ProblemKind.ABSENT, "404 page not found")
        body = self.page or index(self.referrers.get(digest, []))
        return Document(f"{NAME} referrers", body, OCI_INDEX)


def tag_layer(digest: str, plan: TagPlan) -> tuple[bytes, Json]:
    """The blob of one layer, and its descriptor with the annotations."""
    return tag_format.tag_layer(digest, plan, stack())


def sign_tag(repository: Repository, digest: str, *plans: TagPlan) -> str:
    """Put signatures, or attestations, at the tag of a digest."""
    return tag_format.sign_tag(repository, digest, stack(), *plans)


def files(made: Stack | None = None) -> dict[str, bytes]:
    """What expectations may name."""
    made = made or stack()
    return {
        "key.pub": pem(made.key),
        "retired.json": json.dumps(retired(made)).encode(),
        "trusted_root.json": json.dumps(made.trusted_root()).encode(),
        "chain.pem": made.authority.pem + made.root.pem,
        "root.pem": made.root.pem,
        "authority.pem": made.authority.pem,
        "tsa.pem": made.stamp_signer.pem + made.stamp_root.pem,
        "broken": b"nothing that could be used",
    }


def retired(made: Stack) -> Json:
    """The trusted root with an authority that was given up a month before anything was signed."""
    root = made.trusted_root()
    window = {"start": "2020-01-01T00:00:00Z", "end": write_instant(SIGNED - 30 * 24 * HOUR)}
    for authority in root["certificateAuthorities"]:
        authority["validFor"] = window
    return root


def read(name: str) -> Document | Problem:
    found = files().get(name)
    if found is None:
        return Problem(name, ProblemKind.ABSENT, "no such file")
    return Document(name, found)


def changed(plan: TagPlan, **annotations: str | None) -> TagPlan:
    """A plan with annotations in the place of what is made, by short names."""
    names = {
        "signature": SIGNATURE,
        "certificate": CERTIFICATE,
        "chain": CHAIN,
        "entry": LOG_ENTRY,
        "timestamp": TIMESTAMP,
    }
    return replace(plan, annotations=tuple((names[one], text) for one, text in annotations.items()))
