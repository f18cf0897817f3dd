"""What a publisher keeps about each role, and the signed part that it becomes (TUF 1.0.34 §4)."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec

from trustui.core.primitives.canonical_json import JsonValue, canonical
from trustui.demo.keys import JsonObject, Scheme, SigningKey

TOP_LEVEL = ("root", "timestamp", "snapshot", "targets")


class RolePlan(msgspec.Struct, frozen=True):
    """How many keys a role starts with, how many must sign, and how long a document lives."""

    keys: int = 1
    threshold: int = 1
    lifetime: timedelta = timedelta(days=365)
    scheme: Scheme | None = None
    """None: the publisher's own choice."""


class Grant(msgspec.Struct, frozen=True):
    """The keys that a delegator trusts for a role, and how many of them must sign."""

    keys: tuple[SigningKey, ...]
    threshold: int

    @property
    def signers(self) -> tuple[SigningKey, ...]:
        """Just enough keys: the first ones, up to the threshold."""
        return self.keys[: self.threshold]

    def as_json(self) -> JsonObject:
        """The members `keyids` and `threshold` of a role object."""
        return {"keyids": [key.key_id for key in self.keys], "threshold": self.threshold}


class Edge(msgspec.Struct, frozen=True):
    """One delegation: who is trusted (grant) for which paths (rule)."""

    grant: Grant
    rule: JsonObject = {}


class HashBins(msgspec.Struct, frozen=True):
    """Succinct hash bins (TAP 15): 2^bit_length roles that share one grant."""

    prefix: str
    bit_length: int
    grant: Grant

    def names(self) -> Iterator[str]:
        """All bin names, in order."""
        return (self._name(number) for number in range(2**self.bit_length))

    def bin_for(self, path: str) -> str:
        """The bin of a target path: the first bits of the SHA-256 of the path."""
        leading = int.from_bytes(hashlib.sha256(path.encode()).digest()[:4])
        return self._name(leading >> (32 - self.bit_length))

    def as_json(self) -> JsonObject:
        """The value of `succinct_roles`."""
        shape: JsonObject = {"bit_length": self.bit_length, "name_prefix": self.prefix}
        return shape | self.grant.as_json()

    def _name(self, number: int) -> str:
        return f"{self.prefix}-{number:0{(self.bit_length + 3) // 4}x}"


@dataclass(slots=True)
class Role:
    """A role as its publisher sees it: what the next version will say, and the last version."""

    name: str
    lifetime: timedelta
    version: int = 0
    expires: datetime | None = None
    edges: dict[str, Edge] = field(default_factory=dict)
    bins: HashBins | None = None
    delegators: list[str] = field(default_factory=list)
    targets: dict[str, JsonObject] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The `_type` of its documents: delegated roles are targets."""
        return self.name if self.name in TOP_LEVEL else "targets"

    def grant_to(self, name: str) -> Grant:
        """The grant of one role below this one. Raises ValueError when there is none."""
        if name in self.edges:
            return self.edges[name].grant
        if self.bins is not None:
            return self.bins.grant
        raise ValueError(f"{self.name} does not delegate to {name}")

    def copy(self) -> "Role":
        """A role that can change without changing this one."""
        return replace(
            self,
            edges=dict(self.edges),
            delegators=list(self.delegators),
            targets=dict(self.targets),
        )

    def targets_body(self) -> JsonObject:
        """What makes a targets document: targets, and delegations where there are any (§4.5)."""
        body: JsonObject = {"targets": dict(self.targets)}
        if self.edges or self.bins:
            body["delegations"] = self._delegations()
        return body

    def root_body(self, *, consistent_snapshot: bool) -> JsonObject:
        """What makes a root document: all keys, and the four roles (§4.3)."""
        return {
            "consistent_snapshot": consistent_snapshot,
            "keys": _key_objects(edge.grant for edge in self.edges.values()),
            "roles": {name: edge.grant.as_json() for name, edge in self.edges.items()},
        }

    def _delegations(self) -> JsonObject:
        if self.bins:
            keys = _key_objects([self.bins.grant])
            return {"keys": keys, "succinct_roles": self.bins.as_json()}
        return {
            "keys": _key_objects(edge.grant for edge in self.edges.values()),
            "roles": [
                {"name": name, **edge.rule, **edge.grant.as_json()}
                for name, edge in self.edges.items()
            ],
        }


def _key_objects(grants: Iterable[Grant]) -> JsonObject:
    return {key.key_id: key.listed for grant in grants for key in grant.keys}


def utc_text(at: datetime) -> str:
    """A date and time as TUF writes it: whole seconds, UTC, Z (TUF 1.0.34 §4.2.1)."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def seal(signed: JsonObject, signers: Iterable[SigningKey], *, compact: bool) -> bytes:
    """Sign the canonical form and write the whole document as JSON, names sorted."""
    message = canonical(signed)
    signatures: list[JsonValue] = [
        {"keyid": key.key_id, "sig": key.sign(message)} for key in signers
    ]
    encoded = msgspec.json.encode({"signatures": signatures, "signed": signed}, order="sorted")
    return encoded if compact else msgspec.json.format(encoded, indent=1) + b"\n"
