"""Seeded repositories: the same number gives the same repository, RSA keys apart."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.differential.changes import HONEST, PATHS, Change, delegation_rule
from tests.differential.false_words import FALSE_WORDS
from tests.differential.odd_keys import KEYS
from tests.differential.odd_signatures import SIGNING, WRITING
from tests.differential.scenario import SCHEMES, Scenario, Visit, Workshop
from trustui.demo.keys import Scheme
from trustui.demo.roles import RolePlan

DAY = timedelta(days=1)


def generate(seed: int, at: datetime, schemes: Sequence[Scheme] = SCHEMES) -> Scenario:
    """A repository with some history, served at one to three visits; the clock stands at `at`.

    Keys are of `schemes`, each as often as it stands there.
    """
    rng = Random(seed)
    start = (at - timedelta(days=4)).replace(microsecond=0)
    shop = _found(rng, start, at, schemes)
    visits: list[Visit] = []
    names: list[str] = []
    root = b""
    count = rng.choice((1, 1, 2, 2, 3))
    for number in range(count):
        # A first visit that goes wrong hides all later ones, so it is an honest one more often.
        early = number < count - 1
        names += _change(shop, dishonest=rng.choice((0, 0, 1) if early else (0, 1, 1, 1, 2)))
        shop.publish(start + number * DAY)
        root = root or shop.document("root")
        visits.append(_serve(shop, names, early=early))
    return Scenario(f"seed {seed}", at, root, _path(shop), tuple(visits), tuple(names))


def _path(shop: Workshop) -> str:
    """Mostly a path that somebody lists."""
    listed = sorted({path for role in shop._roles.values() for path in role.targets})
    return shop.rng.choice((*listed, *listed, *listed, *PATHS))


def _found(rng: Random, start: datetime, at: datetime, schemes: Sequence[Scheme]) -> Workshop:
    plans = {name: _plan(rng) for name in ("root", "timestamp", "snapshot", "targets")}
    shop = Workshop(
        rng,
        start,
        plans,
        consistent_snapshot=rng.random() < 0.8,
        meta_hashes=rng.random() < 0.5,
        compact=rng.random() < 0.5,
        schemes=schemes,
    )
    shop.closing = at
    for _ in range(rng.choice((1, 2, 3))):
        shop.add_target("targets", rng.choice(PATHS[:-1]), rng.randbytes(8))
    _delegations(rng)(shop)
    return shop


def _plan(rng: Random) -> RolePlan:
    threshold = rng.choice((1, 1, 1, 2, 3))
    return RolePlan(
        threshold + rng.choice((0, 0, 1, 2)), threshold, timedelta(days=rng.choice((30, 365)))
    )


def _delegations(rng: Random) -> Callable[[Workshop], None]:
    return rng.choice((_none, _tree, _tree, _tree, _tree, _diamond, _bins, _bins, _many))


def _none(shop: Workshop) -> None:
    """Only the top-level roles."""
    shop.renew("targets")


def _tree(shop: Workshop) -> None:
    """Two levels; who covers which path is left to chance."""
    below: list[str] = ["targets"]
    for name in shop.rng.sample(("a", "b", "c", "team d/ü", "e.json"), shop.rng.choice((1, 2, 3))):
        shop.add_delegation(shop.rng.choice(below), name, **delegation_rule(shop))
        shop.add_target(name, shop.rng.choice(PATHS[:-1]), shop.rng.randbytes(8))
        below.append(name)


def _diamond(shop: Workshop) -> None:
    """Two roles delegate to the same third one, which leads back to the first."""
    for name in ("a", "b"):
        shop.add_delegation("targets", name, paths=["*", "*/*"])
        shop.add_delegation(name, "both", keys=shop.rng.choice((1, 2)), **_covering(shop))
    shop.add_delegation("both", "a", paths=["*", "*/*"])
    shop.add_target("both", shop.rng.choice(PATHS[:-1]), b"content")


def _covering(shop: Workshop) -> dict[str, Any]:
    return {"paths": ["a/*", "*"]} if shop.rng.random() < 0.8 else {"path_hash_prefixes": [""]}


def _bins(shop: Workshop) -> None:
    """Hash bins (TAP 15), below targets or below a delegated role beside another one."""
    above = shop.rng.choice(("targets", "a"))
    if above == "a":
        shop.add_delegation("targets", "a", paths=["*", "*/*"])
        shop.add_delegation("targets", "b", paths=["*", "*/*", "*/*/*"])
        shop.add_target("b", shop.rng.choice(PATHS[:-1]), b"content")
    shop.delegate_hash_bins(
        above, bit_length=shop.rng.choice((1, 2, 3)), keys=shop.rng.choice((1, 2))
    )
    for path in shop.rng.sample(PATHS[:-1], 3):
        shop.add_target(shop.bin_for(above, path), path, b"content")


def _many(shop: Workshop) -> None:
    """About as many delegations as one lookup visits."""
    count = shop.rng.choice((31, 32, 33, 34))
    for number in range(count):
        shop.add_delegation("targets", f"role {number}", paths=["*", "*/*", "*/*/*"])
    shop.add_target(f"role {count - 1}", shop.rng.choice(PATHS[:-1]), b"content")


def _change(shop: Workshop, *, dishonest: int) -> list[str]:
    rng = shop.rng
    chosen: list[Change] = [rng.choice(HONEST) for _ in range(rng.choice((0, 1, 2)))]
    kinds = (FALSE_WORDS, FALSE_WORDS, FALSE_WORDS, SIGNING, SIGNING, WRITING, KEYS)
    chosen += [rng.choice(rng.choice(kinds)) for _ in range(dishonest)]
    for change in chosen:
        change(shop)
    return [change.__name__ for change in chosen]


def _serve(shop: Workshop, names: list[str], *, early: bool) -> Visit:
    """What the place answers with: mostly what was published."""
    rng = shop.rng
    files = dict(shop.metadata)
    kind = rng.random() * (4 if early else 1)
    if kind < 0.04:
        gone = rng.choice(list(files))
        names.append(f"not served: {gone}")
        del files[gone]
    elif kind < 0.08:
        old = rng.choice(shop.versions)
        names.append(f"an old {old.role} v{old.version} again")
        files[old.file_name] = old.body
    elif kind < 0.12:
        old, new = rng.choice(shop.versions), rng.choice(shop.versions)
        names.append(f"{old.file_name} as {new.file_name}")
        files[new.file_name] = old.body
    elif kind < 0.15:
        broken = rng.choice(list(files))
        names.append(f"server error: {broken}")
        return Visit(files, frozenset({broken}))
    elif kind < 0.18:
        _offer_roots(shop, files, names)
    return Visit(files)


def _offer_roots(shop: Workshop, files: dict[str, bytes], names: list[str]) -> None:
    """More rotations at once than a client follows, or exactly as many."""
    count = shop.rng.choice((2, 2, 3, 3, 4))
    names.append(f"{count} new roots")
    for _ in range(count):
        shop.renew("root")
        shop.publish()
    files.clear()
    files.update(shop.metadata)
