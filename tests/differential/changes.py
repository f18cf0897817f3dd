"""What may honestly happen to a repository between two visits, and how a change finds its role.

Each change takes the workshop and does one thing to what it will publish next.
"""

import hashlib
from collections.abc import Callable
from typing import Any, TypeAlias

from tests.differential.scenario import Workshop
from trustui.demo.roles import TOP_LEVEL

PATHS = ("top.txt", "a/x.bin", "a/b/y.bin", "b/z.bin", "ü/naïve file.txt", "absent.txt")
GLOBS = (
    "*",
    "a/*",
    "a/?.bin",
    "a/x.bin",
    "*/*",
    "*/*/*",
    "a/[xy].bin",
    "a/[!x].bin",
    "A/*",
    "**",
    "b/*",
    "b/[a-z].bin",
    "ü/*",
    "a/b/*",
    "a/[x.bin",
)

Change: TypeAlias = Callable[[Workshop], None]


def any_role(shop: Workshop) -> str:
    return shop.rng.choice(shop.role_names())


def targets_role(shop: Workshop) -> str:
    return shop.rng.choice([name for name in shop.role_names() if name not in TOP_LEVEL[:3]])


def signer_role(shop: Workshop) -> str:
    """A role that gives keys to others."""
    return shop.rng.choice(("root", targets_role(shop)))


def renew(shop: Workshop) -> None:
    shop.renew(any_role(shop))


def add_target(shop: Workshop) -> None:
    shop.add_target(targets_role(shop), shop.rng.choice(PATHS), shop.rng.randbytes(8))


def rotate_keys(shop: Workshop) -> None:
    role = any_role(shop)
    try:
        shop.rotate(
            role, keys=shop.rng.choice((1, 2, 3)), threshold=1, keep=shop.rng.choice((0, 0, 1))
        )
    except ValueError:
        shop.renew(role)  # a bin, whose keys are those of all others


def delegate(shop: Workshop) -> None:
    above, name = targets_role(shop), shop.rng.choice(("a", "b", "c", "team d/ü", "targets2"))
    role = shop._roles[above]
    if role.bins is None and name not in role.edges:
        shop.add_delegation(above, name, **delegation_rule(shop))


def delegation_rule(shop: Workshop) -> dict[str, Any]:
    """How a new delegation is written: by globs or by hash prefixes, with one key or more."""
    rng = shop.rng
    threshold = rng.choice((1, 1, 1, 2))
    rule: dict[str, Any] = {
        "keys": threshold + rng.choice((0, 0, 1)),
        "threshold": threshold,
        "terminating": rng.random() < 0.3,
    }
    if rng.random() < 0.75:
        return rule | {"paths": rng.sample(GLOBS, rng.choice((1, 1, 2, 3)))}
    digest = hashlib.sha256(rng.choice(PATHS).encode()).hexdigest()
    return rule | {"path_hash_prefixes": [digest[: rng.choice((0, 1, 2, 8, 64))], "00"]}


def drop_delegation(shop: Workshop) -> None:
    above = targets_role(shop)
    leaves = {name for name, role in shop._roles.items() if not role.edges and role.bins is None}
    below = [name for name in shop._roles[above].edges if name in leaves]
    if below:
        shop.remove_delegation(above, shop.rng.choice(below))


HONEST: tuple[Change, ...] = (
    renew,
    renew,
    add_target,
    add_target,
    rotate_keys,
    delegate,
    drop_delegation,
)
