"""What core may raise; everything else that a document does wrong is a step of a trace.

TrustError
 ├─ ParseError      the bytes are not what they claim to be
 └─ LimitExceeded   the bytes may be honest, but are more than we are willing to read
"""


class TrustError(Exception):
    """Base of all errors that core raises about its input."""


class ParseError(TrustError):
    """The bytes do not have the promised form.

    ``check`` is the id of the check that the bytes fail (`docs/formats/`), or "" where the
    caller has to say; ``expected`` and ``found`` are short texts for people.
    """

    def __init__(
        self, because: str, *, check: str = "", expected: str = "", found: str = ""
    ) -> None:
        super().__init__(because)
        self.because = because
        self.check = check
        self.expected = expected
        self.found = found

    @property
    def in_words(self) -> str:
        """The whole of it, `BECAUSE: expected X, found Y`, as far as it is stated."""
        both = (("expected", self.expected), ("found", self.found))
        told = ", ".join(f"{word} {text}" for word, text in both if text)
        return f"{self.because}: {told}" if told else self.because


class LimitExceeded(ParseError):  # noqa: N818  the name says what happened
    """A bound of `limits` was passed; nothing beyond it was read."""
