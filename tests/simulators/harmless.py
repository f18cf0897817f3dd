"""Whether an answer of the server can do harm, or hides something, whatever names stand in it."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from tests.simulators.hostile_repository import hides

_ACTIVE = frozenset(
    {"iframe", "object", "embed", "img", "base", "style", "applet", "frame", "math"}
)
"""Elements that no page of ours has."""
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "hx-get", "hx-post", "xlink:href"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"-\d+(\.\d+)?")
RAW = "application/octet-stream"
"""Bytes as they came, which a browser saves and does not show."""


def harms(body: bytes, content_type: str) -> list[str]:
    """What is wrong with an answer, in a line each."""
    kind = content_type.partition(";")[0].strip()
    if kind == RAW:
        return []
    text = body.decode()  # whatever is no UTF-8 raises
    judges = {
        "text/html": _of_page,
        "image/svg+xml": _of_picture,
        "text/csv": _of_table,
        "application/json": _of_json,
        "application/problem+json": _of_json,
        "application/jsonl": _of_lines,
    }
    return list(judges.get(kind, _of_text)(text))


def _of_text(text: str) -> Iterator[str]:
    if hides(text):
        yield f"hides something: {text[:100]!r}"


def _of_json(text: str) -> Iterator[str]:
    """Whoever decodes it gets the text as it is; whoever reads the file sees every character."""
    json.loads(text)
    yield from _of_text(text)


def _of_lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from _of_json(line)


def _of_table(text: str) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for row in rows:
        if len(row) != len(rows[0]):
            yield f"{len(row)} cells instead of {len(rows[0])}: {row}"
        for cell in row:
            if cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell):
                yield f"a formula: {cell[:100]!r}"
            if hides(cell):
                yield f"hides something: {cell[:100]!r}"


def _of_picture(text: str) -> Iterator[str]:
    yield from _of_text(html.unescape(text))
    for element in ET.fromstring(text).iter():  # noqa: S314  our own answer
        name = element.tag.rpartition("}")[2].lower()
        if name in {"script", "foreignobject", "image", "use", "animate", "set"}:
            yield f"<{name}> in a picture"
        yield from _of_attributes(name, [(key, value) for key, value in element.attrib.items()])


def _of_page(text: str) -> Iterator[str]:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    yield from reader.found
    yield from _of_text("".join(reader.texts))


def _of_attributes(tag: str, attributes: list[tuple[str, str | None]]) -> Iterator[str]:
    for name, value in attributes:
        given = (value or "").strip().lower()
        if name.lower().startswith("on") or name in {"style", "srcdoc"}:
            yield f"<{tag} {name}=…>"
        if (
            name.rpartition("}")[2] in _ADDRESSES
            and not given.startswith(("/", "#", "?"))
            and given
        ):
            yield f"<{tag} {name}={given[:60]!r}>"
        if name.rpartition("}")[2] in _ADDRESSES and given.startswith("//"):
            yield f"<{tag} {name}={given[:60]!r}>"
        is_typed = (
            tag == "input" and name == "value"
        )  # somebody's own text, to be changed and sent again
        if hides(value or "") and not is_typed:
            yield f"<{tag} {name}> hides something: {given[:60]!r}"


class _Reader(HTMLParser):
    """Reads a page as it came; `found` are its faults, `texts` what is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE:
            self.found.append(f"<{tag}>")
        if tag == "script" and not self._is_data_or_file(dict(attrs)):
            self.found.append("a script of the page's own")
        if tag == "meta" and "http-equiv" in dict(attrs):
            self.found.append("<meta http-equiv>")
        self.found += _of_attributes(tag, attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @staticmethod
    def _is_data_or_file(attributes: dict[str, str | None]) -> bool:
        src = attributes.get("src")
        return (src or "").startswith("/static/") or attributes.get("type") == "application/json"
