"""Trust policy documents: bytes to statements, by form alone; rules are judged by `rules`."""

from collections.abc import Iterator, Mapping

import msgspec

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.limits import MIB, JsonLimits
from trustui.core.primitives.canonical_json import JsonValue
from trustui.core.primitives.strict_json import load
from trustui.core.primitives.text import quoted, visible
from trustui.core.trace import Severity
from trustui.core.trust_policy.notation.lint import NotationLint, advice
from trustui.core.trust_policy.notation.statements import (
    DocumentKind,
    NotationDocument,
    Statement,
)

MAX_DOCUMENT = 4 * MIB
MAX_ENTRIES = 10_000
"""Statements of a document, and texts of one list; real documents have a few dozen."""

Object = dict[str, JsonValue]

_DOCUMENT = ("version", "trustPolicies")
_STATEMENT = ("name", "signatureVerification", "trustStores", "trustedIdentities")
_OF_KIND: Mapping[DocumentKind, tuple[str, ...]] = {
    "oci": ("registryScopes",),
    "blob": ("globalPolicy",),
}
_VERIFICATION = ("level", "override", "verifyTimestamp")


class Written(msgspec.Struct, frozen=True):
    """A document of the right form, and the members of it that mean nothing."""

    document: NotationDocument
    lints: tuple[NotationLint, ...]


def kind_of(body: bytes) -> DocumentKind:
    """What a document is by its own members: for files where one is global and none has scopes.

    Raises ParseError as `parse_document` does.
    """
    listed = _list(_root(body).get("trustPolicies"), "trustPolicies")
    statements = [one for one in listed if isinstance(one, dict)]
    has_scopes = any("registryScopes" in one for one in statements)
    is_for_files = any("globalPolicy" in one for one in statements) and not has_scopes
    return "blob" if is_for_files else "oci"


def is_notation(body: bytes) -> bool:
    """Whether these bytes are meant to be such a document: an object with `trustPolicies`."""
    try:
        value = load(body, JsonLimits(max_bytes=MAX_DOCUMENT)).value
    except ParseError:
        return False
    return isinstance(value, dict) and "trustPolicies" in value


def parse_document(body: bytes, kind: DocumentKind) -> Written:
    """The statements, each of the right types. Raises ParseError or LimitExceeded.

    `null` is as good as no member, as for the clients. Names are compared exactly and stand once:
    the clients fold case and take the last of two, which is refused here.
    """
    root = _root(body)
    listed = _list(root.get("trustPolicies"), "trustPolicies")
    where = [(one, f"trustPolicies[{n}]") for n, one in enumerate(listed)]
    objects = [(_object(one, at), at) for one, at in where]
    statements = tuple(_statement(one, at, kind) for one, at in objects)
    unknown = _unknown(root, _DOCUMENT, "the document")
    for one, at in objects:
        unknown += _unknown(one, (*_STATEMENT, *_OF_KIND[kind]), at)
        unknown += _unknown(_verification(one, at), _VERIFICATION, f"{at}.signatureVerification")
    version = _text(root, "version", "the document")
    return Written(NotationDocument(kind, version, statements), tuple(unknown))


def _root(body: bytes) -> Object:
    return _object(load(body, JsonLimits(max_bytes=MAX_DOCUMENT)).value, "the document")


def _statement(value: Object, where: str, kind: DocumentKind) -> Statement:
    verification = _verification(value, where)
    inside = f"{where}.signatureVerification"
    return Statement(
        name=_text(value, "name", where),
        level=_text(verification, "level", inside),
        override=_texts_by_name(verification.get("override"), f"{inside}.override"),
        verify_timestamp=_text(verification, "verifyTimestamp", inside),
        stores=_texts(value, "trustStores", where),
        identities=_texts(value, "trustedIdentities", where),
        scopes=_texts(value, "registryScopes", where) if kind == "oci" else (),
        is_global=kind == "blob" and _flag(value, "globalPolicy", where),
    )


def _verification(value: Object, where: str) -> Object:
    stated = value.get("signatureVerification")
    return {} if stated is None else _object(stated, f"{where}.signatureVerification")


def _unknown(value: Object, names: tuple[str, ...], where: str) -> list[NotationLint]:
    return list(_told_unknown(value, names, where))


def _told_unknown(value: Object, names: tuple[str, ...], where: str) -> Iterator[NotationLint]:
    for name in sorted(set(value) - set(names)):
        because = (
            f"{visible(name, 60)!r} is no member here and means nothing; "
            f"expected {', '.join(names)}"
        )
        yield advice("unknown_member", where, because, Severity.MEDIUM)


def _object(value: JsonValue, where: str) -> Object:
    if not isinstance(value, dict):
        raise ParseError(f"{where} is no object", expected="an object", found=quoted(value, 80))
    return value


def _list(value: JsonValue, where: str) -> list[JsonValue]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ParseError(f"{where} is no list", expected="a list", found=quoted(value, 80))
    if len(value) > MAX_ENTRIES:
        raise LimitExceeded(
            f"{where} is longer than any is",
            expected=f"at most {MAX_ENTRIES:,}",
            found=f"{len(value):,}",
        )
    return value


def _text(value: Object, name: str, where: str) -> str:
    stated = value.get(name)
    return "" if stated is None else _is_text(stated, f"{where}.{name}")


def _texts(value: Object, name: str, where: str) -> tuple[str, ...]:
    return tuple(
        _is_text(one, f"{where}.{name}") for one in _list(value.get(name), f"{where}.{name}")
    )


def _texts_by_name(value: JsonValue, where: str) -> Mapping[str, str]:
    if value is None:
        return {}
    return {name: _is_text(one, where) for name, one in _object(value, where).items()}


def _is_text(value: JsonValue, where: str) -> str:
    if not isinstance(value, str):
        raise ParseError(f"{where} is no text", expected="a text", found=quoted(value, 80))
    return value


def _flag(value: Object, name: str, where: str) -> bool:
    stated = value.get(name)
    if stated is not None and not isinstance(stated, bool):
        raise ParseError(f"{where}.{name} is neither true nor false", found=quoted(stated, 80))
    return stated is True
