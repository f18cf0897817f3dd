"""Notation's configuration directory as values: its documents, its stores, and what is wrong there."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Severity
from trustui.core.trust_policy.notation.lint import NotationLint, advice, refusal
from trustui.core.trust_policy.notation.parsing import parse_document
from trustui.core.trust_policy.notation.posture import doubts
from trustui.core.trust_policy.notation.rules import STORE_TYPES, broken_rules, is_store_name
from trustui.core.trust_policy.notation.statements import (
    DocumentKind,
    NotationDocument,
    Statement,
)
from trustui.core.trust_policy.notation.stores import Store, StoreFolder, load_store

DOCUMENTS: Mapping[DocumentKind, tuple[str, ...]] = {
    "oci": ("trustpolicy.oci.json", "trustpolicy.json"),
    "blob": ("trustpolicy.blob.json",),
}
"""The files of each kind; the first that is there counts. Notation 1.3 reads the second one only."""


class Configuration(msgspec.Struct, frozen=True):
    """What stands in a directory as `~/.config/notation`."""

    location: str
    documents: Mapping[str, Document | Problem]
    """By file name; those that are not there have no entry."""
    stores: tuple[StoreFolder, ...] = ()


class ReadDocument(msgspec.Struct, frozen=True):
    """A trust policy document that was read: the statements, where it breaks no rule."""

    name: str
    document: NotationDocument | None
    problem: str = ""
    """Why there is none, in one sentence."""
    stage: str = ""
    """What refused it: `read`, `parse` or `policy`."""
    lints: tuple[NotationLint, ...] = ()


def read_document(configuration: Configuration, kind: DocumentKind) -> ReadDocument:
    """The document of a kind, parsed and judged."""
    for name in DOCUMENTS[kind]:
        answer = configuration.documents.get(name)
        if isinstance(answer, Problem):
            return ReadDocument(name, None, f"{name} cannot be read: {answer.because}", "read")
        if answer is not None:
            return judge_document(name, answer.body, kind)
    names = " or ".join(DOCUMENTS[kind])
    because = f"there is no trust policy in {visible(configuration.location)}: expected {names}"
    return ReadDocument(DOCUMENTS[kind][0], None, because, "read")


def judge_document(name: str, body: bytes, kind: DocumentKind) -> ReadDocument:
    """A document from its bytes: parsed, then judged by every rule, then by what it may not mean."""
    try:
        written = parse_document(body, kind)
    except ParseError as error:
        told = f"{error.because}; expected {error.expected}" if error.expected else error.because
        lint = refusal("form", visible(name, 80), told)
        return ReadDocument(name, None, f"{visible(name, 80)}: {told}", "parse", (lint,))
    broken = tuple(broken_rules(written.document))
    if broken:
        more = f", and {counted(len(broken) - 1, 'other rule')} broken" if broken[1:] else ""
        because = f"{broken[0].on}: {broken[0].because}{more}"
        return ReadDocument(name, None, because, "policy", (*broken, *written.lints))
    return ReadDocument(name, written.document, lints=(*written.lints, *doubts(written.document)))


def stores_of(statement: Statement, folders: Sequence[StoreFolder]) -> Mapping[str, Store]:
    """Each store that a statement names, loaded, in the order of the statement."""
    there = {folder.title: folder for folder in folders}
    return {
        title: load_store(there[title]) if title in there else _absent(title)
        for title in statement.stores
    }


def _absent(title: str) -> Problem:
    kind, _, name = title.partition(":")
    location = f"truststore/x509/{kind}/{name}"
    because = f"the trust store {visible(title, 80)} does not exist"
    return Problem(visible(location), ProblemKind.ABSENT, because)


# Lints of the whole ---------------------------------------------------------------------------


def lint_configuration(configuration: Configuration) -> Iterator[NotationLint]:
    """Everything about both documents and every store."""
    named: set[str] = set()
    for kind, names in DOCUMENTS.items():
        if not any(name in configuration.documents for name in names):
            continue
        read = read_document(configuration, kind)
        yield from read.lints
        if read.document is None and not read.lints:
            yield refusal("form", read.name, read.problem)
        statements = () if read.document is None else read.document.statements
        named |= {store for one in statements for store in one.stores}
    yield from _two_documents(configuration)
    yield from lint_stores(configuration.stores, named)


def _two_documents(configuration: Configuration) -> Iterator[NotationLint]:
    newer, older = (configuration.documents.get(name) for name in DOCUMENTS["oci"])
    if newer is None or older is None:
        return
    if not (
        isinstance(newer, Document) and isinstance(older, Document) and newer.body == older.body
    ):
        because = (
            f"{' and '.join(DOCUMENTS['oci'])} differ: the former counts here and for newer clients, "
            "Notation 1.3 reads the latter"
        )
        yield advice("two_documents", DOCUMENTS["oci"][0], because, Severity.MEDIUM)


def lint_stores(folders: Sequence[StoreFolder], named: Collection[str]) -> Iterator[NotationLint]:
    """Everything about these stores, and about those that statements name and that are not there."""
    for title in sorted(set(named) - {folder.title for folder in folders}):
        because = f"{_absent(title).because}, and a statement names it: it can verify nothing"
        yield refusal("store_absent", f"trust store {visible(title, 80)}", because)
    for folder in folders:
        yield from _store(folder, is_named=folder.title in named)


def _store(folder: StoreFolder, *, is_named: bool) -> Iterator[NotationLint]:
    on = f"trust store {visible(folder.title, 80)}"
    if folder.kind not in STORE_TYPES or not is_store_name(folder.name):
        yield advice("store_name", on, "no statement can name such a store", Severity.LOW)
        return
    if not is_named:
        yield advice("store_unnamed", on, "no statement names it: it trusts nobody", Severity.INFO)
    store = load_store(folder)
    if isinstance(store, ParseError | Problem):
        yield refusal("store_broken", on, store.because)
        return
    for certificate in store:
        if not certificate.is_self_issued:
            because = (
                f"{certificate.title} is no root: everything breaks when it is replaced, without a "
                "change by those who sign"
            )
            yield advice("store_intermediate", on, because, Severity.LOW)
        elif certificate.is_ca is False:
            because = (
                f"{certificate.title} signs by itself: it cannot be revoked, only removed here"
            )
            yield advice("store_self_signed", on, because, Severity.LOW)
