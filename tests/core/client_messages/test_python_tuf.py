"""The messages of python-tuf are those that the installed python-tuf has in its source."""

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from trustui.core.client_messages.message import Message
from trustui.core.client_messages.python_tuf import CLIENT

OTHERS = {" Client Error: ", " Server Error: "}
"""Written by requests (`Response.raise_for_status`), which python-tuf puts into its own error."""


def literals_in(node: ast.expr) -> str:
    """A string as its literal text, with a NUL for each value that is put in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(literals_in(value) for value in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "\0"


def strings_of(package: str) -> Iterator[str]:
    for path in Path(str(files(package))).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr | ast.Constant):
                yield literals_in(node)


@pytest.fixture(scope="module")
def said() -> set[str]:
    """Messages of the source; `%s` of logging counts as a place, as `{…}` does."""
    return {text.replace("%s", "\0") for text in strings_of("tuf")}


@pytest.mark.parametrize("message", CLIENT.messages, ids=lambda message: message.template)
def test_the_installed_client_says_it(message: Message, said: set[str]) -> None:
    parts = list(Formatter().parse(message.template))
    if any(literal in OTHERS for literal, *_ in parts):
        assert parts[-1][1] == "url"
        return
    template = "".join(literal + ("\0" if name else "") for literal, name, *_ in parts)
    if template.startswith("tuf.api.exceptions."):
        module, _, name = template.rpartition(".")
        assert hasattr(__import__(module, fromlist=[name]), name)
        return
    template = template.replace("\0.json", "\0")  # it puts in the name of the file
    # Templates may stop before a value that says nothing; the client's text then goes on.
    assert any(text.startswith(template) for text in said), template
