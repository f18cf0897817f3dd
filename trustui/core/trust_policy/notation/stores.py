"""Trust stores: the files of a folder to the certificates that are trusted, or why there are none.

As the clients load them: one file that is no certificate, or a certificate that is neither an
authority nor self-signed, makes the whole store unusable. The text of the specification ignores
folders inside a store; the clients refuse them, and so does this: what stands there was meant to count.
"""

from typing import TypeAlias

import msgspec
from asn1crypto import parser

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.facts import Document, Problem
from trustui.core.limits import MIB
from trustui.core.pki.certificates import (
    MAX_CERTIFICATES,
    Certificate,
    parse_certificate,
    parse_certificates,
)
from trustui.core.pki.chains import is_issued_by
from trustui.core.primitives.text import visible

MAX_STORE_FILE = MIB
MAX_STORE_FILES = 1_000
"""Files of one store; real ones have one to five."""

_PEM = b"-----BEGIN "
_PEM_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"

Store: TypeAlias = tuple[Certificate, ...] | ParseError | Problem
"""The certificates of a store, or why it cannot be loaded."""


class StoreFile(msgspec.Struct, frozen=True):
    """One entry of a store's folder."""

    name: str
    content: Document | Problem


class StoreFolder(msgspec.Struct, frozen=True):
    """One trust store as it stands there, unjudged."""

    kind: str
    """`ca`, `signingAuthority` or `tsa`."""
    name: str
    files: tuple[StoreFile, ...] | Problem

    @property
    def title(self) -> str:
        """As statements name it."""
        return f"{self.kind}:{self.name}"


def folder_of(title: str, answer: Document | Problem) -> StoreFolder:
    """A store `TYPE:NAME` that is kept as one file with all its certificates."""
    kind, _, name = title.partition(":")
    if isinstance(answer, Problem):
        return StoreFolder(kind, name, answer)
    return StoreFolder(kind, name, (StoreFile(answer.location, answer),))


def store_of(title: str, answer: Document | Problem) -> Store:
    """The certificates of a store that is kept as one file, or why there are none."""
    return load_store(folder_of(title, answer))


def load_store(folder: StoreFolder) -> Store:
    """Every certificate of the store, in the order of its files, or the first reason against it."""
    if isinstance(folder.files, Problem):
        return folder.files
    found: list[Certificate] = []
    for file in folder.files:
        if isinstance(file.content, Problem):
            return file.content
        try:
            found += _certificates(file.content.body, folder.kind)
        except ParseError as error:
            return _in_file(folder, file, error)
    if not found:
        return ParseError(
            f"the trust store {folder.title} has no certificate in it",
            expected="at least one file with a certificate",
            found="no file" if not folder.files else "no certificate",
        )
    return tuple(found)


def _in_file(folder: StoreFolder, file: StoreFile, error: ParseError) -> ParseError:
    told = f"{visible(file.name, 80)} in the trust store {folder.title}"
    return ParseError(
        f"{told}: {error.because}", check=error.check, expected=error.expected, found=error.found
    )


def _certificates(body: bytes, kind: str) -> tuple[Certificate, ...]:
    certificates = _parsed(body)
    for certificate in certificates:
        _check_anchor(certificate)
        if kind == "tsa":
            _check_root(certificate)
    return certificates


def _parsed(body: bytes) -> tuple[Certificate, ...]:
    if _PEM not in body:
        return tuple(parse_certificate(piece) for piece in _der_pieces(body))
    if body.count(_PEM) != body.count(_PEM_CERTIFICATE):
        raise ParseError(
            "something else than certificates stands in it", expected="certificates only"
        )
    return parse_certificates(body)


def _der_pieces(body: bytes) -> list[bytes]:
    """One certificate, or several one after another."""
    pieces: list[bytes] = []
    rest = body
    while rest:
        try:
            length = parser.peek(rest)
        except ValueError as error:
            raise ParseError(
                "it is no certificate", expected="certificates as DER or PEM"
            ) from error
        pieces.append(rest[:length])
        rest = rest[length:]
        if len(pieces) > MAX_CERTIFICATES:
            raise LimitExceeded(
                "too many certificates in one file", expected=f"at most {MAX_CERTIFICATES}"
            )
    if not pieces:
        raise ParseError("it is empty", expected="certificates as DER or PEM", found="nothing")
    return pieces


def _check_anchor(certificate: Certificate) -> None:
    if not certificate.is_ca and not is_issued_by(certificate, certificate):
        raise ParseError(
            f"{certificate.title} is neither an authority nor self-signed: it cannot be trusted by itself",
            expected="an authority, or a certificate that signed itself",
            found=f"issued by {visible(certificate.issuer, 120)}",
        )


def _check_root(certificate: Certificate) -> None:
    """Stores of timestamp authorities hold roots only."""
    if not (certificate.is_ca and is_issued_by(certificate, certificate)):
        raise ParseError(
            f"{certificate.title} is no root: a store of timestamp authorities holds roots only",
            expected="an authority that issued itself",
            found=f"issued by {visible(certificate.issuer, 120)}",
        )
