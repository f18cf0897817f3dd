"""The verbs of the server are those that the command line hands over."""

import argparse

import pytest

from tests.simulators.command_line import Trustui
from trustui.cli import server
from trustui.operate import status, verbs
from trustui.operate.arguments import Failed, Refused


def verbs_of(parser: argparse.ArgumentParser) -> argparse._SubParsersAction:  # type: ignore[type-arg]
    (found,) = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    return found


def test_the_command_line_knows_every_verb_in_the_same_words() -> None:
    described = verbs_of(verbs.parser())._choices_actions
    assert {one.dest: one.help for one in described} == server.VERBS
    assert list(verbs.VERBS) == list(server.VERBS)


def leaves(
    parser: argparse.ArgumentParser, named: str
) -> list[tuple[str, argparse.ArgumentParser]]:
    below = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not below:
        return [(named, parser)]
    return [
        leaf
        for name, sub in below[0].choices.items()
        for leaf in leaves(sub, f"{named} {name}".strip())
    ]


PROCESSES = {"serve", "worker", "beat"}
"""They answer to signals, and with a log."""
LEAVES = dict(leaves(verbs.parser(), ""))


@pytest.mark.parametrize("verb", sorted(LEAVES.keys() - PROCESSES))
def test_every_verb_can_answer_in_json(verb: str) -> None:
    assert "--json" in LEAVES[verb]._option_string_actions


@pytest.mark.parametrize("verb", sorted(LEAVES))
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        verbs.run([*verb.split(), "--help"])
    assert ended.value.code == 0
    assert f"usage: trustui {verb}" in capsys.readouterr().out


@pytest.mark.parametrize("verb", sorted(LEAVES))
def test_what_no_verb_takes_is_refused(verb: str, trustui: Trustui) -> None:
    answer = trustui(*verb.split(), "--nonsense")
    assert answer.status == 2
    assert answer.out == ""


@pytest.mark.parametrize(("raised", "expected"), [(Refused, 2), (Failed, 1)])
def test_the_exit_status_tells_wrong_arguments_from_a_failure(
    raised: type[Exception],
    expected: int,
    trustui: Trustui,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(_: argparse.Namespace) -> int:
        raise raised("expected this, found that")

    monkeypatch.setattr(status, "run", run)
    answer = trustui("status")
    assert (answer.status, answer.err) == (expected, "trustui: expected this, found that\n")
