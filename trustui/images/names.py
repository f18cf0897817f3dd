"""Names: which repositories of a registry a person chose (names, and patterns `PREFIX/*`), and how
names are found by a part of them.
"""

from collections.abc import Sequence

EVERYTHING = "*"


def named_exactly(choice: str) -> bool:
    """Whether this is the name of one repository, and no pattern."""
    return not choice.endswith(EVERYTHING)


def is_chosen(name: str, choices: Sequence[str]) -> bool:
    """Whether a repository is among those chosen; no choice at all means all.

    `PREFIX/*` is everything below PREFIX, at any depth; `*` is everything.
    """
    return not choices or any(_fits(name, choice) for choice in choices)


def _fits(name: str, choice: str) -> bool:
    if named_exactly(choice):
        return name == choice
    return name.startswith(choice.removesuffix(EVERYTHING))


def folded(text: str) -> str:
    """A name, or what is searched for in it, without regard to case: compared byte for byte."""
    return text.casefold()
