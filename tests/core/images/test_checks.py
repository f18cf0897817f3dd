"""Every check and finding of images has its page, and an exception inside a check never passes."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.core.images.verified import bundle, first, under_policies
from tests.simulators.image_repository import BY_KEY, NAME, Repository
from trustui.core.images.checks import CHECKS, FINDINGS
from trustui.core.oci.discovery import OPENING
from trustui.core.registry import FORMATS
from trustui.core.trace import Chain, Check, Judgement, Outcome, Step
from trustui.demo.images.repository import attach_bundle, image

PROJECT = Path(__file__).resolve().parents[3]
OF_A_LIST = {check.id for check in OPENING} - {"registry.digest"}
"""They judge what a list names; what fails there is not attached, and `registry.find` says so."""


def signed() -> Repository:
    repository = Repository()
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest))
    return repository


POLICY = {
    "repositories": [NAME],
    "require": [{"at_least": 1, "of": [BY_KEY, {**BY_KEY, "sct": "ignored"}]}],
}


def test_every_check_and_finding_has_its_page_and_every_page_its_check() -> None:
    text = (PROJECT / "docs" / "formats" / "oci.md").read_text(encoding="utf-8")
    described = re.findall(r"^### (\S+)$", text, re.MULTILINE)
    assert sorted(described) == sorted({*(check.id for check in CHECKS), *FINDINGS})


def test_ids_are_unique_and_of_no_format() -> None:
    ids = [check.id for check in CHECKS]
    of_formats = {check.id for format_ in FORMATS for check in format_.checks}
    assert len(set(ids)) == len(ids)
    assert set(ids) & of_formats == set()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_that_breaks_never_passes(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = signed()
    assert under_policies(repository, POLICY)[0].outcome is Outcome.PASSED
    judge = Chain.judge

    def broken(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError("forced by the test")

    def judge_or_break(
        self: Chain, asked: Check, answer: Callable[..., Judgement], *args: Any, **kwargs: Any
    ) -> Step:
        return judge(self, asked, broken if asked.id == check.id else answer, *args, **kwargs)

    monkeypatch.setattr(Chain, "judge", judge_or_break)
    one, _ = under_policies(repository, POLICY)
    assert any(step.check == check.id for step in one.steps)
    assert one.outcome is not Outcome.PASSED
    assert first(one) == ("registry.find" if check.id in OF_A_LIST else check.id)
