"""Ways to sign a document wrongly, and to write a document wrongly after it was signed."""

import copy
from collections.abc import Callable
from typing import Any

from tests.differential.changes import Change, any_role
from tests.differential.scenario import Workshop
from tests.simulators.odd_json import TEXT_CHANGES, VALUE_CHANGES
from trustui.demo.keys import throwaway_key


def sign_with_fewer(shop: Workshop) -> None:
    shop.sign_with_only(any_role(shop), shop.rng.choice((0, 1, 1)))


def sign_with_strangers(shop: Workshop) -> None:
    shop.sign_with(any_role(shop), *shop.rng.sample(list(shop.known_keys.values()), 1))


def sign_with_everything(shop: Workshop) -> None:
    shop.sign_with(any_role(shop), *shop.known_keys.values())


def _edit_signatures(change: Callable[[Workshop, Any], None]) -> Change:
    def apply(shop: Workshop) -> None:
        def edit(document: Any) -> None:
            if document["signatures"]:
                change(shop, document)

        shop.edit_envelope_next(any_role(shop), edit)

    apply.__name__ = change.__name__.removeprefix("_")
    return apply


def _signature_twice(shop: Workshop, document: Any) -> None:
    signatures = document["signatures"]
    signatures.append(copy.deepcopy(shop.rng.choice(signatures)))


def _signature_missing(shop: Workshop, document: Any) -> None:
    signatures = document["signatures"]
    signatures.pop(shop.rng.randrange(len(signatures)))


def _signature_otherwise(shop: Workshop, document: Any) -> None:
    one = shop.rng.choice(document["signatures"])
    text = one["sig"]
    forms = (
        text.upper(),
        "",
        text[:-1],
        text[:-2],
        text + "00",
        f" {text}",
        text[::-1],
        "zz",
        f"{text[:4]} {text[4:]}",
        "00" * 64,
    )
    one["sig"] = shop.rng.choice(forms)


def _signature_odd(shop: Workshop, document: Any) -> None:
    shop.rng.choice(VALUE_CHANGES)(shop.rng, document["signatures"])


def _signature_of_unknown_key(shop: Workshop, document: Any) -> None:
    key = throwaway_key("nobody knows this one")
    one = {"keyid": key.key_id, "sig": key.sign(shop.message(document))}
    document["signatures"].insert(0, one)


def _signature_under_other_keyid(shop: Workshop, document: Any) -> None:
    one = shop.rng.choice(document["signatures"])
    one["keyid"] = shop.rng.choice((*shop.known_keys, one["keyid"].upper(), "", "é"))


SIGNING: tuple[Change, ...] = (
    sign_with_fewer,
    sign_with_strangers,
    sign_with_everything,
    *map(
        _edit_signatures,
        (
            _signature_twice,
            _signature_missing,
            _signature_otherwise,
            _signature_otherwise,
            _signature_odd,
            _signature_of_unknown_key,
            _signature_under_other_keyid,
        ),
    ),
)


def odd_text(shop: Workshop) -> None:
    change = shop.rng.choice(TEXT_CHANGES)
    shop.edit_text_next(any_role(shop), lambda text: change(shop.rng, text))


def odd_envelope(shop: Workshop) -> None:
    change = shop.rng.choice(VALUE_CHANGES)

    def edit(document: Any) -> None:
        held = document.pop("signed")
        document["signed"] = {}
        change(shop.rng, document)
        if isinstance(document.get("signed"), dict):
            document["signed"] = held

    shop.edit_envelope_next(any_role(shop), edit)


def odd_beside_signed(shop: Workshop) -> None:
    """A member beside `signed` and `signatures`, which nobody signs and few parsers like."""
    odd = (
        b"NaN",
        b"-Infinity",
        b'"\\ud800"',
        b"1e400",
        b"1.5",
        b"[" * 70 + b"]" * 70,
        b"null",
        b"9" * 4200,
        b'{"a":1,"a":2}',
    )
    value = shop.rng.choice(odd)
    shop.edit_text_next(
        any_role(shop), lambda text: text.replace(b"{", b'{"x-beside": ' + value + b",", 1)
    )


WRITING: tuple[Change, ...] = (odd_text, odd_text, odd_text, odd_envelope, odd_beside_signed)
