"""What a client knows of a repository while it verifies it, and what it keeps afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.metadata import DelegatedRole, Metadata, MetaFile
from trustui.core.formats.tuf.parse import parse_for_signing
from trustui.core.formats.tuf.reading import Ask, Request, Signer
from trustui.core.limits import DEFAULT_LIMITS, TufLimits
from trustui.core.primitives.digests import compare


class AnchorOrigin(StrEnum):
    """Who said that this is the right first root."""

    PINNED = "pinned"
    """A person gave the file."""
    KEPT = "kept"
    """Followed earlier from a pinned one; a client's state."""
    FIRST_USE = "first_use"
    """Taken from the repository itself, on purpose and knowing the risk."""
    NOBODY = "nobody"
    """Taken from the repository itself only to show the rest."""


class Anchor(msgspec.Struct, frozen=True):
    """The root that a verification starts from."""

    document: Document | Problem
    origin: AnchorOrigin


class Question(msgspec.Struct, frozen=True):
    """All that a verification depends on besides the repository's answers.

    `valid_at` (UTC) is the instant that expiry is judged at. `trusted` holds the documents of
    all roles but root that were trusted before, by role name.
    """

    anchor: Anchor
    valid_at: datetime
    trusted: Mapping[str, Document] = {}
    goes_on: bool = True
    """Whether to go on after a failure, so as to show what else holds; a client does not."""
    limits: TufLimits = DEFAULT_LIMITS


class Kept(msgspec.Struct, frozen=True):
    """A document that was trusted before and is signed by the keys of today."""

    document: Document
    metadata: Metadata


@dataclass
class Edge:
    """A delegation that was followed: whom it trusts, and what came of it."""

    delegator: str
    delegated: DelegatedRole
    metadata: Metadata | None = None
    is_good: bool = False
    """Whether every step of this edge holds."""
    is_signed: bool = False
    """Whether the delegator's threshold is reached, whatever else fails."""


@dataclass
class Repository:
    """The state of one verification; every document in it has at least a good form."""

    question: Question
    ask: Ask
    root: Metadata | None = None
    roots: list[Metadata] = field(default_factory=list)
    """Every root of the chain that was followed, oldest first."""
    timestamp: Metadata | None = None
    snapshot: Metadata | None = None
    roles: dict[str, Metadata] = field(default_factory=dict)
    """`targets` and every delegated role, by name, as last read."""
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)
    """Delegations that were verified, by delegator and role name, in the order of verification."""
    broken_by: str | None = None
    """The check that broke the refresh, so that all that rests on it is moot."""
    is_signed: bool = False
    """Whether the newest document that was read is signed as it must be."""
    trusted: dict[str, Document] = field(default_factory=dict)
    """What a client may keep now: documents whose every step passed, by role name."""
    _kept: dict[tuple[str, str], Kept | None] = field(default_factory=dict)

    @property
    def may_go_on(self) -> bool:
        """Whether the next document may be asked for.

        What nobody authorised never causes a request, not even to explain.
        """
        return self.is_signed and (self.broken_by is None or self.question.goes_on)

    @property
    def targets(self) -> Metadata | None:
        """The top-level targets."""
        return self.roles.get("targets")

    def asked_again(self, question: Question, ask: Ask) -> Self:
        """The same knowledge for another question: what it learns from here on stays its own."""
        return replace(
            self,
            question=question,
            ask=ask,
            roots=[*self.roots],
            roles={**self.roles},
            edges={**self.edges},
            trusted={**self.trusted},
            _kept={},
        )

    def kept(self, name: str, signer: Signer, type_: str) -> Kept | None:
        """What was trusted before for a role, if its signers of today signed it too.

        §5.3.11: after a rotation the kept documents of the old keys are not believed any more.
        """
        asked = (name, signer.delegator.digest)
        if asked not in self._kept:
            self._kept[asked] = self._read_kept(name, signer, type_)
        return self._kept[asked]

    def _read_kept(self, name: str, signer: Signer, type_: str) -> Kept | None:
        document = self.trusted.get(name) or self.question.trusted.get(name)
        if document is None:
            return None
        try:
            parsed = parse_for_signing(document, self.question.limits)
        except ParseError:
            return None
        signed = parsed.signed.tally(signer.role, signer.delegator)
        if parsed.metadata.type != type_ or signed.missing:
            return None
        return Kept(document, parsed.metadata)

    def read(
        self, name: str, listed: MetaFile | None, max_length: int, kept: Kept | None
    ) -> Document | Problem:
        """The kept bytes when they are what is listed (§5.5.1), else what the place answers."""
        if kept is not None and listed is not None and kept.metadata.version == listed.version:
            body = kept.document.body
            same = all(one.holds for one in compare(body, listed.hashes or {}))
            if same and listed.length in {None, len(body)}:
                return kept.document
        stated = None if listed is None else listed.length
        length = min(max_length, self.question.limits.unlisted_bytes if stated is None else stated)
        wanted = None if listed is None else listed.version
        consistent = self.root is not None and self.root.consistent_snapshot
        return self.ask(Request(name, wanted if consistent else None, length, wanted))
