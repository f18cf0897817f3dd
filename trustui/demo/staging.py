"""The roles of a repository, their keys, delegations and targets, as they are to be published."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from trustui.demo.keys import JsonObject, Scheme, SigningKey, throwaway_key
from trustui.demo.roles import TOP_LEVEL, Edge, Grant, HashBins, Role, RolePlan

_PLANS = {
    "root": RolePlan(),
    "timestamp": RolePlan(lifetime=timedelta(days=7)),
    "snapshot": RolePlan(lifetime=timedelta(days=30)),
    "targets": RolePlan(),
}
_YEAR = timedelta(days=365)


class Staging:
    """What the next publication will say; changed roles are remembered until then.

    Keys are derived from `seed`: the same calls give the same keys on every run (RSA apart).
    """

    def __init__(
        self,
        seed: str,
        *,
        plans: Mapping[str, RolePlan] | None = None,
        scheme: Scheme = Scheme.ED25519,
        consistent_snapshot: bool = True,
    ) -> None:
        self.consistent_snapshot = consistent_snapshot
        self._seed = seed
        self._scheme = scheme
        self._roles: dict[str, Role] = {}
        self._changed: dict[str, None] = {}
        self._keys_made: dict[str, int] = {}
        self.target_files: dict[str, bytes] = {}
        self._begin({**_PLANS, **(plans or {})})

    # Delegations

    def add_delegation(
        self,
        delegator: str,
        role: str,
        *,
        keys: int = 1,
        threshold: int = 1,
        paths: Sequence[str] | None = None,
        path_hash_prefixes: Sequence[str] | None = None,
        terminating: bool = False,
        scheme: Scheme | None = None,
        lifetime: timedelta = _YEAR,
    ) -> None:
        """Delegate to a role by paths or by path hash prefixes (§4.5); last in the order.

        A role that stands already gets the delegator's own keys beside those it has.
        """
        rule: JsonObject = {"terminating": terminating}
        if paths is not None:
            rule["paths"] = list(paths)
        if path_hash_prefixes is not None:
            rule["path_hash_prefixes"] = list(path_hash_prefixes)
        grant = Grant(self._fresh_keys(role, keys, scheme), threshold)
        above = self._role(delegator)
        if above.bins is not None:
            raise ValueError(f"{delegator} has hash bins; it cannot have other delegations too")
        above.edges[role] = Edge(grant, rule)
        below = self._roles.setdefault(role, Role(role, lifetime))
        below.delegators.append(delegator)
        self.renew(delegator, role)

    def remove_delegation(self, delegator: str, role: str) -> None:
        """Stop delegating to a role; one that nobody delegates to leaves the next snapshot."""
        del self._role(delegator).edges[role]
        self._role(role).delegators.remove(delegator)
        self.renew(delegator)
        if not self._role(role).delegators:
            del self._roles[role]
            self._changed.pop(role, None)

    def delegate_hash_bins(
        self,
        delegator: str,
        *,
        bit_length: int,
        prefix: str = "bin",
        keys: int = 1,
        threshold: int = 1,
        lifetime: timedelta = _YEAR,
    ) -> None:
        """Delegate to 2^bit_length bins by succinct_roles (TAP 15), all with the same keys."""
        above = self._role(delegator)
        if above.edges or above.bins is not None:
            raise ValueError(f"{delegator} has delegations already; bins must be its only ones")
        above.bins = HashBins(
            prefix, bit_length, Grant(self._fresh_keys(prefix, keys, None), threshold)
        )
        for name in above.bins.names():
            self._roles[name] = Role(name, lifetime, delegators=[delegator])
            self._changed[name] = None
        self.renew(delegator)

    def bin_for(self, delegator: str, path: str) -> str:
        """The hash bin of this delegator that a target path falls into (TAP 15)."""
        bins = self._role(delegator).bins
        if bins is None:
            raise ValueError(f"{delegator} has no hash bins")
        return bins.bin_for(path)

    # Targets

    def add_target(
        self, role: str, path: str, content: bytes, *, custom: JsonObject | None = None
    ) -> None:
        """List a target file in a role and serve it; an earlier entry of that path is replaced."""
        digest = hashlib.sha256(content).hexdigest()
        entry: JsonObject = {"length": len(content), "hashes": {"sha256": digest}}
        if custom is not None:
            entry["custom"] = custom
        self._role(role).targets[path] = entry
        folder, slash, name = path.rpartition("/")
        prefix = f"{digest}." if self.consistent_snapshot else ""
        self.target_files[f"{folder}{slash}{prefix}{name}"] = content
        self.renew(role)

    def remove_target(self, role: str, path: str) -> None:
        """Take a target out of a role; the file itself stays served."""
        del self._role(role).targets[path]
        self.renew(role)

    # Keys and time

    def rotate(
        self,
        role: str,
        *,
        keys: int | None = None,
        threshold: int | None = None,
        keep: int = 0,
        scheme: Scheme | None = None,
        to: Sequence[SigningKey] | None = None,
    ) -> None:
        """Give a role fresh keys, or those in `to`, under every delegator; it signs anew with them.

        `keys` and `threshold` stay as they are when not given; the first `keep` keys stay too.
        """
        below = self._role(role)
        for delegator in below.delegators:
            above = self._role(delegator)
            old = above.grant_to(role)
            wanted = len(old.keys) if keys is None else keys
            fresh = tuple(to) if to is not None else self._fresh_keys(role, wanted - keep, scheme)
            grant = Grant(
                old.keys[:keep] + fresh, old.threshold if threshold is None else threshold
            )
            if role not in above.edges:
                raise ValueError(f"{role} shares its keys with the other bins of {delegator}")
            above.edges[role] = Edge(grant, above.edges[role].rule)
            self.renew(delegator)
        self.renew(role)

    def name_holders(self, role: str, *names: str) -> None:
        """Say who holds the keys of a role, in their order; the rest stay without a name."""
        for key, holder in zip(self.keys(role), names, strict=False):
            key.holder = holder
        self.renew(*self._role(role).delegators)

    def renew(self, *roles: str) -> None:
        """Give these roles a new version at the next `publish`, changed or not."""
        for name in roles:
            self._role(name)
            self._changed[name] = None

    def renew_expiring(self, before: datetime) -> None:
        """Renew every role, timestamp apart, whose newest version expires before an instant."""
        for role in self._roles.values():
            if role.name != "timestamp" and role.expires is not None and role.expires < before:
                self._changed[role.name] = None

    def keys(self, role: str) -> tuple[SigningKey, ...]:
        """The keys that may sign for a role now, under all its delegators, each once."""
        grants = self._grants(self._role(role))
        return each_once(key for grant in grants for key in grant.keys)

    def _begin(self, plans: Mapping[str, RolePlan]) -> None:
        for name in TOP_LEVEL:
            self._roles[name] = Role(name, plans[name].lifetime, delegators=["root"])
            keys = self._fresh_keys(name, plans[name].keys, plans[name].scheme)
            self._roles["root"].edges[name] = Edge(Grant(keys, plans[name].threshold))
        self.renew(*TOP_LEVEL)

    def _role(self, name: str) -> Role:
        if name not in self._roles:
            raise LookupError(f"There is no role {name}")
        return self._roles[name]

    def _grants(self, role: Role) -> list[Grant]:
        return [self._roles[above].grant_to(role.name) for above in role.delegators]

    def _fresh_keys(self, role: str, count: int, scheme: Scheme | None) -> tuple[SigningKey, ...]:
        made = self._keys_made.get(role, 0)
        self._keys_made[role] = made + count
        return tuple(
            throwaway_key(f"{self._seed}/{role}/{number}", scheme or self._scheme)
            for number in range(made, made + count)
        )


def each_once(keys: Iterable[SigningKey]) -> tuple[SigningKey, ...]:
    """The keys without repetition, in the order in which they first come."""
    return tuple({key.key_id: key for key in keys}.values())
