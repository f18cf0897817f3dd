"""The rules that every statement must keep: a document that breaks one is refused as a whole.

trust-store-trust-policy.md 1.0, "Trust Policy Properties" and "Trust Policy Constraints", in the order
in which the clients judge them. Two rules of the text that no client enforces, `skip` for everything,
are advice instead (`posture`): the verdict is then that nothing was verified.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from trustui.core.errors import ParseError
from trustui.core.pki.names import is_subset, parse_distinguished_name
from trustui.core.primitives.text import counted, visible
from trustui.core.trust_policy.notation.lint import NotationLint, refusal
from trustui.core.trust_policy.notation.statements import (
    AFTER_EXPIRY,
    ALWAYS,
    EVERYTHING,
    LEVELS,
    Action,
    NotationDocument,
    Statement,
    Validation,
)

VERSIONS = ("1.0",)
STORE_TYPES = ("ca", "signingAuthority", "tsa")
SUBJECT = "x509.subject"
"""The prefix of the identities that are compared here; others are for plugins."""

_STORE_NAME = re.compile(r"[a-zA-Z0-9_.-]+")
_HOST_LABEL = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?")
_REPOSITORY_PART = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
MAX_SCOPE = 1024
"""Characters; longer names are no repository's."""


def broken_rules(document: NotationDocument) -> Iterator[NotationLint]:
    """Every rule that the document breaks; where there is none it may be used."""
    if document.version not in VERSIONS:
        found = visible(document.version, 40) or "none"
        because = f"the version of the document is not known: expected {VERSIONS[0]}, found {found}"
        yield refusal("version", "the document", because)
    if not document.statements:
        yield refusal("no_statement", "the document", "there is no trust policy statement in it")
    yield from _repeated_names(document.statements)
    for number, statement in enumerate(document.statements):
        on = named(statement, number)
        yield from _of_statement(statement, on)
        if document.kind == "oci":
            yield from _scopes_of(statement, on)
    yield from _repeated_scopes(document.statements)
    if sum(one.is_global for one in document.statements) > 1:
        because = "several statements have globalPolicy: at most one may"
        yield refusal("global_repeated", "the document", because)


def named(statement: Statement, number: int) -> str:
    """What a statement is called, for people."""
    return (
        f"statement {visible(statement.name, 80)!r}"
        if statement.name
        else f"statement {number + 1}"
    )


def _repeated_names(statements: Sequence[Statement]) -> Iterator[NotationLint]:
    for name, times in Counter(one.name for one in statements if one.name).items():
        if times > 1:
            because = f"{counted(times, 'statement')} have the name {visible(name, 80)!r}"
            yield refusal("name_repeated", "the document", because)


def _of_statement(statement: Statement, on: str) -> Iterator[NotationLint]:
    if not statement.name:
        yield refusal("name_missing", on, "the statement has no name")
    yield from _level_of(statement, on)
    if statement.verify_timestamp not in {"", ALWAYS, AFTER_EXPIRY}:
        found = visible(statement.verify_timestamp, 40)
        because = f"verifyTimestamp: expected {ALWAYS} or {AFTER_EXPIRY}, found {found!r}"
        yield refusal("verify_timestamp", on, because)
    yield from _trust_of(statement, on)


# Levels ---------------------------------------------------------------------------------------


def _level_of(statement: Statement, on: str) -> Iterator[NotationLint]:
    if statement.level not in LEVELS:
        found = visible(statement.level, 40) or "none"
        because = f"the level: expected {', '.join(LEVELS)}; found {found}"
        yield refusal("level", on, because)
    if statement.is_skipped and statement.override:
        yield refusal("override_skip", on, "the level skip has nothing that could be overridden")
        return
    for name, action in statement.override.items():
        yield from _override(name, action, on)


def _override(name: str, action: str, on: str) -> Iterator[NotationLint]:
    told = f"override of {visible(name, 40)!r}"
    if name not in set(Validation):
        names = ", ".join(one.value for one in Validation if one is not Validation.INTEGRITY)
        yield refusal(
            "override_unknown", on, f"{told}: there is no such validation; there is {names}"
        )
    elif name == Validation.INTEGRITY:
        yield refusal("override_integrity", on, f"{told}: integrity is enforced at every level")
    elif action not in set(Action):
        because = f"{told}: expected enforce, log or skip, found {visible(action, 40)!r}"
        yield refusal("override_action", on, because)
    elif action == Action.SKIP and name != Validation.REVOCATION:
        yield refusal("override_not_skippable", on, f"{told}: only revocation can be skipped")


# Trust ----------------------------------------------------------------------------------------


def _trust_of(statement: Statement, on: str) -> Iterator[NotationLint]:
    if statement.is_skipped:
        if statement.stores or statement.identities:
            because = "the level skip verifies nothing, and trust stores or identities are named"
            yield refusal("skip_with_trust", on, because)
        return
    if not statement.stores or not statement.identities:
        lacking = [
            words
            for words, there in (
                ("trust stores", statement.stores),
                ("trusted identities", statement.identities),
            )
            if not there
        ]
        because = f"the statement names no {' and no '.join(lacking)}: both are needed"
        yield refusal("trust_missing", on, because)
    for store in statement.stores:
        yield from _store(store, on)
    yield from _identities(statement.identities, on)


def _store(store: str, on: str) -> Iterator[NotationLint]:
    told = f"trust store {visible(store, 80)!r}"
    kind, colon, name = store.partition(":")
    if not colon:
        yield refusal("store_form", on, f"{told}: expected TYPE:NAME")
    elif kind not in STORE_TYPES:
        because = f"{told}: there is no such type; there is {', '.join(STORE_TYPES)}"
        yield refusal("store_type", on, because)
    elif not is_store_name(name):
        because = f"{told}: a name has letters, digits, '_', '.' and '-' only, and at least one"
        yield refusal("store_name", on, because)


def is_store_name(name: str) -> bool:
    """Whether a trust store can have this name; never one that leads out of its folder."""
    return _STORE_NAME.fullmatch(name) is not None and name not in {".", ".."}


def is_store_title(title: str) -> bool:
    """Whether a statement can name this as a trust store: `TYPE:NAME`."""
    kind, colon, name = title.partition(":")
    return bool(colon) and kind in STORE_TYPES and is_store_name(name)


def _identities(identities: Sequence[str], on: str) -> Iterator[NotationLint]:
    if EVERYTHING in identities and len(identities) > 1:
        because = "the identity '*' is everybody, and others stand beside it"
        yield refusal("identity_wildcard", on, because)
    names: list[tuple[str, Mapping[str, str]]] = []
    for identity in identities:
        if identity == EVERYTHING:
            continue
        try:
            name = subject_of(identity)
        except ParseError as error:
            yield _bad_identity(identity, error, on)
        else:
            if name is not None:
                names.append((identity, name))
    yield from _overlapping(names, on)


def subject_of(identity: str) -> Mapping[str, str] | None:
    """The attributes that an identity asks for; None where a plugin has to judge it.

    Raises ParseError, with the last part of the lint's id as `check`, for what is none.
    """
    if not identity:
        raise ParseError("it is empty", check="identity_form")
    prefix, colon, text = identity.partition(":")
    if not colon:
        raise ParseError("there is no ':' in it", check="identity_form", expected=f"{SUBJECT}: C=…")
    if prefix != SUBJECT:
        return None
    if not text:
        raise ParseError(
            "nothing follows the ':'", check="identity_form", expected="C=…, ST=…, O=…"
        )
    return parse_distinguished_name(text)


def _bad_identity(identity: str, error: ParseError, on: str) -> NotationLint:
    own = error.check if error.check.startswith("identity_") else "identity_name"
    expected = f"; expected {error.expected}" if error.expected else ""
    because = f"identity {visible(identity, 120)!r}: {error.because}{expected}"
    return refusal(own, on, because)


def _overlapping(names: Sequence[tuple[str, Mapping[str, str]]], on: str) -> Iterator[NotationLint]:
    """Two of which one asks for everything that the other does, and perhaps more."""
    for number, (identity, name) in enumerate(names):
        for other, wider in names[:number]:
            if is_subset(name, wider) or is_subset(wider, name):
                because = (
                    f"the identities {visible(other, 120)!r} and {visible(identity, 120)!r} overlap: "
                    "a certificate may be both"
                )
                yield refusal("identity_overlap", on, because)


# Scopes ---------------------------------------------------------------------------------------


def _scopes_of(statement: Statement, on: str) -> Iterator[NotationLint]:
    if not statement.scopes:
        yield refusal(
            "scopes_missing", on, "the statement has no registryScopes: it covers nothing"
        )
    if EVERYTHING in statement.scopes and len(set(statement.scopes)) > 1:
        because = "the scope '*' is everything, and others stand beside it"
        yield refusal("scope_wildcard", on, because)
    for scope in statement.scopes:
        if scope != EVERYTHING and not is_scope(scope):
            because = (
                f"the scope {visible(scope, 120)!r} is no repository: expected HOST/NAME, whole and "
                "without tag, digest, scheme or star"
            )
            yield refusal("scope_form", on, because)


def is_scope(scope: str) -> bool:
    """Whether this names one repository, as clients demand it."""
    host, slash, repository = scope.partition("/")
    if not slash or len(scope) > MAX_SCOPE:
        return False
    name, colon, port = host.partition(":")
    if colon and not (port.isascii() and port.isdecimal()):
        return False
    return all(_HOST_LABEL.fullmatch(label) for label in name.split(".")) and all(
        _REPOSITORY_PART.fullmatch(part) for part in repository.split("/")
    )


def _repeated_scopes(statements: Sequence[Statement]) -> Iterator[NotationLint]:
    times = Counter(scope for one in statements for scope in one.scopes)
    for scope, number in times.items():
        if number > 1:
            because = f"the scope {visible(scope, 120)!r} stands {number} times: one statement may have it"
            yield refusal("scope_repeated", "the document", because)
