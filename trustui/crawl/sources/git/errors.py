"""What may be wrong with a repository, inside this source; outside of it, it is a Problem."""

import struct
import zlib

from dulwich.errors import ApplyDeltaError, FileFormatException
from dulwich.pack import PackFileDisappeared

from trustui.core.facts import ProblemKind


class GitError(Exception):
    """The repository cannot give what was asked for; becomes a Problem of this kind."""

    def __init__(self, kind: ProblemKind, because: str) -> None:
        super().__init__(because)
        self.kind = kind
        self.because = because


def unreadable(because: str) -> GitError:
    """Something is there, and is not what it should be."""
    return GitError(ProblemKind.UNREADABLE, because)


def too_long(max_bytes: int) -> GitError:
    """In the words of every other place."""
    return GitError(ProblemKind.TOO_LONG, f"more than {max_bytes:,} bytes")


MALFORMED = (
    ApplyDeltaError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    FileFormatException,
    LookupError,
    MemoryError,
    PackFileDisappeared,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What the parsers of dulwich raise for bytes that are no git (found by tests/crawl, by mutation)."""
