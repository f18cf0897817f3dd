"""Notation's trust policy statements in words: what each enforces, whom it trusts, what looks odd."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Problem
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.given import Read
from trustui.core.trust_policy.languages import NotationPolicy
from trustui.core.trust_policy.notation.rules import named, subject_of
from trustui.core.trust_policy.notation.statements import (
    AFTER_EXPIRY,
    EVERYTHING,
    Action,
    Statement,
    Validation,
)
from trustui.core.trust_policy.notation.stores import store_of
from trustui.pages.images.coverage import Covered
from trustui.pages.images.material import MaterialLine
from trustui.pages.images.rules import SHOWN, LintLine
from trustui.pages.images.windows import WindowLine, certificate_line

VALIDATIONS: Mapping[Validation, str] = {
    Validation.INTEGRITY: "integrity",
    Validation.AUTHENTICITY: "authenticity",
    Validation.AUTHENTIC_TIMESTAMP: "authentic timestamp",
    Validation.EXPIRY: "expiry",
    Validation.REVOCATION: "revocation",
}
ACTIONS: Mapping[Action, tuple[str, str]] = {
    Action.ENFORCE: ("ok", "enforced"),
    Action.LOG: ("soon", "only logged"),
    Action.SKIP: ("none", "skipped"),
}
"""What a failure of a validation does, for people; what is not enforced never looks green."""
LEVELS: Mapping[str, str] = {
    "strict": "every validation is enforced",
    "permissive": "who signed is enforced, when is only logged",
    "audit": "only integrity is enforced: a signature by anybody passes",
    "skip": "nothing is verified",
}
MOST_CERTIFICATES = 50
"""Of one store that a page shows."""
MOST_NAMES = 100
"""Scopes or identities of one statement that a page shows."""


class ActionLine(msgspec.Struct, frozen=True):
    """What a failure of one validation does."""

    validation: str
    sign: str
    word: str
    is_overridden: bool
    """Whether the statement says otherwise than its level."""


class StoreLine(msgspec.Struct, frozen=True):
    """A trust store that a statement names, with its certificates."""

    name: str
    """`ca:NAME`, `signingAuthority:NAME` or `tsa:NAME`."""
    number: int | None
    """The version that is in force; None: the team has no such material."""
    href: str
    problem: str
    """Why it trusts nobody; empty where it can be loaded."""
    certificates: tuple[WindowLine, ...]
    more: int
    lints: tuple[LintLine, ...]


class IdentityLine(msgspec.Struct, frozen=True):
    """One identity that is trusted, as written."""

    text: str
    note: str
    """Empty where its attributes are compared."""


class StatementLine(msgspec.Struct, frozen=True):
    """One trust policy statement."""

    name: str
    level: str
    meaning: str
    """What the level means, in a clause."""
    actions: tuple[ActionLine, ...]
    verify_timestamp: str
    """When a countersignature is demanded, in words; empty where none is."""
    scopes: tuple[str, ...]
    more_scopes: int
    stores: tuple[StoreLine, ...]
    identities: tuple[IdentityLine, ...]
    more_identities: int
    lints: tuple[LintLine, ...]
    covers: tuple[Covered, ...]
    """Repositories that it applies to."""
    more: int


def statements_of(
    document: Any,
    covers: Mapping[int, Sequence[Covered]],
    lints: Sequence[LintLine],
    materials: Sequence[MaterialLine],
    read: Read,
) -> tuple[StatementLine, ...]:
    """Of a trust policy document, with what each rests on; `read` gives the stores by name."""
    if not isinstance(document, NotationPolicy):
        return ()
    stores = {
        name: _store(name, lints, materials, read)
        for one in document.document.statements
        for name in one.stores
    }
    return tuple(
        _statement(number, one, covers.get(number, ()), lints, stores)
        for number, one in enumerate(document.document.statements)
    )


def elsewhere(
    lints: Sequence[LintLine], statements: Sequence[StatementLine]
) -> tuple[LintLine, ...]:
    """The lints that stand beside no statement and no store."""
    beside = {
        one
        for statement in statements
        for one in (*statement.lints, *(each for store in statement.stores for each in store.lints))
    }
    return tuple(one for one in lints if one not in beside)


def _statement(
    number: int,
    one: Statement,
    covers: Sequence[Covered],
    lints: Sequence[LintLine],
    stores: Mapping[str, StoreLine],
) -> StatementLine:
    on = named(one, number)
    return StatementLine(
        name=visible(one.name, 200),
        level=visible(one.level_words, 200),
        meaning=LEVELS[one.level],
        actions=tuple(_actions(one)),
        verify_timestamp=_timestamps(one),
        scopes=tuple(visible(each, 300) for each in one.scopes[:MOST_NAMES]),
        more_scopes=max(0, len(one.scopes) - MOST_NAMES),
        stores=tuple(stores[name] for name in one.stores),
        identities=tuple(_identity(each) for each in one.identities[:MOST_NAMES]),
        more_identities=max(0, len(one.identities) - MOST_NAMES),
        lints=tuple(
            each
            for each in lints
            if each.on == on or each.on.partition(".")[0] == f"trustPolicies[{number}]"
        ),
        covers=tuple(covers[:SHOWN]),
        more=max(0, len(covers) - SHOWN),
    )


def _actions(one: Statement) -> Iterator[ActionLine]:
    for validation, words in VALIDATIONS.items():
        action = Action(one.actions[validation])
        yield ActionLine(words, *ACTIONS[action], validation in one.override)


def _timestamps(one: Statement) -> str:
    if not any(name.startswith("tsa:") for name in one.stores):
        return ""
    if one.verify_timestamp == AFTER_EXPIRY:
        return "only once a certificate of the signer has ended"
    return "always"


def _identity(text: str) -> IdentityLine:
    shown = visible(text, 400)
    if text == EVERYTHING:
        return IdentityLine(shown, "everybody whom the authorities certified")
    if subject_of(text) is None:
        return IdentityLine(shown, "for a plugin: nothing here compares it")
    return IdentityLine(shown, "")


def _store(
    name: str, lints: Sequence[LintLine], materials: Sequence[MaterialLine], read: Read
) -> StoreLine:
    shown = visible(name, 200)
    material = next((one for one in materials if one.name == shown), None)
    loaded = store_of(name, read(name))
    certificates = () if isinstance(loaded, ParseError | Problem) else loaded
    return StoreLine(
        name=shown,
        number=None if material is None else material.number,
        href="" if material is None else material.href,
        problem=visible(loaded.because, 300) if isinstance(loaded, ParseError | Problem) else "",
        certificates=tuple(
            certificate_line("certificate", one) for one in certificates[:MOST_CERTIFICATES]
        ),
        more=max(0, len(certificates) - MOST_CERTIFICATES),
        lints=tuple(one for one in lints if one.on == f"trust store {visible(name, 80)}"),
    )
