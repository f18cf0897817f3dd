"""A place that answers from stored documents, as the place itself did. No database here."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.reading import Request
from trustui.core.limits import DEFAULT_LIMITS
from trustui.crawl.source import served_name
from trustui.inventory.text import identity
from trustui.verdicts.evidence import Looked

ROOT = identity("root")


class Stored(msgspec.Struct, frozen=True):
    """A document of a place in the store."""

    place_id: str
    role_id: str
    version: str
    blob_id: int
    sha256: str
    first_seen_at: datetime


class StoredPlace:
    """Answers requests from the store; keeps what it answered, for the evidence.

    Of several documents given for one place, the last one counts.
    """

    def __init__(
        self,
        location: str,
        stored: Iterable[Stored],
        bodies: Mapping[int, bytes],
        problems: Mapping[str, Problem] | None = None,
        other_forms: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        self.location = location
        self._bodies = bodies
        self._problems = problems or {}
        self._other_forms = other_forms or {}
        self._by_place: dict[str, Stored] = {}
        self._by_version: dict[tuple[str, str], Stored] = {}
        self._newest: dict[str, Stored] = {}
        self._documents: dict[str, str] = {}
        self._missing: dict[str, ProblemKind] = {}
        for one in stored:
            self.show(one)

    def show(self, one: Stored) -> None:
        """From now on the place has this document, in place of what it had there."""
        self._by_place[one.place_id] = one
        self._by_version[one.role_id, one.version] = one
        self._newest[one.role_id] = one

    def ask(self, request: Request) -> Document | Problem:
        """What the place answered."""
        name = served_name(request)
        problem = self._problems.get(identity(name))
        found = self._find(request, name) if problem is None else None
        if found is None:
            answer = problem or Problem(
                self._location(name), ProblemKind.ABSENT, "it was not there"
            )
            self._missing[name] = answer.kind
            return answer
        return self._answer(found, name, request.max_length)

    def first_root(self) -> Document | Problem:
        """The lowest root that the place showed."""
        roots = [one for role, one in self._by_version.items() if role[0] == ROOT]
        numbered = [one for one in roots if one.version.isdecimal()]
        if not numbered:
            return Problem(self.location, ProblemKind.ABSENT, "it showed no root")
        lowest = min(numbered, key=lambda one: int(one.version))
        return self._answer(lowest, f"{lowest.version}.root.json", DEFAULT_LIMITS.root_bytes)

    def begin(self) -> None:
        """Another verification begins: what was answered so far was for the one before."""
        self._documents.clear()
        self._missing.clear()

    @property
    def looked(self) -> Looked:
        """What was asked for and answered so far."""
        return Looked(tuple(self._documents.items()), tuple(self._missing.items()))

    def _find(self, request: Request, name: str) -> Stored | None:
        """By its place; of a past that keeps every version under one name, the one listed."""
        there = self._by_place.get(identity(name))
        if there is not None:
            return there
        role = identity(request.role)
        version = request.version if request.version is not None else request.wanted_version
        if version is None:
            return self._newest.get(role)
        return self._by_version.get((role, str(version)))

    def _answer(self, found: Stored, name: str, max_length: int) -> Document | Problem:
        body = self._bodies[found.blob_id]
        forms = self._other_forms.get((found.role_id, found.version), 0)
        if len(body) > max_length and not forms:
            self._missing[name] = ProblemKind.TOO_LONG
            because = f"more than the {max_length:,} bytes that were allowed"
            return Problem(self._location(name), ProblemKind.TOO_LONG, because)
        self._documents[name] = found.sha256
        location = self._location(name)
        return Document(location, body, seen_at=found.first_seen_at, other_forms=forms)

    def _location(self, name: str) -> str:
        return f"{self.location.rstrip('/')}/{name}"
