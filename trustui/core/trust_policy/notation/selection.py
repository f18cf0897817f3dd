"""Which statement applies, and why none of the others does.

"Selecting a trust policy": an exact repository before `*`, and only one; a name for files, or the
global statement where none is given. Nothing is a prefix of anything.
"""

from collections.abc import Iterator

import msgspec

from trustui.core.primitives.text import visible
from trustui.core.trust_policy.notation.statements import EVERYTHING, NotationDocument, Statement


class Considered(msgspec.Struct, frozen=True):
    """One statement that was looked at."""

    name: str
    applies: bool
    because: str


class Selection(msgspec.Struct, frozen=True):
    """What came of looking for a statement; None where nothing applies."""

    wanted: str
    """The repository, or the name that was asked for, or ""."""
    statement: Statement | None
    by: str
    """The scope or the name by which it applies; "" where none does."""
    considered: tuple[Considered, ...]
    """Every statement, in the order of the document."""


def for_repository(document: NotationDocument, repository: str) -> Selection:
    """The statement for `HOST/NAME`; the document breaks no rule."""
    chosen, by = statement_for(document, repository)
    exact = chosen if by == repository else None
    considered = tuple(
        Considered(one.name, one is chosen, _why(one, exact, repository))
        for one in document.statements
    )
    return Selection(repository, chosen, by, considered)


def statement_for(document: NotationDocument, repository: str) -> tuple[Statement | None, str]:
    """The statement that applies, and the scope by which it does; None and "" where none does."""
    for scope in (repository, EVERYTHING):
        for one in document.statements:
            if scope in one.scopes:
                return one, scope
    return None, ""


def _why(statement: Statement, exact: Statement | None, repository: str) -> str:
    if statement is exact:
        return "a scope is this repository, exactly"
    if EVERYTHING in statement.scopes:
        if exact is None:
            return "its scope is '*', and no other statement names this repository"
        return f"its scope is '*', and {visible(exact.name, 80)!r} names this repository exactly"
    near = nearest_scope(statement, repository)
    prefix = (
        f"; {visible(near, 120)} is a beginning of it, and scopes are whole names"
        if repository.startswith(f"{near}/")
        else f"; the nearest is {visible(near, 120)}"
    )
    if len(statement.scopes) == 1:
        return f"its scope is not this repository{prefix}"
    return f"none of its {len(statement.scopes):,} scopes is this repository{prefix}"


def nearest_scope(statement: Statement, repository: str) -> str:
    """The scope with the longest beginning in common; the statement has one."""
    return min(statement.scopes, key=lambda one: (-_common(one, repository), len(one), one))


def _common(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def for_file(document: NotationDocument, name: str | None) -> Selection:
    """The statement of a name, or the global one where no name is given."""
    chosen = next((one for one in document.statements if _is_asked_for(one, name)), None)
    considered = tuple(_for_files(document, name))
    by = "" if chosen is None else chosen.name
    return Selection(name or "", chosen, by, considered)


def _is_asked_for(statement: Statement, name: str | None) -> bool:
    return statement.is_global if name is None else statement.name == name


def _for_files(document: NotationDocument, name: str | None) -> Iterator[Considered]:
    for one in document.statements:
        applies = _is_asked_for(one, name)
        if name is None:
            because = "it is the global statement" if applies else "it is not the global statement"
        else:
            because = "it has the name" if applies else "it has another name"
        yield Considered(one.name, applies, because)
