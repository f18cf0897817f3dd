"""Bills of materials: the form is told by a member, and anything else is refused."""

import json
from typing import Any

import pytest

from tests.vectors.sbom.collection import cyclonedx, spdx, spdx3
from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.sbom.parse import parse


def document(value: Any) -> Document:
    return Document("bill", json.dumps(value).encode())


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (spdx(), ("SPDX", "2.3")),
        (spdx3(), ("SPDX", "3.0.1")),
        (cyclonedx(), ("CycloneDX", "1.6")),
    ],
    ids=["SPDX 2", "SPDX 3", "CycloneDX"],
)
def test_each_form_is_known_by_a_member(value: Any, form: tuple[str, str]) -> None:
    bill = parse(document(value))
    assert (bill.form, bill.version) == form


@pytest.mark.parametrize("value", [[], {}, {"name": "app"}, "SPDX-2.3"])
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(ParseError):
        parse(document(value))
