"""What a document allows that its author may not have meant. None of it refuses the document."""

from collections.abc import Iterator

from trustui.core.primitives.text import visible
from trustui.core.trace import Severity
from trustui.core.trust_policy.notation.lint import NotationLint, advice
from trustui.core.trust_policy.notation.rules import named, subject_of
from trustui.core.trust_policy.notation.statements import (
    EVERYTHING,
    Action,
    NotationDocument,
    Statement,
    Validation,
)


def doubts(document: NotationDocument) -> Iterator[NotationLint]:
    """Of a document that breaks no rule."""
    for number, statement in enumerate(document.statements):
        on = named(statement, number)
        if statement.is_skipped:
            yield from _skipped(statement, on)
        else:
            yield from _leniency(statement, on)
            yield from _stores(statement, on)
            yield from _identities(statement, on)


def _skipped(statement: Statement, on: str) -> Iterator[NotationLint]:
    if EVERYTHING in statement.scopes or statement.is_global:
        because = (
            "the level skip stands for everything: nothing that no other statement names is verified. "
            "The specification forbids it; clients accept it"
        )
        yield advice("skip_everything", on, because, Severity.HIGH)
    else:
        yield advice("skip", on, "the level skip: nothing is verified here", Severity.MEDIUM)


def _leniency(statement: Statement, on: str) -> Iterator[NotationLint]:
    if statement.logs(Validation.AUTHENTICITY):
        because = "authenticity is only logged: a signature by anybody at all passes"
        yield advice("authenticity_logged", on, because, Severity.HIGH)
    logged = [
        one.value
        for one in (Validation.AUTHENTIC_TIMESTAMP, Validation.EXPIRY)
        if statement.logs(one)
    ]
    if logged:
        because = f"{' and '.join(logged)} {'is' if len(logged) == 1 else 'are'} only logged: signatures pass after their end"
        yield advice("time_logged", on, because, Severity.LOW)
    action = statement.actions[Validation.REVOCATION]
    if action != Action.ENFORCE:
        words = "skipped" if action == Action.SKIP else "only logged"
        because = f"revocation is {words}: signatures by a key that was stolen pass"
        yield advice("revocation_not_enforced", on, because, Severity.MEDIUM)


def _stores(statement: Statement, on: str) -> Iterator[NotationLint]:
    types = {store.partition(":")[0] for store in statement.stores}
    if types == {"tsa"}:
        because = "only stores of timestamp authorities are named: no signature can be authentic"
        yield advice("store_only_tsa", on, because, Severity.MEDIUM)
    if len(set(statement.stores)) < len(statement.stores):
        yield advice("store_repeated", on, "a trust store is named twice", Severity.INFO)
    if statement.verify_timestamp and "tsa" not in types:
        because = "verifyTimestamp is set, and no store of timestamp authorities is named: it does nothing"
        yield advice("timestamp_unused", on, because, Severity.LOW)


def _identities(statement: Statement, on: str) -> Iterator[NotationLint]:
    if statement.identities == (EVERYTHING,):
        because = "the identity '*': whoever gets a certificate of these authorities may sign"
        yield advice("identity_everybody", on, because, Severity.LOW)
        return
    names = []
    for identity in statement.identities:
        name = subject_of(identity)
        if name is None:
            because = (
                f"the identity {visible(identity, 120)!r} is for a plugin: nothing here compares it"
            )
            yield advice("identity_of_plugin", on, because, Severity.LOW)
        else:
            names.append(name)
    for number, name in enumerate(names):
        for other in names[:number]:
            if all(other[key] == name[key] for key in set(other) & set(name)):
                because = (
                    "two identities ask for different attributes, so that one certificate may be both: "
                    "the specification calls that overlapping, clients accept it"
                )
                yield advice("identity_may_overlap", on, because, Severity.LOW)
