"""Reading local files under a folder, with the limits and problems of every other place."""

from pathlib import Path

from trustui.core.facts import Document, Problem, ProblemKind

MAX_NAME_BYTES = 255
"""What the usual file systems allow for one name."""


def read_file(path: Path, max_length: int, below: Path | None = None) -> Document | Problem:
    """A file's bytes, or why there are none.

    With `below`, what is no plain file inside that folder is refused: links that lead out of it,
    pipes and devices, which may never end. A file that a person named may be any of these.
    """
    location = str(path)
    if len(path.name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        return Problem(location[:300], ProblemKind.ABSENT, "no file can have a name this long")
    try:
        because = None if below is None else _why_not_here(path, below)
        if because is not None:
            return Problem(location, ProblemKind.REFUSED, because)
        with path.open("rb") as file:
            body = file.read(max_length + 1)
    except FileNotFoundError:
        return Problem(location, ProblemKind.ABSENT, "no such file")
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a loop of links, in 3.11
        return Problem(location, ProblemKind.UNREADABLE, _words(error))
    if len(body) > max_length:
        return Problem(location, ProblemKind.TOO_LONG, f"more than {max_length:,} bytes")
    return Document(location, body)


def names_in(folder: Path) -> list[str]:
    """The names in a folder, sorted; none where there is no folder or it cannot be read."""
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except (OSError, ValueError):
        return []


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder; a path that no system can have is not there."""
    try:
        path.stat()
    except (OSError, ValueError):
        return False
    return True


def _why_not_here(path: Path, below: Path) -> str | None:
    real = path.resolve()
    if not real.is_relative_to(below.resolve()):
        return "a link leads out of the folder"
    if real.exists() and not real.is_file() and not real.is_dir():
        return "it is no plain file"
    return None


def _words(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
