"""A policy judged before it decides anything: Notation's documents and stores, or our expectations.

Whether it can be used at all is a step; what it may not mean are findings.
"""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.formats.notation.verify import STORE
from trustui.core.images.notation.question import POLICY
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import (
    Chain,
    Finding,
    Judgement,
    Outcome,
    Planned,
    Severity,
    Verification,
    failed,
    passed,
)
from trustui.core.trust_policy.notation.configuration import (
    DOCUMENTS,
    Configuration,
    ReadDocument,
    judge_document,
    lint_configuration,
    read_document,
    stores_of,
)
from trustui.core.trust_policy.notation.lint import NotationLint
from trustui.core.trust_policy.notation.parsing import is_notation, kind_of
from trustui.core.trust_policy.notation.statements import DocumentKind
from trustui.core.trust_policy.notation.stores import Store
from trustui.core.trust_policy.policies import FORM, PolicyDocument, lint_policies, parse_policies

PolicyKind: TypeAlias = Literal["oci", "blob", "expectations"]
"""Notation's statements for images or for files, or expectations per repository."""


def lint_policy(
    name: str, answer: Document | Problem, kind: PolicyKind | None
) -> Verification[None]:
    """One file; without a kind, its name or else its members say what it is."""
    on = visible(name, 200)
    if kind is None and name in DOCUMENTS["blob"]:
        kind = "blob"
    is_ours = kind == "expectations" or (kind is None and not _is_of_notation(answer))
    if is_ours:
        yield from _lint_expectations(on, answer)
        return
    chain = Chain(on, on)
    yield Planned(on, on, (POLICY.id,))
    read = _read(on, answer, kind)
    yield chain.judge(POLICY, judge_document_read, read)
    yield from _findings(iter(read.lints))


def _is_of_notation(answer: Document | Problem) -> bool:
    return isinstance(answer, Document) and is_notation(answer.body)


def _read(on: str, answer: Document | Problem, kind: PolicyKind | None) -> ReadDocument:
    if isinstance(answer, Problem):
        return ReadDocument(on, None, f"it cannot be read: {answer.because}", "read")
    if kind is not None:
        chosen: DocumentKind = "blob" if kind == "blob" else "oci"
        return judge_document(on, answer.body, chosen)
    try:
        return judge_document(on, answer.body, kind_of(answer.body))
    except ParseError as error:
        return ReadDocument(on, None, error.because, "parse")


def judge_document_read(read: ReadDocument) -> Judgement:
    """The document can be read and breaks none of its rules."""
    if read.document is None:
        return failed(
            read.problem,
            expected="a trust policy document that keeps its rules",
            found=visible(read.name, 80),
            stage=read.stage,
            broken=[one.id for one in read.lints if one.refuses],
        )
    number = len(read.document.statements)
    return passed(f"{counted(number, 'statement')} that keep their rules", kind=read.document.kind)


def _findings(lints: Iterator[NotationLint]) -> Iterator[Finding]:
    for lint in lints:
        yield Finding(lint.id, lint.on, lint.because, lint.severity)


def _lint_expectations(on: str, answer: Document | Problem) -> Verification[None]:
    chain = Chain(on, on)
    yield Planned(on, on, (FORM.id,))
    document = None if isinstance(answer, Problem) else _parsed(answer.body)
    yield chain.judge(FORM, judge_form, answer if isinstance(answer, Problem) else document)
    if isinstance(document, PolicyDocument):
        for lint in lint_policies(document):
            yield Finding(lint.id, on, lint.because, Severity.MEDIUM)


def _parsed(body: bytes) -> PolicyDocument | ParseError:
    try:
        return parse_policies(body)
    except ParseError as error:
        return error


def judge_form(document: PolicyDocument | ParseError | Problem | None) -> Judgement:
    """The expectations can be read and understood."""
    if isinstance(document, PolicyDocument):
        return passed(f"{counted(len(document.policies), 'policy')} of a known form")
    assert document is not None
    return failed(
        f"the policy cannot be used: {document.because}",
        expected=(isinstance(document, ParseError) and document.expected) or None,
        found=(isinstance(document, ParseError) and document.found) or None,
    )


# A directory ----------------------------------------------------------------------------------


def lint_directory(configuration: Configuration) -> Verification[None]:
    """Both documents of a directory as `~/.config/notation`, and every store that they name."""
    there = [
        kind
        for kind, names in DOCUMENTS.items()
        if any(name in configuration.documents for name in names)
    ]
    kinds: list[DocumentKind] = there or ["oci"]
    for kind in kinds:
        read = read_document(configuration, kind)
        chain = Chain(read.name, read.name)
        yield Planned(read.name, read.name, (POLICY.id,))
        step = chain.judge(POLICY, judge_document_read, read)
        yield step
        if step.outcome is Outcome.PASSED and read.document is not None:
            stores: dict[str, Store] = {}
            for statement in read.document.statements:
                stores |= stores_of(statement, configuration.stores)
            for title, store in stores.items():
                yield from _store(f"{read.name} {visible(title, 80)}", store)
    yield from _findings(lint_configuration(configuration))


def _store(on: str, store: Store) -> Verification[None]:
    yield Planned(on, on, (STORE.id,))
    yield Chain(on, on).judge(STORE, judge_store, store)


def judge_store(store: Store) -> Judgement:
    """A store that a statement names is there, with nothing but certificates that may be trusted."""
    if isinstance(store, ParseError | Problem):
        return failed(store.because, expected="a trust store that can be loaded")
    return passed(f"{counted(len(store), 'certificate')} that may be trusted")
