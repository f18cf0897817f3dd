"""Model instances by a statement that is written once, where a page needs the thing itself."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, Self, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet

from trustui.pages.kept_query import About, KeptQuery
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer

M = TypeVar("M", bound=Model)


class _Cells(tuple[Any, ...]):
    __slots__ = ()

    def __new__(cls, *cells: Any) -> Self:
        return super().__new__(cls, cells)


class KeptModels(Generic[M]):
    """The instances that a query finds; see `KeptQuery` for what it may read.

    `along` names a foreign key whose object comes in the same statement, `beside` annotations that
    become attributes; fields `without` which they come are read when they are asked for.
    """

    def __init__(
        self,
        query: Callable[..., "QuerySet[M, M]"],
        model: type[M],
        *,
        along: str = "",
        beside: Sequence[str] = (),
        without: Collection[str] = (),
    ) -> None:
        self._model = model
        self._names = _names(model, without)
        self._along, self._beside = along, tuple(beside)
        field = model._meta.get_field(along) if along else None  # noqa: SLF001  Django's documented name
        self._other: type[Model] | None = None if field is None else field.related_model
        self._others = [] if self._other is None else _names(self._other, ())
        columns = (*self._names, *(f"{along}__{one}" for one in self._others), *beside)
        self._rows = KeptQuery(query, columns, _Cells)

    def first(
        self,
        viewer: Viewer | None = None,
        moment: Moment | None = None,
        order: Sequence[str] = ("pk",),
        *,
        about: Sequence[About] = (),
    ) -> M | None:
        """The first of them: one statement."""
        rows = self._rows.rows(viewer, moment, None, order, 1, about=about)
        return self._made(rows[0]) if rows else None

    def _made(self, cells: Sequence[Any]) -> M:
        own, others = len(self._names), len(self._others)
        found = self._model.from_db(DEFAULT_DB_ALIAS, self._names, cells[:own])
        if self._other is not None:
            told = cells[own : own + others]
            is_there = getattr(found, f"{self._along}_id") is not None
            other = self._other.from_db(DEFAULT_DB_ALIAS, self._others, told) if is_there else None
            setattr(found, self._along, other)
        for name, value in zip(self._beside, cells[own + others :], strict=True):
            setattr(found, name, value)
        return found


def _names(model: type[Model], without: Collection[str]) -> list[str]:
    fields = model._meta.concrete_fields  # noqa: SLF001  Django's documented name
    return [one.attname for one in fields if one.name not in without]
