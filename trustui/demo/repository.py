"""An honest TUF 1.0.34 repository in memory: every version it publishes follows the specification.

`publisher.Publisher` adds the ways to do wrong; use that one in tests.
"""

import copy
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

from trustui.demo.archive import Archive, Version, served_name
from trustui.demo.keys import JsonObject, Scheme, SigningKey
from trustui.demo.roles import TOP_LEVEL, Grant, Role, RolePlan, seal, utc_text
from trustui.demo.staging import Staging, each_once


class Repository(Staging):
    """The roles of a repository and everything it has published so far.

    Nothing is served before the first `publish`. Changes collect until the next `publish`, which
    gives each changed role its next version, then snapshot, then timestamp. The same calls give the
    same bytes on every run (RSA signatures apart).
    """

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
        self.now = start.astimezone(UTC).replace(microsecond=0)
        self.meta_hashes = meta_hashes
        self.compact = compact
        self.spec_version = spec_version
        self.archive = Archive()
        self._snapshot_meta: dict[str, JsonObject] = {}
        self._last_root_grant: Grant | None = None
        super().__init__(seed, plans=plans, scheme=scheme, consistent_snapshot=consistent_snapshot)

    def fork(self) -> Self:
        """A second repository with the same past and the same keys, whose future differs."""
        other = copy.copy(self)
        vars(other).update({name: copy.copy(value) for name, value in vars(self).items()})
        vars(other).update(_roles={name: role.copy() for name, role in self._roles.items()})
        return other

    def publish(self, at: datetime | None = None) -> None:
        """Publish what has changed, then snapshot where a listed role changed, then timestamp.

        At the instant of the last publication when none is given; never before it.
        """
        if at is not None:
            if at < self.now:
                raise ValueError(f"Published at {self.now} already, so not at {at} before that")
            self.now = at.astimezone(UTC).replace(microsecond=0)
        changed = [name for name in self._changed if name not in TOP_LEVEL]
        for name in ("root", *changed, "targets"):
            if name in self._changed:
                self._release(self._role(name))
        if "snapshot" in self._changed or changed or "targets" in self._changed:
            self._release(self._role("snapshot"))
        self._release(self._role("timestamp"))
        self._changed.clear()

    # What there is

    @property
    def metadata(self) -> dict[str, bytes]:
        """The metadata files that are served, by file name."""
        return self.archive.metadata

    @property
    def files(self) -> dict[str, bytes]:
        """Everything that is served: metadata by file name, target files under `targets/`."""
        return self.metadata | {f"targets/{name}": b for name, b in self.target_files.items()}

    @property
    def versions(self) -> list[Version]:
        """Every document ever published, in order."""
        return self.archive.versions

    def version(self, role: str) -> int:
        """The newest published version of a role; 0 before the first."""
        return self._role(role).version

    def document(self, role: str, version: int | None = None) -> bytes:
        """A published document, the newest or a numbered one; LookupError when there is none."""
        return self.archive.document(role, version)

    # How a version comes about; the publisher that does wrong overrides these

    def _body(self, role: Role) -> JsonObject:
        match role.type:
            case "root":
                return role.root_body(consistent_snapshot=self.consistent_snapshot)
            case "timestamp":
                return {"meta": {"snapshot.json": self._meta("snapshot")}}
            case "snapshot":
                # Roles that nobody delegates to any more are gone from here too.
                listed = self._snapshot_meta.items()
                return {"meta": {f"{name}.json": m for name, m in listed if name in self._roles}}
            case _:
                return role.targets_body()

    def _signers(self, role: Role) -> tuple[SigningKey, ...]:
        grants = self._grants(role)
        if role.name == "root" and self._last_root_grant is not None:
            grants.insert(0, self._last_root_grant)  # §5.3.4: both the old and the new threshold
        return each_once(key for grant in grants for key in grant.signers)

    def _next_version(self, role: Role) -> int:
        return role.version + 1

    def _next_expiry(self, role: Role) -> datetime:
        return self.now + role.lifetime

    def _release(self, role: Role) -> None:
        role.version = self._next_version(role)
        role.expires = self._next_expiry(role)
        signed = self._body(role)
        signed |= {
            "_type": role.type,
            "spec_version": self.spec_version,
            "version": role.version,
            "expires": utc_text(role.expires),
        }
        self._record(role, role.expires, self._seal(role, signed))

    def _seal(self, role: Role, signed: JsonObject) -> bytes:
        return seal(signed, self._signers(role), compact=self.compact)

    def _record(self, role: Role, expires: datetime, body: bytes) -> None:
        name = served_name(role.name, role.version, consistent_snapshot=self.consistent_snapshot)
        self.archive.record(
            Version(role.name, role.type, role.version, self.now, expires, name, body)
        )
        if role.type == "targets":
            self._snapshot_meta[role.name] = self._meta(role.name)
        if role.name == "root":
            self._last_root_grant = role.grant_to("root")

    def _meta(self, name: str) -> JsonObject:
        latest = self.archive.latest[name]
        meta: JsonObject = {"version": latest.version}
        if self.meta_hashes:
            meta["length"] = len(latest.body)
            meta["hashes"] = {"sha256": hashlib.sha256(latest.body).hexdigest()}
        return meta
