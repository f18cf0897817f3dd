"""Asking about a bundle of the private stack, as `verify bundle` does."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from tests.simulators.sigstore_stack import ARTIFACT, EMAIL, ISSUER, NOW, make_bundle, stack
from tests.vectors.scenario import Table, Told
from trustui.core.facts import Document, Problem
from trustui.core.formats.sigstore_bundle import BundleQuestion, verify_bundle
from trustui.core.pki.keys import load_key
from trustui.core.trace import collect, trace
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.given import Trust
from trustui.core.trusted_root import TrustedRoot, parse_trusted_root
from trustui.demo.images.bundles import Plan
from trustui.demo.images.certifying import pem
from trustui.demo.images.stack import Json

TABLE = Table()
scenario = TABLE.scenario

BY_ALICE = Expectation(identity=EMAIL, issuer=ISSUER)
BY_KEY = Expectation(key="release.pub")
GROUP = "bundle"

Spoil = Callable[[Json], object]


@cache
def body_of(plan: Plan, spoil: Spoil | None) -> bytes:
    """Signed once, so that the same question has the same answer."""
    bundle = make_bundle(plan)
    if spoil is not None:
        spoil(bundle)
    return json.dumps(bundle).encode()


@cache
def root_of(spoil: Spoil | None) -> TrustedRoot:
    root = stack().trusted_root()
    if spoil is not None:
        spoil(root)
    return parse_trusted_root(json.dumps(root).encode())


@dataclass(frozen=True)
class Case:
    """A bundle and a question; the defaults pass."""

    plan: Plan = field(default_factory=Plan)
    expectation: Expectation = BY_ALICE
    artifact: bytes | Problem | None = ARTIFACT
    subject: str = ""
    at: datetime = NOW
    spoil: Spoil | None = None
    """Changes the bundle before it is asked about."""
    spoil_root: Spoil | None = None
    """Changes the trusted root."""
    has_root: bool = True
    key: bytes = b""
    """Another key than the stack's."""
    rests_on: str | None = None

    def body(self) -> bytes:
        return body_of(self.plan, self.spoil)

    def trust(self) -> Trust:
        parsed = root_of(self.spoil_root) if self.has_root else None
        if not self.expectation.key:
            return Trust(trusted_root=parsed)
        return Trust(key=load_key(self.key or pem(stack().key)), trusted_root=parsed)

    def question(self, **changes: Any) -> BundleQuestion:
        document: Document | Problem = Document(
            "notes.sigstore.json", changes.pop("body", None) or self.body()
        )
        document = changes.pop("document", document)
        return BundleQuestion(
            group=GROUP,
            on="bundle",
            document=document,
            subject=self.subject,
            expectation=self.expectation,
            trust=self.trust(),
            at=self.at,
            artifact=self.artifact,
            rests_on=self.rests_on,
            **changes,
        )

    def ask(self, **changes: Any) -> Told:
        events, _ = collect(verify_bundle, self.question(**changes))
        return Told(trace("notes.sigstore.json", self.at, self.at, events))


def material_of(bundle: Json) -> Json:
    found: Json = bundle["verificationMaterial"]
    return found


def entry_of(bundle: Json) -> Json:
    found: Json = material_of(bundle)["tlogEntries"][0]
    return found
