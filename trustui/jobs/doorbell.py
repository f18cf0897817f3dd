"""Telling workers that something is due. Losing a ring costs a delay, never a job (ADR 0011)."""

from collections.abc import Callable

from django.db import transaction

_ring: Callable[[], None] | None = None


def connect(ring: Callable[[], None] | None) -> None:
    """What this process calls after a job that is due was committed. None: nothing.

    The call must not take long; what it raises is logged and goes no further.
    """
    global _ring  # noqa: PLW0603  one doorbell for the process
    _ring = ring


def ring_on_commit() -> None:
    """Ring once the present transaction is committed; at once without one."""
    if _ring is not None:
        transaction.on_commit(_ring, robust=True)
