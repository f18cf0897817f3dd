"""What the methods of routes do, and what each declares: its permission, its question, its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trustui.accounts.needs import Need
from trustui.accounts.permissions import CHANGES_TRUST, Act
from trustui.api.questions import Body, Query

JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """What one method of one route does."""

    answer: Callable[..., Any]
    tells: Any
    """The type of the answer; bytes for a file."""
    need: Need
    query: type[Query]
    body: type[Body] | None
    status: int
    media_type: str
    is_act: bool
    """Whether something is done, for which a token has to be good."""
    is_stored: bool = False
    """Whether it was written by any version so far: members that came later may be missing."""

    @property
    def words(self) -> str:
        """What it is for."""
        return (self.answer.__doc__ or "").strip()


def reads(
    tells: Any,
    query: type[Query] = Query,
    *,
    need: Need = Act.SEE,
    media_type: str = JSON,
    is_stored: bool = False,
) -> Callable[[Callable[..., Any]], Operation]:
    """Tells something."""

    def made(answer: Callable[..., Any]) -> Operation:
        return Operation(
            answer,
            tells,
            need,
            query,
            None,
            200,
            media_type,
            is_act=False,
            is_stored=is_stored,
        )

    return made


def acts(
    tells: Any,
    body: type[Body],
    query: type[Query] = Query,
    *,
    need: Need,
    status: int = 200,
    is_act: bool = True,
) -> Callable[[Callable[..., Any]], Operation]:
    """Does something. What changes whom to trust is done on the pages, by a person who has just
    proved to be that person.
    """
    assert need not in CHANGES_TRUST

    def made(answer: Callable[..., Any]) -> Operation:
        return Operation(answer, tells, need, query, body, status, JSON, is_act=is_act)

    return made
