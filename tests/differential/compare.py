"""Two clients side by side: where they first part, and which of them is the stricter one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

from tests.differential.clients import TOP_LEVEL, Answer, Ours
from tests.differential.scenario import Scenario, Visit
from tests.simulators.tuf_places import Verdict
from trustui.core.trace import Step


class Stricter(StrEnum):
    """Who refuses what the other accepts, or comes less far."""

    OURS = "ours"
    PEER = "the peer"
    NEITHER = "neither"
    """Both go on, with different documents."""


@dataclass
class Difference:
    """The first visit of a scenario at which two clients do not say the same."""

    scenario: Scenario
    number: int
    before: Mapping[str, bytes]
    """What both had kept before this visit."""
    ours: Answer
    peer: Answer
    verdict: Verdict
    error: str
    """What the peer says went wrong, its deepest cause; empty when it does not say anything."""

    @property
    def visit(self) -> Visit:
        return self.scenario.visits[self.number]

    @property
    def first(self) -> Step | None:
        """Our first failing step."""
        return self.verdict.trace.first_failing

    @property
    def stricter(self) -> Stricter:
        progress = (self.ours.refreshed, self.ours.found is not None)
        other = (self.peer.refreshed, self.peer.found is not None)
        if progress != other:
            return Stricter.OURS if progress < other else Stricter.PEER
        for role in TOP_LEVEL:
            old, ours, peer = (at.get(role) for at in (self.before, self.ours.kept, self.peer.kept))
            if ours != peer and old in {ours, peer}:
                return Stricter.OURS if ours == old else Stricter.PEER
        return Stricter.NEITHER

    @cached_property
    def documents(self) -> list[Any]:
        """Every document at hand that is an envelope, decoded without any care."""
        bodies = {self.scenario.root, *self.before.values(), *self.visit.files.values()}
        return [document for body in sorted(bodies) if (document := _decoded(body))]

    @cached_property
    def keys(self) -> dict[str, list[Any]]:
        """Every key object at hand, by key id."""
        found: dict[str, list[Any]] = {}
        for document in self.documents:
            delegations = document["signed"].get("delegations")
            for holder in (document["signed"], delegations):
                keys = holder.get("keys") if isinstance(holder, dict) else None
                for keyid, key in keys.items() if isinstance(keys, dict) else ():
                    found.setdefault(keyid, []).append(key)
        return found

    @cached_property
    def signatures(self) -> list[tuple[str, str]]:
        """Key id and text of every signature at hand."""
        return [pair for document in self.documents for pair in _signatures(document)]

    def evidence(self, check: str) -> Iterator[str]:
        """The keys that the steps of a check name."""
        for step in self.verdict.trace.steps:
            named = step.evidence.get("keys") if step.check == check else None
            yield from named if isinstance(named, list) else ()


def _decoded(body: bytes) -> Any:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    well_formed = isinstance(document, dict) and isinstance(document.get("signed"), dict)
    return document if well_formed else None


def _signatures(document: Any) -> Iterator[tuple[str, str]]:
    stated = document.get("signatures")
    for one in stated if isinstance(stated, list) else ():
        keyid, sig = (one.get("keyid"), one.get("sig")) if isinstance(one, dict) else (None, None)
        if isinstance(keyid, str) and isinstance(sig, str):
            yield keyid, sig


class Peer(Protocol):
    """A client to compare with; `error` is its deepest cause, or empty."""

    def visit(self, visit: Visit) -> tuple[Answer, str]: ...


def compare(scenario: Scenario, peer: Peer) -> Difference | None:
    """Let both clients make every visit; stop where their ways part."""
    ours = Ours(scenario)
    before: Mapping[str, bytes] = {}
    for number, visit in enumerate(scenario.visits):
        our_answer, verdict = ours.visit(visit)
        peer_answer, error = peer.visit(visit)
        if our_answer != peer_answer:
            return Difference(scenario, number, before, our_answer, peer_answer, verdict, error)
        before = our_answer.kept
    return None
