"""For each difference rule of tuf-js the smallest repository that shows it."""

from datetime import timedelta
from typing import Any

from tests.differential.scenario import Scenario, Visit, Workshop
from tests.differential.vectors import (
    AT,
    FOUND,
    NOT_FOUND,
    PATH,
    REFUSED,
    VECTORS,
    Vector,
    beside,
    odd_key,
    once,
    signed,
    small,
    text,
)
from trustui.demo.keys import Scheme, throwaway_key

_AS_PYTHON_TUF = (
    "duplicate names",
    "depth and size of JSON",
    "length of the pinned root",
    "more roots than are followed",
    "one public key counts once",
    "points of small order",
    "salt of RSASSA-PSS",
    "a kept snapshot that is not the listed one",
    "a hash of unknown algorithm beside a known one",
    "hashes in upper case",
    "leading zeros in spec_version",
    "succinct bins do not end the search",
    "null for a member that is not there",
    "another snapshot of the same version",
)


def half_a_byte_more(document: Any) -> None:
    document["signatures"][0]["sig"] += "0"


def nameless(shop: Workshop) -> None:
    shop.remove_target("targets", PATH)
    shop.add_delegation("targets", "team", paths=["b/*"])
    shop.add_target("targets", PATH, b"content")
    shop.edit_next("targets", lambda body: body["delegations"]["roles"][0].update(name=""))  # type: ignore[index,call-overload,union-attr]


def kept_under_escaped_name() -> Scenario:
    """A role with a space in its name: kept at the first visit, not served at the second."""
    shop = small()
    shop.remove_target("targets", PATH)
    shop.add_delegation("targets", "team a", paths=["a/*"])
    shop.add_target("team a", PATH, b"content")
    shop.publish()
    files = dict(shop.metadata)
    del files["1.team%20a.json"]
    first = Visit(dict(shop.metadata))
    return Scenario("vector", AT, shop.document("root"), PATH, (first, Visit(files)))


def other_date(document: Any) -> None:
    document["expires"] = f"{AT + timedelta(days=9):%d %b %Y}"


VECTORS_OF_TUF_JS: dict[str, Vector] = {
    **{name: VECTORS[name] for name in _AS_PYTHON_TUF},
    "lone surrogates": Vector(beside(rb'"\ud800"'), REFUSED, FOUND),
    "numbers beyond all bounds": Vector(beside(b"1e400"), REFUSED, FOUND),
    "bytes that are not UTF-8": Vector(beside(b'"\xff"'), REFUSED, FOUND),
    "numbers with a fraction": Vector(
        text("targets", b'"version": 1', b'"version": 1.0'), REFUSED, FOUND
    ),
    "versions and lengths that cannot be": Vector(
        signed("timestamp", lambda body: body.update(version=0)), REFUSED, FOUND
    ),
    "numbers of any form in spec_version": Vector(
        signed("targets", lambda body: body.update(spec_version="1. 0")), REFUSED, FOUND
    ),
    "dates of any form": Vector(signed("targets", other_date), REFUSED, FOUND),
    "keys without a public part": Vector(
        signed(
            "root",
            lambda root: root["keys"].update(
                {"x": {"keytype": "ed25519", "scheme": "ed25519", "keyval": {}}}
            ),
        ),
        REFUSED,
        FOUND,
    ),
    "hash algorithms that OpenSSL knows": VECTORS["hash algorithms that python's hashlib knows"],
    "empty hashes": Vector(
        signed("snapshot", lambda body: body["meta"]["targets.json"].update(hashes={})),
        REFUSED,
        FOUND,
    ),
    "lists in the place of hashes": Vector(
        signed("snapshot", lambda body: body["meta"]["targets.json"].update(hashes=[])),
        REFUSED,
        FOUND,
    ),
    "delegations without roles": Vector(
        signed("targets", lambda body: body.update(delegations={"keys": {}})), REFUSED, FOUND
    ),
    "roles without a name": Vector(once(nameless), REFUSED, FOUND),
    "schemes that are not looked at": Vector(odd_key("unknown_scheme"), REFUSED, FOUND),
    "signatures up to the first odd character": Vector(
        once(lambda shop: shop.edit_envelope_next("targets", half_a_byte_more)), REFUSED, FOUND
    ),
    "digests other than SHA-256": Vector(
        once(lambda shop: shop.rotate("targets", to=[throwaway_key("x", Scheme.ECDSA_P384)])),
        FOUND,
        REFUSED,
    ),
    "keys in base64 DER": Vector(odd_key("ecdsa_base64"), FOUND, REFUSED),
    "integers above 2^53": Vector(
        signed("targets", lambda body: body.update({"x-large": 2**53 + 1})), FOUND, REFUSED
    ),
    "what is kept under escaped names": Vector(kept_under_escaped_name, FOUND, NOT_FOUND),
}
