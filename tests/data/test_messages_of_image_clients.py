"""What the real clients wrote, and the classes of failures that people meet, are recognised."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trustui.core.client_messages import recognize

Json = dict[str, Any]

OTHERS_EXPLAIN = ("notation.",)
"""Classes whose client has texts of its own: tests/data/test_notation_signed.py."""
WITHOUT_PATTERN = {
    "identity.not-given": "--certificate-identity or --certificate-identity-regexp is required",
    "tuf.expired": "failed to decode timestamp.json: expired at",
    "mirror.signature-lost": "no signatures found",
    "bundle.threshold": "accepted signatures do not match threshold, Found: 0, Expected 1",
}
"""Classes whose pattern is more than the words themselves."""


SharedData = Callable[[str], Path]


def cases(shared_data: SharedData) -> list[Json]:
    path = shared_data("oci/cosign-signed") / "cases.json"
    found: list[Json] = json.loads(path.read_bytes())
    return found


def test_every_refusal_of_cosign_leads_to_its_check(shared_data: SharedData) -> None:
    """To the labelled one, or to two that it may be."""
    wrong = []
    refused = [case for case in cases(shared_data) if case["exit"]]
    for case in refused:
        found = recognize(case["stderr"])
        likeliest = found[0].checks[:2] if found else ()
        if case["first_failing_check"] not in likeliest:
            wrong.append((case["id"], case["first_failing_check"], likeliest))
    assert wrong == []
    assert len(refused) > 80


def test_nothing_is_recognised_where_cosign_is_content(shared_data: SharedData) -> None:
    accepted = [case for case in cases(shared_data) if not case["exit"]]
    assert len(accepted) > 40
    assert [case["id"] for case in accepted if recognize(case["stderr"])] == []


def test_every_class_of_failures_is_explained(shared_data: SharedData) -> None:
    path = shared_data("oci/failure-messages") / "messages.json"
    classes: list[Json] = json.loads(path.read_bytes())
    unexplained = []
    for one in classes:
        if one["id"].startswith(OTHERS_EXPLAIN):
            continue
        for text in _texts(one):
            found = recognize(text)
            if not found or not (found[0].checks or found[0].causes):
                unexplained.append((one["id"], text))
    assert unexplained == []


def _texts(one: Json) -> list[str]:
    """The words of a class, one text for each of its alternatives."""
    if one["id"] in WITHOUT_PATTERN:
        text = WITHOUT_PATTERN[one["id"]]
        pattern = one["pattern"].removeprefix("(after copy) ")
        assert re.search(pattern, text) or pattern in text
        return [text]
    return list(one["pattern"].split("|"))


@pytest.mark.parametrize("text", ["", "Verification for registry.example/app --"])
def test_what_is_no_failure_is_not_recognised(text: str) -> None:
    assert recognize(text) == ()
