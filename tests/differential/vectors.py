"""For each difference rule the smallest repository that shows it, and what both sides say."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from tests.differential.odd_keys import KINDS, twins
from tests.differential.scenario import MAX_ROTATIONS, Scenario, Visit, Workshop
from trustui.demo.keys import JsonObject, Scheme
from trustui.demo.roles import RolePlan

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATH = "a/x.bin"
FOUND, NOT_FOUND, REFUSED = "target found", "target not found", "refused"

_PLANS = dict.fromkeys(("root", "timestamp", "snapshot", "targets"), RolePlan())


class Vector(NamedTuple):
    """A scenario with the words of both sides at the visit where they part."""

    build: Callable[[], Scenario]
    ours: str
    peer: str


def small(*, meta_hashes: bool = False) -> Workshop:
    """Four top-level roles with one Ed25519 key each, and one target."""
    shop = Workshop(
        Random(1),
        AT - timedelta(days=2),
        _PLANS,
        meta_hashes=meta_hashes,
        schemes=(Scheme.ED25519,),
    )
    shop.add_target("targets", PATH, b"content")
    return shop


def once(
    change: Callable[[Workshop], None], *, meta_hashes: bool = False
) -> Callable[[], Scenario]:
    """One visit, after one change."""

    def build() -> Scenario:
        shop = small(meta_hashes=meta_hashes)
        change(shop)
        shop.publish()
        return Scenario("vector", AT, shop.document("root"), PATH, (Visit(dict(shop.metadata)),))

    return build


def signed(
    role: str, edit: Callable[[Any], object], *, meta_hashes: bool = False
) -> Callable[[], Scenario]:
    """One edit of what is signed."""
    return once(lambda shop: shop.edit_next(role, edit), meta_hashes=meta_hashes)


def text(role: str, old: bytes, new: bytes) -> Callable[[], Scenario]:
    """One replacement in the bytes of a document."""

    def edit(body: bytes) -> bytes:
        assert old in body
        return body.replace(old, new, 1)

    return once(lambda shop: shop.edit_text_next(role, edit))


def beside(value: bytes) -> Callable[[], Scenario]:
    """A member beside `signed`, which nobody signs."""
    return text("targets", b"{", b'{"x-beside": ' + value + b",")


def odd_key(kind: str) -> Callable[[], Scenario]:
    """The only key of targets is of this kind."""
    return once(lambda shop: shop.rotate("targets", to=[KINDS[kind](Random(1))]))


def odd_bins(edit: Callable[[JsonObject], object]) -> Callable[[], Scenario]:
    """Two hash bins below targets, whose description is edited."""

    def change(shop: Workshop) -> None:
        shop.remove_target("targets", PATH)
        shop.delegate_hash_bins("targets", bit_length=1)
        shop.add_target(shop.bin_for("targets", PATH), PATH, b"content")
        shop.edit_next("targets", lambda body: edit(body["delegations"]["succinct_roles"]))  # type: ignore[index,call-overload,arg-type]

    return once(change)


def delegated(edit: Callable[[Any], object]) -> Callable[[], Scenario]:
    """One delegation, whose description is edited."""

    def change(shop: Workshop) -> None:
        shop.remove_target("targets", PATH)
        shop.add_delegation("targets", "team", paths=["a/*"])
        shop.add_target("team", PATH, b"content")
        shop.edit_next("targets", lambda body: edit(body["delegations"]["roles"][0]))  # type: ignore[index,call-overload]

    return once(change)


def two_keys_are_one(shop: Workshop) -> None:
    shop.rotate("targets", to=twins(Random(1)), threshold=2)


def bin_before_role(shop: Workshop) -> None:
    """The bin does not list the path, the role after the bins' delegator does."""
    shop.remove_target("targets", PATH)
    for name in ("bins", "team"):
        shop.add_delegation("targets", name, paths=["a/*"])
    shop.delegate_hash_bins("bins", bit_length=1)
    shop.add_target("team", PATH, b"content")


def too_many_roots() -> Scenario:
    shop = small()
    shop.publish()
    root = shop.document("root")
    for _ in range(MAX_ROTATIONS + 1):
        shop.renew("root")
        shop.publish()
    return Scenario("vector", AT, root, PATH, (Visit(dict(shop.metadata)),))


def snapshot_of_same_version(*, is_served: bool) -> Scenario:
    """At the second visit timestamp lists another snapshot of the version that is kept."""
    shop = small(meta_hashes=True)
    shop.publish()
    root, first = shop.document("root"), Visit(dict(shop.metadata))
    shop.set_version("snapshot", 1)
    shop.publish(AT - timedelta(days=1))
    files = dict(shop.metadata)
    if not is_served:
        files["1.snapshot.json"] = first.files["1.snapshot.json"]
    return Scenario("vector", AT, root, PATH, (first, Visit(files)))


def hash_of_targets(algorithm: str, digest: Callable[[bytes], str]) -> Callable[[], Scenario]:
    """Snapshot lists a hash of targets in an unusual form."""

    def change(shop: Workshop) -> None:
        shop.publish()
        body = shop.document("targets")
        known = {"sha256": hashlib.sha256(body).hexdigest()}
        shop.claim("snapshot", "targets", hashes={**known, algorithm: digest(body)})

    return once(change, meta_hashes=True)


def only_hash_of_targets(algorithm: str, digest: Callable[[bytes], str]) -> Callable[[], Scenario]:
    """As `hash_of_targets`, and no other hash."""

    def change(shop: Workshop) -> None:
        shop.publish()
        shop.claim("snapshot", "targets", hashes={algorithm: digest(shop.document("targets"))})

    return once(change, meta_hashes=True)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def spaced_signature(document: Any) -> None:
    one = document["signatures"][0]
    one["sig"] = f"{one['sig'][:2]} {one['sig'][2:]}"


def give_unknown_key(document: Any) -> None:
    """One more key that nobody needs, of a type that nobody knows."""
    key = {"keytype": "ed448", "scheme": "ed448", "keyval": {"public": "00"}}
    document["keys"]["of the future"] = key


def with_fraction(document: Any) -> None:
    document["expires"] = f"{document['expires'][:-1]}.5Z"


def deep(document: Any) -> None:
    nest: Any = 0
    for _ in range(70):
        nest = [nest]
    document["x-deep"] = nest


VECTORS: dict[str, Vector] = {
    "duplicate names": Vector(beside(b'1, "x-beside": 2'), REFUSED, FOUND),
    "depth and size of JSON": Vector(signed("targets", deep), REFUSED, FOUND),
    "strict JSON": Vector(beside(b"NaN"), REFUSED, FOUND),
    "length of the pinned root": Vector(
        signed("root", lambda root: root.update({"x-padding": "x" * 512_000})), REFUSED, FOUND
    ),
    "more roots than are followed": Vector(too_many_roots, REFUSED, FOUND),
    "boolean thresholds": Vector(
        signed("root", lambda root: root["roles"]["targets"].update(threshold=True)), REFUSED, FOUND
    ),
    "boolean versions": Vector(
        signed("targets", lambda body: body.update(version=True)), REFUSED, FOUND
    ),
    "boolean bit lengths": Vector(
        odd_bins(lambda bins: bins.update(bit_length=True)), REFUSED, FOUND
    ),
    "lengths that cannot be": Vector(
        signed(
            "snapshot",
            lambda body: body["meta"].update({"unused.json": {"version": 1, "length": 0}}),
        ),
        REFUSED,
        FOUND,
    ),
    "types of members": Vector(delegated(lambda role: role.update(terminating=0)), REFUSED, FOUND),
    "hash algorithms that python's hashlib knows": Vector(
        only_hash_of_targets("SHA256", sha256), REFUSED, FOUND
    ),
    "one public key counts once": Vector(once(two_keys_are_one), REFUSED, FOUND),
    "points of small order": Vector(odd_key("small_order"), REFUSED, FOUND),
    "RSA with PKCS #1 v1.5": Vector(odd_key("rsa_pkcs1v15"), REFUSED, FOUND),
    "ECDSA on P-521": Vector(odd_key("ecdsa_p521"), REFUSED, FOUND),
    "hexadecimal with spaces in keys": Vector(odd_key("ed25519_spaced"), REFUSED, FOUND),
    "hexadecimal with spaces in signatures": Vector(
        once(lambda shop: shop.edit_envelope_next("targets", spaced_signature)), REFUSED, FOUND
    ),
    "salt of RSASSA-PSS": Vector(odd_key("rsa_pss_long_salt"), REFUSED, FOUND),
    "digits that are not ASCII": Vector(
        signed("targets", lambda body: body.update(spec_version="1.٣")), REFUSED, FOUND
    ),
    "a kept snapshot that is not the listed one": Vector(
        lambda: snapshot_of_same_version(is_served=False), REFUSED, FOUND
    ),
    "keys of unknown types": Vector(signed("root", give_unknown_key), FOUND, REFUSED),
    "encodings of keys": Vector(odd_key("ecdsa_hex"), FOUND, REFUSED),
    "fractions and offsets in dates": Vector(signed("targets", with_fraction), FOUND, REFUSED),
    "a hash of unknown algorithm beside a known one": Vector(
        hash_of_targets("whirlpool2", sha256), FOUND, REFUSED
    ),
    "hashes in upper case": Vector(
        only_hash_of_targets("sha256", lambda body: sha256(body).upper()), FOUND, REFUSED
    ),
    "leading zeros in spec_version": Vector(
        signed("targets", lambda body: body.update(spec_version="01.0")), FOUND, REFUSED
    ),
    "succinct bins do not end the search": Vector(once(bin_before_role), FOUND, NOT_FOUND),
    "null for a member that is not there": Vector(
        signed("targets", lambda body: body.update(delegations=None)), FOUND, REFUSED
    ),
    "another snapshot of the same version": Vector(
        lambda: snapshot_of_same_version(is_served=True), FOUND, FOUND
    ),
}
