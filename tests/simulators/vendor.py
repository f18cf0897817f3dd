"""A vendor whose repository changes in every way: as it should, by mistake, and in wrong hands.

What is served is `served`, by file name. Who got hold of keys signs as a fork of the repository;
the honest one then has to go past the numbers that were used up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from trustui.core.primitives.digests import sha256
from trustui.demo.keys import JsonObject, throwaway_key
from trustui.demo.publisher import Publisher
from trustui.demo.roles import TOP_LEVEL, RolePlan

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
POOL = "pool/*"
"""What every delegated role may sign, so that a search for one path visits all of them."""
ONLY_FILES = 0.5
"""How often wrong files are only put right, with nothing new signed."""
FIRST = "team-1"
"""A delegated role that stays."""


class Vendor:
    """The honest repository, and what stands on the server now."""

    def __init__(self, at: datetime, seed: int) -> None:
        plans = {
            "timestamp": RolePlan(lifetime=2 * DAY),
            "snapshot": RolePlan(lifetime=7 * DAY),
            "targets": RolePlan(lifetime=60 * DAY),
        }
        self.at = at
        self.chance = Random(seed)
        self.repo = Publisher("vendor", at, plans=plans, meta_hashes=True)
        self.delegators: dict[str, str] = {}
        """Of each delegated role."""
        self._counter = 0
        self.delegate("targets")
        self.served: dict[str, bytes] = {}
        self.publish()

    def publish(self) -> None:
        """As the vendor does it; whatever was wrong with the files is gone."""
        self.repo.renew_expiring(self.at + 5 * DAY)
        self.repo.publish(self.at)
        self.served = dict(self.repo.metadata)

    def outrun(self) -> None:
        """Use higher numbers than anybody else has used."""
        for _ in range(2):
            self.repo.renew(*TOP_LEVEL, *self.delegators)
            self.publish()

    def repair(self, wrong: "Wrong") -> None:
        """Whatever it takes that clients go on."""
        if wrong.takes_new_keys:
            self.repo.rotate("timestamp")
            self.repo.rotate("snapshot")
        if wrong.is_trusted:
            self.outrun()
        elif self.chance.random() < ONLY_FILES:
            self.served = dict(self.repo.metadata)
        else:
            self.publish()

    def number(self) -> int:
        """A new one."""
        self._counter += 1
        return self._counter

    def delegate(self, delegator: str) -> None:
        """To a new role."""
        name = f"team-{self.number()}"
        self.repo.add_delegation(delegator, name, paths=[POOL])
        self.delegators[name] = delegator

    def newest(self, role: str) -> str:
        """The file name of the newest version of a role."""
        return self.repo.archive.latest[role].file_name

    def before(self, role: str) -> bytes:
        """The version before the newest."""
        return self.repo.document(role, self.repo.version(role) - 1)

    def attack(self, act: Callable[[Publisher], object]) -> Publisher:
        """Serve what somebody with the keys publishes."""
        fork = self.repo.fork()
        act(fork)
        fork.publish(self.at)
        self.served = dict(fork.metadata)
        return fork


# ---- as it should be


def release(vendor: Vendor) -> None:
    role = vendor.chance.choice(["targets", *vendor.delegators])
    vendor.repo.add_target(role, f"pool/app-{vendor.number()}", b"an application")


def take_back(vendor: Vendor) -> None:
    path = f"pool/app-{vendor.number()}"
    vendor.repo.add_target("targets", path, b"an application with a fault")
    vendor.publish()
    vendor.repo.remove_target("targets", path)


def rest(_vendor: Vendor) -> None:
    """Nothing but another timestamp."""


def rotate(role: str) -> Callable[[Vendor], None]:
    return lambda vendor: vendor.repo.rotate(role)


def with_threshold(role: str, keys: int, threshold: int) -> Callable[[Vendor], None]:
    return lambda vendor: vendor.repo.rotate(role, keys=keys, threshold=threshold)


def delegate(vendor: Vendor) -> None:
    vendor.delegate("targets")


def delegate_below(vendor: Vendor) -> None:
    vendor.delegate(FIRST)


def end_delegation(vendor: Vendor) -> None:
    """The snapshot goes on listing the role, or else no client would follow (§5.5.5)."""
    name = next((one for one in vendor.delegators if one != FIRST), None)
    if name is None:
        return
    body = vendor.repo.document(name)
    vendor.repo.remove_delegation(vendor.delegators.pop(name), name)
    vendor.repo.claim(
        "snapshot",
        name,
        version=vendor.repo.archive.latest[name].version,
        length=len(body),
        hashes={"sha256": sha256(body)},
    )


GOOD: dict[str, Callable[[Vendor], None]] = {
    "a release": release,
    "a release is taken back": take_back,
    "another timestamp": rest,
    **{f"{role} gets other keys": rotate(role) for role in (*TOP_LEVEL, FIRST)},
    **{f"2 of 3 sign {role}": with_threshold(role, 3, 2) for role in (*TOP_LEVEL, FIRST)},
    **{f"1 of 1 signs {role}": with_threshold(role, 1, 1) for role in (*TOP_LEVEL, FIRST)},
    "a delegation": delegate,
    "a delegation of a delegated role": delegate_below,
    "the end of a delegation": end_delegation,
}
"""Changes that are published afterwards."""


# ---- wrong files, with which no key has anything to do


@dataclass(frozen=True)
class Wrong:
    """A state of the server that is wrong, and what has to be said of it."""

    act: Callable[[Vendor], object]
    first: str | None
    """The first failing check; None where a client cannot notice."""
    refused: Callable[[Vendor], str] | None = None
    """The file whose bytes are to be kept as refused; None where there are none to keep."""
    is_trusted: bool = False
    """It was signed with the right keys, so that a client believes some of it."""
    takes_new_keys: bool = False
    """Until then nothing that the vendor signs is believed."""


def file_of(role: str) -> Callable[[Vendor], str]:
    """The newest served file of a role, whoever published it."""

    def name(vendor: Vendor) -> str:
        if role == "timestamp":
            return "timestamp.json"
        numbers = (one.partition(".") for one in vendor.served if one.endswith(f".{role}.json"))
        return f"{max(int(number) for number, _, _ in numbers)}.{role}.json"

    return name


def published_but(role: str, change: Callable[[bytes], bytes]) -> Callable[[Vendor], None]:
    """A whole release of all roles, with other bytes for one of them."""

    def act(vendor: Vendor) -> None:
        vendor.repo.renew(*TOP_LEVEL, *vendor.delegators)
        vendor.publish()
        name = vendor.newest(role)
        vendor.served[name] = change(vendor.served[name])

    return act


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def page(_body: bytes) -> bytes:
    return b"<!doctype html><title>Maintenance</title>"


def padded(body: bytes) -> bytes:
    return body + b" " * 1_000_000


def missing(role: str) -> Callable[[Vendor], None]:
    def act(vendor: Vendor) -> None:
        published_but(role, half)(vendor)
        del vendor.served[vendor.newest(role)]

    return act


def older(role: str) -> Callable[[Vendor], None]:
    """The new file's name, the bytes of the version before."""

    def act(vendor: Vendor) -> None:
        before = vendor.repo.document(role)
        published_but(role, lambda _: before)(vendor)

    return act


def another(role: str) -> Callable[[Vendor], None]:
    """Signed with the right keys, and not what is listed by those who list it."""

    def act(vendor: Vendor) -> None:
        published_but(role, lambda body: body)(vendor)
        fork = vendor.repo.fork()
        vendor.served[vendor.newest(role)] = fork.forge(role, a_second_later)

    return act


def a_second_later(signed: JsonObject) -> None:
    """As long as before, to the byte."""
    signed["expires"] = str(signed["expires"]).replace("00Z", "01Z")


def two_faces(vendor: Vendor) -> None:
    """A second timestamp of one version."""
    fork = vendor.repo.fork()
    vendor.served = dict(vendor.repo.metadata)
    vendor.served["timestamp.json"] = fork.forge("timestamp", a_second_later)


def old_timestamp(vendor: Vendor) -> None:
    vendor.served["timestamp.json"] = vendor.before("timestamp")


FILES = {
    **{
        f"half of {role}": Wrong(published_but(role, half), first, file_of(role))
        for role, first in (
            ("root", "tuf.meta.parse"),
            ("timestamp", "tuf.meta.parse"),
            ("snapshot", "tuf.snapshot.fetch.length"),
            ("targets", "tuf.targets.fetch.length"),
            (FIRST, "tuf.delegation.fetch.length"),
        )
    },
    **{
        f"a page for {role}": Wrong(published_but(role, page), first, file_of(role))
        for role, first in (
            ("root", "tuf.meta.parse"),
            ("timestamp", "tuf.meta.parse"),
            ("snapshot", "tuf.snapshot.fetch.length"),
            ("targets", "tuf.targets.fetch.length"),
            (FIRST, "tuf.delegation.fetch.length"),
        )
    },
    **{
        f"too much of {role}": Wrong(published_but(role, padded), f"tuf.{role}.fetch.length")
        for role in TOP_LEVEL
    },
    f"too much of {FIRST}": Wrong(published_but(FIRST, padded), "tuf.delegation.fetch.length"),
    **{
        f"no {role}": Wrong(missing(role), f"tuf.{role}.fetch")
        for role in ("timestamp", "snapshot", "targets")
    },
    f"no {FIRST}": Wrong(missing(FIRST), "tuf.delegation.fetch"),
    "the root of before": Wrong(older("root"), "tuf.root.rollback.version", file_of("root")),
    "the timestamp of before": Wrong(
        old_timestamp, "tuf.timestamp.rollback.version", file_of("timestamp")
    ),
    "the snapshot of before": Wrong(older("snapshot"), "tuf.snapshot.hash", file_of("snapshot")),
    "the targets of before": Wrong(older("targets"), "tuf.targets.hash", file_of("targets")),
    f"{FIRST} of before": Wrong(older(FIRST), "tuf.delegation.hash", file_of(FIRST)),
    "another snapshot": Wrong(another("snapshot"), "tuf.snapshot.hash", file_of("snapshot")),
    "other targets": Wrong(another("targets"), "tuf.targets.hash", file_of("targets")),
    f"another {FIRST}": Wrong(another(FIRST), "tuf.delegation.hash", file_of(FIRST)),
    "two timestamps of one version": Wrong(two_faces, None),
}


# ---- in wrong hands


def attacked(act: Callable[[Publisher], object]) -> Callable[[Vendor], Publisher]:
    return lambda vendor: vendor.attack(act)


def by_a_stranger(role: str) -> Callable[[Vendor], Publisher]:
    return attacked(lambda fork: fork.sign_with(role, throwaway_key("a stranger")))


def by_one_of_two(role: str) -> Callable[[Vendor], Publisher]:
    def act(fork: Publisher) -> None:
        fork.rotate(role, keys=2, threshold=2)
        fork.sign_with_only(role, 1)

    return attacked(act)


def expired(role: str) -> Callable[[Vendor], Publisher]:
    def act(fork: Publisher) -> None:
        fork.set_expiry(role, fork.now - HOUR)
        fork.renew(role)

    return attacked(act)


def listing_an_older(document: str, role: str) -> Callable[[Vendor], Publisher]:
    def act(fork: Publisher) -> None:
        fork.claim(document, role, version=fork.version(role) - 1)

    return attacked(act)


def omitting(role: str) -> Callable[[Vendor], Publisher]:
    return attacked(lambda fork: fork.omit("snapshot", role))


def fast_forward(fork: Publisher) -> None:
    fork.set_version("timestamp", 1_000_000)


HANDS = {
    **{
        f"{role} signed by a stranger": Wrong(
            by_a_stranger(role), check, file_of(role), is_trusted=True
        )
        for role, check in (
            ("root", "tuf.root.chain.threshold_old"),
            ("timestamp", "tuf.timestamp.signature.threshold"),
            ("snapshot", "tuf.snapshot.signature.threshold"),
            ("targets", "tuf.targets.signature.threshold"),
            (FIRST, "tuf.delegation.signature.threshold"),
        )
    },
    **{
        f"{role} signed by one of two": Wrong(
            by_one_of_two(role), check, file_of(role), is_trusted=True
        )
        for role, check in (
            ("root", "tuf.root.chain.threshold_new"),
            ("timestamp", "tuf.timestamp.signature.threshold"),
            ("snapshot", "tuf.snapshot.signature.threshold"),
            ("targets", "tuf.targets.signature.threshold"),
            (FIRST, "tuf.delegation.signature.threshold"),
        )
    },
    **{
        f"{role} that has expired": Wrong(expired(role), check, file_of(role), is_trusted=True)
        for role, check in (
            ("timestamp", "tuf.timestamp.freeze.expired"),
            ("snapshot", "tuf.snapshot.freeze.expired"),
            ("targets", "tuf.targets.freeze.expired"),
            (FIRST, "tuf.delegation.freeze.expired"),
        )
    },
    "root that has expired": Wrong(expired("root"), "tuf.root.freeze.expired", is_trusted=True),
    "an older snapshot is listed": Wrong(
        listing_an_older("timestamp", "snapshot"),
        "tuf.timestamp.rollback.snapshot_version",
        file_of("timestamp"),
        is_trusted=True,
    ),
    "older targets are listed": Wrong(
        listing_an_older("snapshot", "targets"),
        "tuf.snapshot.rollback.targets_version",
        file_of("snapshot"),
        is_trusted=True,
    ),
    f"an older {FIRST} is listed": Wrong(
        listing_an_older("snapshot", FIRST),
        "tuf.snapshot.rollback.targets_version",
        file_of("snapshot"),
        is_trusted=True,
    ),
    "targets are not listed": Wrong(
        omitting("targets"),
        "tuf.snapshot.rollback.role_removed",
        file_of("snapshot"),
        is_trusted=True,
    ),
    f"{FIRST} is not listed": Wrong(
        omitting(FIRST), "tuf.snapshot.rollback.role_removed", file_of("snapshot"), is_trusted=True
    ),
    "a timestamp far ahead": Wrong(
        attacked(fast_forward), None, is_trusted=True, takes_new_keys=True
    ),
}
