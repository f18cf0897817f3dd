"""docs/operate/commands.md names every verb and option, and what it shows works."""

import argparse
import getpass
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.core.trust_policy.notation.written import body, statement
from tests.simulators.command_line import Trustui
from tests.simulators.expecting import document
from tests.simulators.image_repository import files
from tests.simulators.notation_signer import world
from tests.simulators.served_folder import served_folder
from tests.simulators.server_process import Installation
from trustui.operate import verbs

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "operate" / "commands.md").read_text("utf-8")
EXAMPLES = [
    line
    for block in re.findall(r"^```\n(.+?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]
ON_ITS_OWN = {"serve": "a process, tested as one", "restore": "needs an empty database, below"}
POLICY = document(("registry.example/*", {"key": "cosign.pub"}))
SHARED = {"--help", "-h", "--as", "--reason", "--json"}


def leaves(parser: argparse.ArgumentParser, named: str) -> dict[str, argparse.ArgumentParser]:
    """Verb with its act -> its grammar."""
    below = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not below:
        return {named: parser}
    found: dict[str, argparse.ArgumentParser] = {}
    for name, sub in below[0].choices.items():
        found |= leaves(sub, f"{named} {name}".strip())
    return found


LEAVES = leaves(verbs.parser(), "")


def configured(folder: Path) -> None:
    """A directory as `~/.config/notation`."""
    store = folder / "truststore" / "x509" / "ca" / "acme"
    store.mkdir(parents=True)
    (store / "root.pem").write_bytes(world().root.pem)
    (folder / "trustpolicy.json").write_bytes(body(statement()))


@pytest.mark.parametrize("verb", LEAVES)
def test_every_verb_is_described_with_its_options(verb: str) -> None:
    assert f"`trustui {verb}" in PAGE or f"| `{verb}` |" in PAGE
    shown = [
        option
        for action in LEAVES[verb]._actions
        if action.help != argparse.SUPPRESS
        for option in action.option_strings
    ]
    assert [option for option in set(shown) - SHARED if f"`{option}" not in PAGE] == []


def test_no_option_is_described_that_there_is_none() -> None:
    there = {option for parser in LEAVES.values() for option in parser._option_string_actions}
    assert set(re.findall(r"`(--[a-z-]+)", PAGE)) <= there


def test_every_verb_has_an_example() -> None:
    shown = {" ".join(line.split()[1:3]) for line in EXAMPLES}
    alone = {line.split()[1] for line in EXAMPLES}
    assert LEAVES.keys() - shown - alone == {"clock confirm", "worker", "beat"}


@pytest.mark.usefixtures("place")
@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_the_examples_run_in_their_order(
    trustui: Trustui, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: "correct horse battery staple")
    served_folder(tmp_path / "mirrors" / "vendor")
    for name, given in (("cosign.pub", files()["key.pub"]), ("images.json", POLICY)):
        (tmp_path / "mirrors" / "vendor" / name).write_bytes(given)
    configured(tmp_path / "mirrors" / "vendor" / "notation")
    answers = tmp_path / "mirrors" / "vendor" / "revocation"
    answers.mkdir()
    (answers / "urls.json").write_text("[]")
    for line in EXAMPLES:
        program, *arguments = shlex.split(line.replace("/srv/", f"{tmp_path}/mirrors/"))
        assert program == "trustui"
        if arguments[0] not in ON_ITS_OWN:
            answer = trustui(*arguments)
            well = (0, 1) if arguments[0] == "status" else (0,)
            assert answer.status in well, (line, answer)
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite"):
        new = Installation(tmp_path / "new")
        new.data.mkdir()
        shutil.copy(settings.TRUSTUI.data / "log.key", new.data)
        new.must("restore", tmp_path / "mirrors" / "copies" / "monday")
