"""The command `trustui`, run inside the test's own process."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import msgspec
import pytest

from trustui.cli.main import main


class Answer(NamedTuple):
    """What a person or a script gets: exit status, standard output, standard error."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output; anything else there is an error."""
        decoded: dict[str, Any] = msgspec.json.decode(self.out, type=dict[str, Any])
        return decoded

    def steps(self, check: str) -> list[dict[str, Any]]:
        return [step for step in self.json["steps"] if step["check"] == check]

    def step(self, check: str) -> dict[str, Any]:
        """The only step of a check."""
        (step,) = self.steps(check)
        return step

    @property
    def first_failing(self) -> str | None:
        """The check of the first failed step that is not moot, else of the first undecided one."""
        for outcome in ("failed", "undecided"):
            for step in self.json["steps"]:
                if step["outcome"] == outcome and step["moot_because"] is None:
                    return str(step["check"])
        return None


Trustui: TypeAlias = Callable[..., Answer]
"""Takes arguments, which are turned into text."""


def command_line(capsys: pytest.CaptureFixture[str]) -> Trustui:
    def trustui(*arguments: object) -> Answer:
        capsys.readouterr()
        status: object
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        if not isinstance(status, int):
            raise TypeError(f"Expected an exit status, instead got {status!r}")
        return Answer(status, *capsys.readouterr())

    return trustui
