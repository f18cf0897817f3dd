"""A source as it had been seen by an instant, read as far as it is asked for.

Of many roles only those are read at first that a picture asks for: a repository may have 16,384 hash
bins. Any other role is read when it is asked for after all, and everything once some were.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.reading import Request
from trustui.inventory.models import Blob, Sighting, Standing
from trustui.inventory.text import identity, real_name
from trustui.verdicts.remembering import PINNED, STORED, stored_from
from trustui.verdicts.stored_place import ROOT, Stored, StoredPlace

FEW_ALONE = 8
"""Roles that are read one by one; then all that are left are read at once."""
_ALL = Q()


class Bodies(Mapping[int, bytes]):
    """Bytes by blob id; what was not read ahead takes a query when it is asked for."""

    def __init__(self, ahead: set[int]) -> None:
        self._bodies: dict[int, bytes] = {}
        if ahead:
            self.read(ahead)

    def read(self, blob_ids: set[int]) -> None:
        """Read these: one query."""
        rows = Blob.objects.filter(pk__in=blob_ids).values_list("pk", "body")
        self._bodies |= {pk: bytes(body) for pk, body in rows}

    def __getitem__(self, blob_id: int) -> bytes:
        if blob_id not in self._bodies:
            self._bodies[blob_id] = bytes(
                Blob.objects.values_list("body", flat=True).get(pk=blob_id)
            )
        return self._bodies[blob_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)


class SightedPlace(StoredPlace):
    """The place as it stood in a crawl, and what a client had trusted of it by then.

    `roles` says which roles are read at once, all where it is None: three queries.
    """

    def __init__(
        self,
        location: str,
        source_id: int,
        at: datetime,
        crawl_id: int,
        problems: Mapping[str, Problem],
        roles: Q | None,
    ) -> None:
        self.bodies = Bodies(set())
        super().__init__(location, (), self.bodies, problems)
        seen = Sighting.objects.filter(source=source_id, first_seen_at__lte=at)
        self._trusted = seen.filter(standing=Standing.TRUSTED, origin="")
        self._standing = _standing(seen, crawl_id)
        self._alone = 0
        self._read_roles: set[str] = set()
        self.trusted: dict[str, Stored] = {}
        """The last document of each role that a client trusted, by the role's name."""
        self._is_whole = roles is None
        found = self._read(_ALL if roles is None else roles)
        self.bodies.read({one.blob_id for one in found})

    def ask(self, request: Request) -> Document | Problem:
        """What the place answered."""
        self.read_up(identity(request.role))
        return super().ask(request)

    def read_up(self, role_id: str) -> None:
        """Read what was seen of a role, if it was not read yet: at most two queries."""
        if self._is_whole or role_id in self._read_roles:
            return
        self._alone += 1
        self._is_whole = self._alone > FEW_ALONE
        self._read_roles.add(role_id)
        self._read(_ALL if self._is_whole else Q(role_id=role_id))

    def _read(self, roles: Q) -> list[Stored]:
        newest = self._trusted.filter(roles).values("role_id").annotate(last=Max("id"))
        rows = Sighting.objects.filter(pk__in=newest.values("last"))
        trusted = [
            (real_name(role, name), stored_from(("", *row[1:])))
            for role, name, *row in rows.values_list("role", "role_bytes", *STORED)
        ]
        kept = [one for _, one in trusted if one.role_id != ROOT]
        stood = [stored_from(row) for row in self._standing.filter(roles).values_list(*STORED)]
        for one in (*kept, *stood):
            self.show(one)
        self.trusted.update(trusted)
        found = [*(one for _, one in trusted), *stood]
        self._read_roles.update(one.role_id for one in found)
        return found


class Kept(Mapping[str, Document]):
    """What a client keeps but root, by role name; place and bytes are had when one is asked for."""

    def __init__(self, place: Callable[[], SightedPlace]) -> None:
        self._place = place

    def __getitem__(self, name: str) -> Document:
        if name == "root":
            raise KeyError(name)
        place = self._place()
        place.read_up(identity(name))
        found = place.trusted[name]
        body = place.bodies[found.blob_id]
        return Document(place.location, body, seen_at=found.first_seen_at)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._place().trusted if name != "root")

    def __len__(self) -> int:
        return len(self._place().trusted.keys() - {"root"})


def _standing(seen: "QuerySet[Sighting]", crawl_id: int) -> "QuerySet[Sighting]":
    """Of each place what stood in that crawl, the newest last (as `verdicts.remembering`)."""
    is_there = Q(last_crawl_id__gte=crawl_id)
    return (
        seen.exclude(origin=PINNED)
        .filter(Q(role_id=ROOT) | is_there)
        .filter(~Q(origin="") | Q(standing=Standing.TRUSTED) | is_there)
        .order_by("last_crawl_id", "first_seen_at", "ordinal")
    )
