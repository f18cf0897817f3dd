"""Every check and finding has its page, and an exception inside a check never passes."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.core.images.notation.signed import ask, ask_of_file, signed
from tests.core.images.notation.test_blob import SIGNATURE
from tests.simulators.notation_signer import BLOB
from trustui.core.images import checks as of_images
from trustui.core.images.notation.checks import CHECKS, FINDINGS
from trustui.core.registry import FORMATS
from trustui.core.trace import Chain, Check, Judgement, Outcome, Step

PROJECT = Path(__file__).resolve().parents[4]


def test_every_check_and_finding_has_its_page_and_every_page_its_check() -> None:
    text = (PROJECT / "docs" / "formats" / "notation_policy.md").read_text(encoding="utf-8")
    described = re.findall(r"^### (\S+)$", text, re.MULTILINE)
    assert sorted(described) == sorted({*(check.id for check in CHECKS), *FINDINGS})


def test_ids_are_unique_and_of_no_format() -> None:
    ids = [check.id for check in CHECKS]
    others = {check.id for format_ in FORMATS for check in format_.checks}
    others |= {check.id for check in of_images.CHECKS}
    assert len(set(ids)) == len(ids)
    assert set(ids) & others == set()


@pytest.mark.parametrize(
    "check", [one for one in CHECKS if one.id != "policy.form"], ids=lambda check: check.id
)
def test_a_check_that_breaks_never_passes(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, _ = signed()
    assert ask(repository).trace.outcome is Outcome.PASSED
    judge = Chain.judge

    def broken(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError("forced by the test")

    def judge_or_break(
        self: Chain, asked: Check, answer: Callable[..., Judgement], *args: Any, **kwargs: Any
    ) -> Step:
        return judge(self, asked, broken if asked.id == check.id else answer, *args, **kwargs)

    monkeypatch.setattr(Chain, "judge", judge_or_break)
    found = ask(repository)
    assert (found.first, found.trace.outcome) == (check.id, Outcome.FAILED)
    if check.id in {"notation.policy", "notation.skip", "notation.resolve"}:
        assert ask_of_file(SIGNATURE, BLOB).trace.outcome is not Outcome.PASSED
