"""The page of each check and finding, read from `docs/formats/*.md`.

One text is the documentation, the output of `trustui explain`, the help page, and the advice beside
a failed step (docs/adr/0005). A page is a `### id` heading and fields of one line each:

    **Title:** …    **Failing:** …   **Clause:** …    **Kind:** …    **Attack:** …
    **Meaning:** …  **Causes:** …    **How to check:** …    **Fix:** …

What can fail a document has the field Failing; a noted check has it where it may find fault.

Text outside such sections, and the headings above them, are for readers of the whole file.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

import msgspec

Kind: TypeAlias = Literal["check", "noted check", "finding"]
"""May fail a document; only ever informs; tells about the repository as a whole."""

_FIELDS = {
    "Title": "title",
    "Failing": "failing",
    "Clause": "clause",
    "Kind": "kind",
    "Attack": "attack",
    "Meaning": "meaning",
    "Causes": "causes",
    "How to check": "how_to_check",
    "Fix": "fix",
}
_MAY_FAIL, _NEVER_FAILS = "check", "finding"
"""The kinds of pages that have a field Failing, and that have none."""
_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+")
_FIELD = re.compile(r"\*\*([^*]+):\*\* +(\S.*)")
_FIRST_SENTENCE = re.compile(r".*?[.!?](?= |$)")


class CheckPage(msgspec.Struct, frozen=True):
    """What people are told about one id; every text is Markdown of one paragraph."""

    id: str
    title: str
    """The sentence that holds when the check passes, or what a finding found."""
    failing: str
    """How an answer goes on after "Failing: "; `{role}` stands for what it is about. Empty where
    the check finds no fault."""
    clause: str
    kind: Kind
    attack: str
    """Names of attacks, a colon, and what the attacker would gain; `none:` and why."""
    meaning: str
    causes: str
    """Likely causes, most likely first, divided by semicolons."""
    how_to_check: str
    fix: str
    book: str = ""
    """The title of the text that it stands in, such as `TUF`."""
    chapter: str = ""
    """Its chapter there, such as `Root`; what people look for it under."""

    @property
    def rule(self) -> str:
        """The clause that is answered for; where none demands it, what does."""
        return self.clause.removeprefix("none; ")

    @property
    def advice(self) -> str:
        """The first sentence of the fix: what to do, said alone."""
        sentence = _FIRST_SENTENCE.match(self.fix)
        return sentence.group() if sentence else self.fix

    def failing_on(self, role: str) -> str:
        """What is wrong when the check does not hold, about a role: `the role x has expired`."""
        return (self.failing or self.title).replace("{role}", role)

    @property
    def noticed(self) -> str:
        """What a finding of this id says: of a check that only informs, that it does not hold."""
        if self.kind != "noted check" or not self.failing:
            return self.title
        return f"{self.failing[0].upper()}{self.failing[1:]}"


def parse_pages(text: str) -> dict[str, CheckPage]:
    """Read the pages of one file, by id, in the order of the file.

    Raises ValueError, naming the section and the field, when a page or a field is there twice, a
    field is missing or unknown, a line is no field, or a heading is no id.
    """
    pages: dict[str, CheckPage] = {}
    for where, section, lines in _sections(text):
        if _ID.fullmatch(section) is None:
            raise ValueError(f"section {section!r} is no id of the form format.step.detail")
        if section in pages:
            raise ValueError(f"section {section} stands twice")
        pages[section] = _page(section, lines, *where)
    return pages


@cache
def load_pages() -> Mapping[str, CheckPage]:
    """All pages of all formats by id, from the installed package or else from the checkout.

    Raises FileNotFoundError when neither has them, ValueError as `parse_pages` does.
    """
    pages: dict[str, CheckPage] = {}
    for name, text in _texts(_pages_folder()):
        for page in parse_pages(text).values():
            if page.id in pages:
                raise ValueError(f"section {page.id} of {name} stands in another file too")
            pages[page.id] = page
    return MappingProxyType(pages)


def _sections(text: str) -> Iterator[tuple[tuple[str, str], str, list[str]]]:
    """The titles above a section, its own, and its lines."""
    book, chapter = "", ""
    section, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith(("# ", "## ", "### ")):
            if section:
                yield (book, chapter), section, lines
            section, lines = line[4:].strip() if line.startswith("### ") else "", []
            if line.startswith("# "):
                book, chapter = line[2:].strip(), ""
            elif line.startswith("## "):
                chapter = line[3:].strip()
        elif line.strip():
            lines.append(line)
    if section:
        yield (book, chapter), section, lines


def _page(section: str, lines: list[str], book: str, chapter: str) -> CheckPage:
    fields: dict[str, str] = {}
    for line in lines:
        match = _FIELD.fullmatch(line.rstrip())
        if match is None:
            raise ValueError(f"section {section}: a line is no field: {line[:60]!r}")
        name, value = match.groups()
        if name not in _FIELDS:
            raise ValueError(f"section {section}: unknown field {name}")
        if _FIELDS[name] in fields:
            raise ValueError(f"section {section}: field {name} stands twice")
        fields[_FIELDS[name]] = value
    may_fail = fields.get("kind") == _MAY_FAIL
    for name, member in _FIELDS.items():
        if member not in fields and (may_fail or member != "failing"):
            raise ValueError(f"section {section}: field {name} is missing")
    if fields["kind"] not in get_args(Kind):
        raise ValueError(f"section {section}: field Kind is {fields['kind']!r}")
    if fields["kind"] == _NEVER_FAILS and "failing" in fields:
        raise ValueError(f"section {section}: field Failing, but it fails nothing")
    given = {"id": section, "failing": "", "book": book, "chapter": chapter, **fields}
    return msgspec.convert(given, CheckPage)


def _pages_folder() -> Traversable:
    """A wheel carries the folder inside the package; a checkout has it beside the package."""
    package = files("trustui")
    for folder in (package / "docs" / "formats", _beside(package)):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"docs/formats is neither in nor beside {package}")


def _beside(package: Traversable) -> Path:
    return Path(str(package)).parent / "docs" / "formats"


def _texts(folder: Traversable) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".md"):
            yield file.name, file.read_text(encoding="utf-8")
