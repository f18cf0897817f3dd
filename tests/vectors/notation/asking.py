"""Asking about a signature of the private signer, as a statement of a trust policy does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property, wraps
from typing import Any

from tests.simulators.notation_signer import (
    IDENTITY,
    IMAGE_TYPE,
    NOW,
    Plan,
    certificates,
    make_envelope,
    target,
    world,
)
from tests.simulators.revoking import Places
from tests.vectors.scenario import Table, Told
from trustui.core.facts import Document, Problem
from trustui.core.formats.notation import (
    Asked,
    SignatureQuestion,
    Store,
    Wanted,
    verify_signature,
)
from trustui.core.pki.revocation import Evidence
from trustui.core.trace import collect, trace

TABLE = Table()

GROUP = "signature 1"


@cache
def stores() -> Mapping[str, Store]:
    return {"ca:acme": certificates(world().root)}


@cache
def stores_with_stamps() -> Mapping[str, Store]:
    return {**stores(), "tsa:stamps": certificates(world().stamp_root)}


def wanted_image() -> Wanted:
    described = target()["targetArtifact"]
    return Wanted(described["digest"], described["size"], IMAGE_TYPE)


@dataclass(frozen=True, eq=False)
class Case:
    """A signature and a question; the defaults pass."""

    plan: Plan = field(default_factory=Plan)
    actions: Mapping[str, str] = field(default_factory=dict)
    identities: tuple[str, ...] = (IDENTITY,)
    stores: Mapping[str, Store] = field(default_factory=stores)
    verify_timestamp: str = "always"
    metadata: Mapping[str, str] = field(default_factory=dict)
    wanted: Wanted = field(default_factory=wanted_image)
    media_type: str | None = None
    at: datetime = NOW
    answers: Mapping[str, bytes] = field(default_factory=dict)
    evidence: Evidence | None = None
    """Instead of the answers."""
    content: bytes | Problem | None = None
    """Instead of what the plan makes."""
    rests_on: str | None = None

    @cached_property
    def body(self) -> bytes:
        """Signed once, so that the same question has the same answer."""
        return self.content if isinstance(self.content, bytes) else make_envelope(self.plan)

    def question(self, **changes: Any) -> SignatureQuestion:
        named = {"jws": "application/jose+json", "cose": "application/cose"}[self.plan.format]
        content = Document("envelope", self.body)
        return SignatureQuestion(
            group=GROUP,
            on="sha256:5555",
            content=self.content if isinstance(self.content, Problem) else content,
            media_type=named if self.media_type is None else self.media_type,
            wanted=self.wanted,
            asked=Asked(
                self.actions, self.identities, self.stores, self.verify_timestamp, self.metadata
            ),
            at=self.at,
            evidence=changes.pop("evidence", None) or self.evidence or Places(self.answers),
            rests_on=self.rests_on,
            **changes,
        )

    def ask(self, **changes: Any) -> Told:
        events, _ = collect(verify_signature, self.question(**changes))
        return Told(trace("acme/app", self.at, self.at, events))


def scenario(**shows: Any) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    """Enter a function that makes a case, once, with what asking it shows (`Table.scenario`)."""
    enter = TABLE.scenario(**shows)

    def entered(make: Callable[[], Case]) -> Callable[[], Case]:
        made = cache(make)

        @wraps(make)
        def ask() -> Told:
            return made().ask()

        enter(ask)
        return made

    return entered
