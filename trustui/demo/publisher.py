"""A publisher that follows the specification until it is told to do wrong, on purpose.

    repo = Publisher("vendor", start, plans={"root": RolePlan(keys=3, threshold=2)})
    repo.add_delegation("targets", "team-a", keys=2, threshold=2, paths=["a/*"])
    repo.add_target("team-a", "a/app.tar.gz", b"...")
    repo.publish()
    repo.sign_with_only("team-a", 1)
    repo.publish(start + timedelta(days=1))

What a method changes about a role makes it get a new version at the next `publish`.
"""

import copy
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias, cast

import msgspec

from trustui.core.primitives.canonical_json import JsonValue
from trustui.demo.keys import JsonObject, Scheme, SigningKey
from trustui.demo.repository import Repository
from trustui.demo.roles import Role, RolePlan, seal

Edit: TypeAlias = Callable[[JsonObject], object]
"""Changes the signed part of a document in place; what it returns is not looked at."""


class Publisher(Repository):
    """A repository whose documents can be made wrong in every way that a test may need."""

    def __init__(
        self,
        seed: str,
        start: datetime,
        *,
        plans: Mapping[str, RolePlan] | None = None,
        scheme: Scheme = Scheme.ED25519,
        consistent_snapshot: bool = True,
        meta_hashes: bool = False,
        compact: bool = False,
        spec_version: str = "1.0.34",
    ) -> None:
        self._signing: dict[str, tuple[SigningKey, ...]] = {}
        self._count: dict[str, int] = {}
        self._versions_set: dict[str, int] = {}
        self._expiries_set: dict[str, datetime] = {}
        self._frozen: frozenset[str] = frozenset()
        self._claims: dict[tuple[str, str], JsonObject | None] = {}
        self._fields: dict[tuple[str, str], JsonValue] = {}
        self._edits: dict[str, tuple[Edit, ...]] = {}
        super().__init__(
            seed,
            start,
            plans=plans,
            scheme=scheme,
            consistent_snapshot=consistent_snapshot,
            meta_hashes=meta_hashes,
            compact=compact,
            spec_version=spec_version,
        )

    # Signatures

    def sign_with(self, role: str, *keys: SigningKey) -> None:
        """From now on a role is signed with exactly these keys; with none, not at all."""
        self._signing[role] = keys
        self.renew(role)

    def sign_with_only(self, role: str, count: int) -> None:
        """From now on a role is signed with the first `count` keys that would have signed."""
        self._count[role] = count
        self.renew(role)

    def sign_honestly(self, role: str) -> None:
        """A role is signed up to its threshold again."""
        self._signing.pop(role, None)
        self._count.pop(role, None)
        self.renew(role)

    # What the next version says of itself

    def set_version(self, role: str, version: int) -> None:
        """The next version of a role has this number; those after it count on from there."""
        self._versions_set[role] = version
        self.renew(role)

    def set_expiry(self, role: str, at: datetime) -> None:
        """The next version of a role expires at this instant."""
        self._expiries_set[role] = at
        self.renew(role)

    def add_field(self, role: str, name: str, value: JsonValue) -> None:
        """From now on the signed part of a role has this member, known or not."""
        self._fields[role, name] = value
        self.renew(role)

    def edit_next(self, role: str, edit: Edit) -> None:
        """Change the signed part of the next version of a role just before it is signed."""
        self._edits[role] = (*self._edits.get(role, ()), edit)
        self.renew(role)

    # What documents say of each other

    def freeze(self, role: str) -> None:
        """No new versions of a role, whatever changes: the old document goes on being served."""
        self._frozen |= {role}

    def thaw(self, role: str) -> None:
        """Publish versions of a frozen role again, starting with the next `publish`."""
        self._frozen -= {role}
        self.renew(role)

    def claim(self, document: str, about: str, **members: JsonValue) -> None:
        """From now on timestamp or snapshot says this of a role, beside or instead of the truth.

        `claim("timestamp", "snapshot", version=1)` points at an old snapshot. Without members it
        tells the truth again.
        """
        self._claim(document, about, members)

    def omit(self, document: str, about: str) -> None:
        """From now on timestamp or snapshot does not list a role."""
        self._claim(document, about, None)

    # What is served

    def serve(self, file_name: str, body: bytes) -> None:
        """Serve these bytes as a metadata file, whatever was there."""
        self.metadata[file_name] = body

    def withdraw(self, file_name: str) -> None:
        """Serve a metadata file no longer. Raises KeyError when it was not served."""
        del self.metadata[file_name]

    def tamper(self, file_name: str, old: bytes, new: bytes) -> None:
        """Replace bytes in a served metadata file, after it was signed."""
        body = self.metadata[file_name]
        if old not in body:
            raise ValueError(f"{file_name} does not contain {old!r}")
        self.metadata[file_name] = body.replace(old, new)

    def forge(self, role: str, edit: Edit, *keys: SigningKey) -> bytes:
        """Serve another document in place of the newest one of a role: edited and signed anew.

        Signed with `keys`, or as the role would be signed now. `versions` does not tell of it.
        """
        newest = self.archive.latest[role]
        signed: JsonObject = msgspec.json.decode(newest.body)["signed"]
        edit(signed)
        signers = keys or self._signers(self._role(role))
        body = seal(signed, signers, compact=self.compact)
        self.serve(newest.file_name, body)
        return body

    # How the above takes effect

    def _signers(self, role: Role) -> tuple[SigningKey, ...]:
        honest = self._signing.get(role.name, super()._signers(role))
        return honest[: self._count.get(role.name)]

    def _next_version(self, role: Role) -> int:
        return self._versions_set.pop(role.name, super()._next_version(role))

    def _next_expiry(self, role: Role) -> datetime:
        return self._expiries_set.pop(role.name, super()._next_expiry(role))

    def _release(self, role: Role) -> None:
        if role.name not in self._frozen:
            super()._release(role)

    def _seal(self, role: Role, signed: JsonObject) -> bytes:
        for (document, about), members in self._claims.items():
            if document == role.name:
                _say(cast("JsonObject", signed["meta"]), f"{about}.json", members)
        for (document, name), value in self._fields.items():
            if document == role.name:
                signed[name] = copy.deepcopy(value)
        for edit in self._edits.pop(role.name, ()):
            edit(signed)
        return super()._seal(role, signed)

    def _claim(self, document: str, about: str, members: JsonObject | None) -> None:
        if document not in {"timestamp", "snapshot"}:
            raise ValueError(f"{document} says nothing of other documents")
        self._claims[document, about] = members
        self.renew(document)


def _say(meta: JsonObject, file_name: str, members: JsonObject | None) -> None:
    if members is None:
        meta.pop(file_name, None)
    elif members:
        truth = cast("JsonObject", meta.get(file_name, {}))
        meta[file_name] = {**truth, **members}
