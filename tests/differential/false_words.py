"""Ways to say something wrong or odd in what is signed; the signatures are good."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from tests.differential.changes import GLOBS, PATHS, Change, any_role, signer_role, targets_role
from tests.differential.scenario import Workshop
from tests.simulators.odd_json import VALUE_CHANGES, Path, odd_value, places, value_at


def other_version(shop: Workshop) -> None:
    role = any_role(shop)
    now = shop.version(role)
    shop.set_version(role, shop.rng.choice((max(now, 1), max(now - 1, 1), now + 2, now + 1000, 1)))


def other_expiry(shop: Workshop) -> None:
    at: datetime = shop.closing
    spans = (timedelta(seconds=s) for s in (-86400 * 30, -86400, -1, 0, 1, 3600))
    never = datetime(9999, 12, 31, 23, 59, 59, tzinfo=at.tzinfo)
    shop.set_expiry(any_role(shop), shop.rng.choice((*(at + span for span in spans), never)))


def false_claim(shop: Workshop) -> None:
    document = shop.rng.choice(("timestamp", "snapshot"))
    about = "snapshot" if document == "timestamp" else targets_role(shop)
    digest = hashlib.sha256(b"other").hexdigest()
    shop.claim(
        document,
        about,
        **shop.rng.choice(
            (
                {"version": shop.rng.choice((1, 2, 3, 9, True))},
                {"length": shop.rng.choice((1, 100, 10**6, 0, True))},
                {"hashes": {"sha256": digest}},
                {"hashes": {"md4096": digest}},
                {"hashes": {"sha256": digest, "x": "y"}},
            )
        ),
    )


def true_claim_in_odd_form(shop: Workshop) -> None:
    """The right hashes, but by unusual algorithms, or beside one that nobody knows."""
    about = shop.rng.choice(("targets", "targets", targets_role(shop)))
    if about not in shop.archive.latest or about in shop._changed:
        return
    body = shop.archive.latest[about].body
    right = {
        name: hashlib.new(name, body).hexdigest()
        for name in ("sha256", "sha512", "md5", "sha3_256", "blake2b")
    }
    forms: tuple[dict[str, str], ...] = (
        right,
        {"sha512": right["sha512"]},
        {"md5": right["md5"]},
        {"sha256": right["sha256"].upper()},
        {"sha256": right["sha256"], "whirlpool2": "00"},
        {"blake2b-256": hashlib.blake2b(body, digest_size=32).hexdigest()},
        {"SHA256": right["sha256"]},
        {"sha256": right["sha256"], "sha512": right["sha256"]},
    )
    shop.claim("snapshot", about, hashes=dict(shop.rng.choice(forms)), length=len(body))


def false_omission(shop: Workshop) -> None:
    shop.omit("snapshot", targets_role(shop))


def edit_signed(shop: Workshop) -> None:
    """Anything anywhere in what is signed; the signatures are good."""
    change = shop.rng.choice(VALUE_CHANGES)
    shop.edit_next(any_role(shop), lambda signed: change(shop.rng, signed))


def edit_head(shop: Workshop) -> None:
    """A member that every role has."""
    name = shop.rng.choice(
        ("_type", "version", "spec_version", "expires", "expires", "consistent_snapshot", "meta")
    )

    def edit(signed: Any) -> None:
        if name == "expires" and shop.rng.random() < 0.6:
            signed[name] = odd_time(shop, str(signed.get(name)))
        elif name == "spec_version" and shop.rng.random() < 0.6:
            signed[name] = shop.rng.choice(
                ("1", "1.0", "1.2.3", "2.0.0", "1.0.0.0", "1.x", "01.0", "1.٣", "", "1.0.35")
            )
        elif name == "version" and shop.rng.random() < 0.5:
            signed[name] = signed[name] == 1 or shop.rng.choice((True, 1.0, "1"))
        else:
            signed[name] = odd_value(shop.rng, signed.get(name))

    shop.edit_next(any_role(shop), edit)


def odd_time(shop: Workshop, text: str) -> str:
    day, _, rest = text.partition("T")
    return shop.rng.choice(
        (
            f"{text[:-1]}.5Z",
            f"{text[:-1]}+00:00",
            f"{text[:-1]}-23:59",
            text[:-1],
            f"{day} {rest}",
            text.lower(),
            f"{text[:-1]}.Z",
            f"{day}T24:00:00Z",
            f"{day}T23:59:60Z",
            "2027-2-3T4:5:6Z",
            "2027-02-29T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "99999-01-01T00:00:00Z",
            f" {text}",
            f"{text}\n",
            "\uff12\uff10\uff12\uff17-01-01T00:00:00Z",
        )
    )


def edit_part(shop: Workshop) -> None:
    """One of the parts that decide most: keys, roles, meta, delegations, targets."""
    wanted = shop.rng.choice(
        ("keys", "roles", "meta", "delegations", "targets", "hashes", "succinct_roles")
    )
    change = shop.rng.choice(VALUE_CHANGES)

    def edit(signed: Any) -> None:
        parts = [path for path in places(signed) if path and path[-1] == wanted]
        parts = [path for path in parts if isinstance(value_at(signed, path), dict | list)]
        if parts and value_at(signed, shop.rng.choice(parts)):
            change(shop.rng, value_at(signed, shop.rng.choice(parts)))

    role = targets_role(shop) if wanted not in {"meta", "roles"} else any_role(shop)
    shop.edit_next(shop.rng.choice((role, "root", "targets")), edit)


def edit_role(shop: Workshop) -> None:
    """A threshold, key ids, or the paths of one signing role."""

    def edit(signed: Any) -> None:
        found = signing_roles(signed)
        if not found:
            return
        role = value_at(signed, shop.rng.choice(found))
        members = [
            name
            for name in (
                "threshold",
                "keyids",
                "terminating",
                "paths",
                "path_hash_prefixes",
                "bit_length",
                "name_prefix",
                "name",
            )
            if name in role
        ]
        name = shop.rng.choice(members)
        role[name] = odd_member(shop, name, role[name])

    shop.edit_next(signer_role(shop), edit)


def odd_member(shop: Workshop, name: str, old: Any) -> Any:
    choices: dict[str, tuple[Any, ...]] = {
        "threshold": (0, 1, 2, 3, True, 1.0, "1", None, -1),
        "keyids": ([*old, old[0]] if old else [], [], [*old, "unknown"], list(shop.known_keys))
        if isinstance(old, list)
        else (old,),
        "terminating": (True, False, 0, 1, None, "false"),
        "paths": (["*"], [], list(GLOBS), None, ["a/*", 1], "a/*"),
        "path_hash_prefixes": (
            [""],
            [],
            ["0"],
            ["F"],
            None,
            [hashlib.sha256(p.encode()).hexdigest()[:3].upper() for p in PATHS],
        ),
        "bit_length": (1, 2, 3, 0, 32, 33, True, 4.0, None, -1),
        "name": ("root", "", "targets", "Targets", "a", "../a", "a.json", "é"),
        "name_prefix": ("", "bin", "root", "b-", None),
    }
    return shop.rng.choice((*choices[name], odd_value(shop.rng, old)))


def signing_roles(signed: Any) -> list[Path]:
    """Where a document states a threshold."""
    found = [path for path in places(signed) if isinstance(value_at(signed, path), dict)]
    return [path for path in found if "threshold" in value_at(signed, path)]


def null_member(shop: Workshop) -> None:
    """A member that may be missing is there, and null."""

    def edit(signed: Any) -> None:
        delegations = signed.get("delegations") or {}
        holders = [(signed, "delegations"), (signed, "consistent_snapshot"), (delegations, "roles")]
        holders += [(delegations, "succinct_roles")]
        holders += [
            (role, name)
            for role in delegations.get("roles") or ()
            for name in ("paths", "path_hash_prefixes")
        ]
        holders += [
            (entry, name)
            for entry in (signed.get("meta") or {}).values()
            for name in ("length", "hashes")
        ]
        holder, name = shop.rng.choice(holders)
        holder.setdefault(name, None)

    shop.edit_next(any_role(shop), edit)


def deep_member(shop: Workshop) -> None:
    """Something deep that no specification knows, signed as all the rest."""
    nest: Any = 0
    for _ in range(shop.rng.choice((10, 30, 50, 60, 70))):
        nest = [nest]
    shop.edit_next(any_role(shop), lambda signed: signed.update({"x-deep": nest}))


def too_long(shop: Workshop) -> None:
    role = shop.rng.choice(("timestamp", "timestamp", "timestamp", "root"))
    length = 17_000 if role == "timestamp" else 520_000
    shop.edit_next(role, lambda signed: signed.update({"x-padding": "x" * length}))


FALSE_WORDS: tuple[Change, ...] = (
    other_version,
    other_version,
    other_expiry,
    other_expiry,
    false_claim,
    true_claim_in_odd_form,
    false_omission,
    edit_signed,
    edit_signed,
    edit_head,
    edit_head,
    edit_part,
    edit_part,
    edit_role,
    edit_role,
    edit_role,
    null_member,
    deep_member,
    too_long,
)
