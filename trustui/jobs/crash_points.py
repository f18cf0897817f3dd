"""Named places at which a test ends the process, to see that nothing is lost (docs/operate/jobs.md).

In use they cost one comparison and do nothing: only a test installs something to be called.
"""

from collections.abc import Callable

POINTS = (
    "jobs.claimed",
    "jobs.prepared",
    "jobs.delivered",
    "jobs.checked",
    "jobs.recorded",
    "jobs.finished",
    "jobs.committed",
    "jobs.renewed",
    "jobs.handed_back",
    "jobs.died",
)
"""The places in this package, in the order of a job's life."""

_visit: Callable[[str], None] | None = None


def reached(name: str) -> None:
    """The process is at this place."""
    if _visit is not None:
        _visit(name)


def install(visit: Callable[[str], None] | None) -> None:
    """Have a function called at every place; None ends that. For tests only."""
    global _visit  # noqa: PLW0603  one switch for the process
    _visit = visit
