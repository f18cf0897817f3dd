"""A bill in lines for people."""

import json

from tests.vectors.sbom.collection import DIGEST, Json, cyclonedx, purl, spdx
from trustui.core.facts import Document
from trustui.core.formats.sbom.parse import parse
from trustui.core.formats.sbom.readable import readable
from trustui.core.primitives.text import has_hidden_characters


def lines(bill: Json) -> list[tuple[str, str]]:
    read = parse(Document("bill", json.dumps(bill).encode()))
    return [(one.label, one.text) for one in readable(read)]


def test_it_says_form_subject_size_and_maker() -> None:
    assert lines(spdx(purl(DIGEST))) == [
        ("form", "SPDX 2.3"),
        ("name", "app"),
        ("about", f"pkg:oci/app@{DIGEST.replace(':', '%3A')}?repository_url=registry.example/app"),
        ("digest", DIGEST),
        ("parts", "1 package"),
        ("created", "2026-11-20T12:00:00Z"),
        ("by", "Tool: syft-1.30.0"),
    ]


def test_what_a_bill_does_not_say_is_left_out() -> None:
    bill = cyclonedx(serialNumber="", metadata={})
    assert lines(bill) == [("form", "CycloneDX 1.6"), ("parts", "1 component")]


def test_hidden_characters_are_made_visible() -> None:
    told = lines(cyclonedx({"name": "a\u202epp"}))
    assert ("about", "a\\u{202E}pp") in told
    assert not any(has_hidden_characters(text) for _, text in told)
