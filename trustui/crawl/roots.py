"""Which local paths may be read: those below the folders that the settings name."""

from collections.abc import Sequence
from pathlib import Path

from trustui.core.facts import Problem, ProblemKind
from trustui.core.primitives.text import visible


class OutsideRootsError(ValueError):
    """A path that may not be read; the message says what was expected and found."""


def check_below(path: str | Path, roots: Sequence[Path]) -> Path:
    """The path without links, when it is a folder or file below one of `roots`, or not there.

    Raises OutsideRootsError for everything else: a path that is not absolute or has `..`, a link
    that leads out, a pipe, a socket or a device, which may never end.
    """
    named = Path(path)
    if not named.is_absolute():
        raise _refused(named, roots, "it is not absolute")
    if ".." in named.parts:
        raise _refused(named, roots, "it has ..")
    try:
        real = named.resolve()
        is_below = any(real.is_relative_to(root.resolve()) for root in roots)
        is_special = real.exists() and not real.is_dir() and not real.is_file()
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a loop of links, in 3.11
        raise _refused(named, roots, str(error)) from error
    if not is_below:
        stands_below = any(named.is_relative_to(root) for root in roots)
        because = "a link leads out of there" if stands_below else "it is elsewhere"
        raise _refused(named, roots, because)
    if is_special:
        raise _refused(named, roots, "it is no folder and no plain file")
    return real


def refusal(location: str, roots: Sequence[Path] | None) -> Problem | None:
    """Why a source may not read this path, or None where it may; no roots at all allow any."""
    if roots is None:
        return None
    try:
        check_below(location, roots)
    except OutsideRootsError as error:
        return Problem(location, ProblemKind.REFUSED, str(error))
    return None


def _refused(path: Path, roots: Sequence[Path], because: str) -> OutsideRootsError:
    allowed = " or ".join(visible(str(root)) for root in roots) or "a local root; none is set"
    found = visible(str(path))
    return OutsideRootsError(f"expected a path below {allowed}, found {found}: {visible(because)}")
