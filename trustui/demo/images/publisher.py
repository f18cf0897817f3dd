"""Whoever pushes to one repository: images, signatures, attestations, bills of materials.

repo = ImagePublisher("terminal-suite", now)
repo.at = start
repo.push("7.0")
repo.sign("7.0")
"""

import json
from datetime import datetime
from typing import Any

from trustui.core.checks.attestation import COSIGN_SIGNATURE
from trustui.core.formats.notation.envelope import JWS_TYPE
from trustui.core.images.notation.question import SIGNATURE_TYPE
from trustui.core.oci.manifests import OCI_MANIFEST
from trustui.demo.images.bundles import Plan, bundle_of
from trustui.demo.images.certifying import Issued, PrivateKey, Stamp
from trustui.demo.images.envelopes import EnvelopePlan, jws_envelope, payload_of
from trustui.demo.images.repository import (
    CONFIG,
    LAYER,
    ImageRepository,
    attach_bundle,
    descriptor,
    index,
    manifest,
    referrer,
)
from trustui.demo.images.stack import Json, Stack
from trustui.demo.images.tag_format import TagPlan, sign_tag
from trustui.demo.images.trust import WORKFLOW, certify, first_stack, in_service_since

SPDX = "application/spdx+json"
PLATFORMS = ("amd64", "arm64")


class ImagePublisher:
    """A repository and those who write to it; `at` is when (aware UTC)."""

    def __init__(self, name: str, now: datetime) -> None:
        self.name = name
        self.at = now
        self.stack = first_stack(in_service_since(now))
        self.repository = ImageRepository()
        self._certificates = 0

    # Images

    def push(self, tag: str, *, build: int = 1) -> str:
        """An image of one layer at a tag, whatever was there; gives its digest."""
        return self.repository.put(self._image(tag, build, "amd64"), tag)

    def push_for_all(self, tag: str) -> str:
        """An index of images for two platforms at a tag; gives its digest."""
        listed = []
        for architecture in PLATFORMS:
            body = self._image(tag, 1, architecture)
            self.repository.put(body)
            platform = {"os": "linux", "architecture": architecture}
            listed.append(descriptor(body, OCI_MANIFEST, platform=platform))
        return self.repository.put(index(listed), tag)

    def _image(self, tag: str, build: int, architecture: str) -> bytes:
        layer = f"{self.name} {tag}, build {build} for {architecture}\n".encode()
        config = json.dumps({"os": "linux", "architecture": architecture, "config": {}}).encode()
        self.repository.put(layer)
        self.repository.put(config)
        return manifest([descriptor(layer, LAYER)], descriptor(config, CONFIG))

    # Bundles

    def sign(self, tag: str, *, subject: str = WORKFLOW, stack: Stack | None = None) -> None:
        """Sign what a tag names with a certificate for a workflow, as cosign 3 does."""
        self._attach(tag, COSIGN_SIGNATURE, {}, subject, stack or self.stack)

    def attest(self, tag: str, predicate_type: str, predicate: Json) -> None:
        """Attest something about what a tag names."""
        self._attach(tag, predicate_type, predicate, WORKFLOW, self.stack)

    def attach_bill(self, tag: str) -> None:
        """A bill of materials in SPDX that names the digest, unsigned."""
        digest = self.repository.tags[tag]
        referrer(self.repository, digest, json.dumps(self._bill(tag, digest)).encode(), SPDX)

    def _attach(
        self, tag: str, predicate_type: str, predicate: Json, subject: str, stack: Stack
    ) -> None:
        digest = self.repository.tags[tag]
        statement: Json = {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": self.name, "digest": {"sha256": digest.partition(":")[2]}}],
            "predicateType": predicate_type,
            "predicate": predicate,
        }
        signer = self._certificate(subject, stack)
        plan = Plan(
            statement=statement,
            certificate=lambda _: signer,
            logged_at=self.at,
            stamps=(Stamp(self.at),),
        )
        attach_bundle(self.repository, digest, bundle_of(plan, stack))

    # Notation

    def sign_with_notation(
        self, tag: str, chain: tuple[Issued, ...], stamps: Issued | None = None
    ) -> None:
        """Sign what a tag names by a chain, leaf first; timestamped where somebody stamps."""
        digest = self.repository.tags[tag]
        plan = EnvelopePlan(
            payload=payload_of(self.repository.blobs[digest]),
            chain=chain,
            signed_at=self.at,
            stamp=None if stamps is None else Stamp(self.at),
            stamp_signer=stamps,
        )
        referrer(self.repository, digest, jws_envelope(plan), JWS_TYPE, SIGNATURE_TYPE)

    # The tag format

    def sign_at_tag(self, tag: str, *, key: PrivateKey | None = None) -> None:
        """Sign what a tag names with a key, logged, as cosign before version 3 did."""
        plan = TagPlan(logged=True, key=key, name=self.name, at=self.at)
        sign_tag(self.repository, self.repository.tags[tag], self.stack, plan)

    def sign_at_tag_without_proof(self, tag: str) -> None:
        """Sign with a certificate, with neither log entry nor timestamp."""
        plan = TagPlan(
            with_certificate=True,
            certificate=self._certificate(WORKFLOW, self.stack),
            name=self.name,
            at=self.at,
        )
        sign_tag(self.repository, self.repository.tags[tag], self.stack, plan)

    def _certificate(self, subject: str, stack: Stack) -> Issued:
        self._certificates += 1
        return certify(stack, subject, self.at, f"{self.name}/{self._certificates}")

    def _bill(self, tag: str, digest: str) -> dict[str, Any]:
        located = f"pkg:oci/{self.name}@{digest.replace(':', '%3A')}?tag={tag}"
        reference = {
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": located,
        }
        parts = [
            {"SPDXID": "SPDXRef-image", "name": self.name, "externalRefs": [reference]},
            {"SPDXID": "SPDXRef-zlib", "name": "zlib", "versionInfo": "1.3.1"},
        ]
        described = {
            "spdxElementId": "SPDXRef-DOCUMENT",
            "relatedSpdxElement": "SPDXRef-image",
            "relationshipType": "DESCRIBES",
        }
        created = {
            "created": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "creators": ["Tool: quayline-bom-2.1"],
        }
        return {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"{self.name} {tag}",
            "documentNamespace": f"https://bom.quayline.example/{self.name}/{tag}",
            "creationInfo": created,
            "packages": parts,
            "relationships": [described],
        }
