"""What the components of a page are made of: values that say what is shown, not how.

`sign` is the name of a shape everywhere: ok, soon, bad, unknown, none, moot or noted.
"""

from datetime import datetime

import msgspec

from trustui.core.diff.change import Effect
from trustui.core.trace import Outcome
from trustui.pages.words import OUTCOME_SIGNS, SIGN_WORDS


class Part(msgspec.Struct, frozen=True):
    """A piece of a sentence; `kind` is empty, `name` for what stands out, `code` for paths and ids."""

    text: str
    kind: str = ""


class ChangeLine(msgspec.Struct, frozen=True):
    """One change of trust in words."""

    mark: str
    """`+`, `-` or `~`."""
    parts: tuple[Part, ...]
    badge: str = Effect.NEUTRAL.value
    """`widens`, `narrows`, `neutral`, or why to look here."""
    sign: str = "none"
    when: str = ""


class Labelled(msgspec.Struct, frozen=True):
    """A label with its text."""

    label: str
    text: str
    is_wide: bool = False
    is_code: bool = False


class StepLine(msgspec.Struct, frozen=True):
    """One step of a verification."""

    number: int
    outcome: Outcome
    name: str
    """The sentence of the check."""
    check_id: str
    found: str
    clause: str
    rests_on: str = ""
    """The broken step because of which this one decides nothing; then it is shown as moot."""
    more: tuple[Labelled, ...] = ()
    excerpt: str = ""
    """The bytes in question, as text."""
    href: str = ""
    """The help page of the check."""

    @property
    def is_moot(self) -> bool:
        """Whether it rests on something broken."""
        return bool(self.rests_on)

    @property
    def sign(self) -> str:
        """The shape of its outcome."""
        return "moot" if self.is_moot else OUTCOME_SIGNS[self.outcome]

    @property
    def word(self) -> str:
        """Its outcome as it is read aloud."""
        return f"would have {self.outcome}" if self.is_moot else str(self.outcome)


class StepGroup(msgspec.Struct, frozen=True):
    """Steps about one thing."""

    name: str
    sign: str
    tail: str
    """What holds of the group as a whole, such as `expires in 212 days`."""
    steps: tuple[StepLine, ...]
    is_open: bool = True
    told: str = ""
    """How many of its steps went how; for whoever leaves it closed."""

    @property
    def word(self) -> str:
        """Its state as it is read aloud."""
        return SIGN_WORDS[self.sign]


class Fact(msgspec.Struct, frozen=True):
    """One of the facts that are often confused: a label, a state in words, a note."""

    label: str
    sign: str
    word: str
    note: str = ""


class Field(msgspec.Struct, frozen=True):
    """One field of a filter bar; with `options` one of them, otherwise text of the given kind."""

    name: str
    label: str
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """Values with their words; the first is what holds without a choice."""
    kind: str = "search"


class Progress(msgspec.Struct, frozen=True):
    """Work that goes on: how far it is and what it does now."""

    what: str
    done: int | None = None
    total: int | None = None
    """None: not known yet."""
    current: str = ""
    since: datetime | None = None


class TreeRow(msgspec.Struct, frozen=True):
    """One row of a treegrid."""

    row_id: str
    level: int
    position: int
    """Among its siblings, from 1."""
    siblings: int
    name: str
    sign: str
    word: str
    href: str = ""
    note: str = ""
    """What is worth saying about the node, such as `terminating` or `see above`."""
    threshold: str = ""
    version: str = ""
    expires: str = ""
    paths: str = ""
    is_open: bool | None = None
    """None: it has no children."""
    is_shown: bool = True
    loads: str = ""
    """The address of its children, where they are loaded on demand."""
    is_walked: bool = False
