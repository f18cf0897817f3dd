"""Reading local files under a folder, with the limits and problems of every other place."""

from pathlib import Path

from trustui.core.facts import Document, Problem, ProblemKind

MAX_NAME_BYTES = 255
"""What the usual file systems allow for one name."""


def read_file(path: Path, max_length: int, below: Path | None = None) -> Document | Problem:
    """A file's bytes, or why there are none. With `below`, a link that leads out is refused."""
    location = str(path)
    if len(path.name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        return Problem(location[:300], ProblemKind.ABSENT, "no file can have a name this long")
    try:
        if below is not None and not path.resolve().is_relative_to(below.resolve()):
            return Problem(location, ProblemKind.REFUSED, "a link leads out of the folder")
        with path.open("rb") as file:
            body = file.read(max_length + 1)
    except FileNotFoundError:
        return Problem(location, ProblemKind.ABSENT, "no such file")
    except (OSError, ValueError) as error:
        return Problem(location, ProblemKind.UNREADABLE, _words(error))
    if len(body) > max_length:
        return Problem(location, ProblemKind.TOO_LONG, f"more than {max_length:,} bytes")
    return Document(location, body)


def _words(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
