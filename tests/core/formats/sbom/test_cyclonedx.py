"""CycloneDX bills: facts, and what is refused."""

import json
from typing import Any

import pytest

from tests.vectors.sbom.collection import AMD64, DIGEST, Json, cyclonedx
from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.sbom.bill import Bill
from trustui.core.formats.sbom.parse import parse


def read(value: Any) -> Bill:
    return parse(Document("bill", json.dumps(value).encode()))


def test_a_cyclonedx_bill_gives_its_facts() -> None:
    bill = read(cyclonedx({"name": "app", "version": "1.0", "purl": f"pkg:oci/app@{AMD64}"}))
    assert (bill.form, bill.version, bill.parts) == ("CycloneDX", "1.6", 1)
    assert (bill.creators, bill.digests) == (("syft 1.30.0",), (AMD64,))


def test_the_tools_of_older_cyclonedx_are_a_list() -> None:
    bill = read(cyclonedx(metadata={"tools": [{"name": "trivy", "version": "0.50"}]}))
    assert (bill.creators, bill.described, bill.created) == (("trivy 0.50",), (), "")


def test_a_bill_may_say_almost_nothing() -> None:
    bill = read({"bomFormat": "CycloneDX", "specVersion": "1.4"})
    assert (bill.described, bill.parts, bill.creators) == ((), 0, ())


def test_the_hashes_of_a_component_are_its_digests() -> None:
    hashes = [
        {"alg": "SHA-256", "content": DIGEST.removeprefix("sha256:")},
        {"alg": "MD5", "content": "00"},
    ]
    assert read(cyclonedx({"name": "app", "hashes": hashes})).digests == (DIGEST,)


REFUSED: dict[str, Json] = {
    "another form": {"bomFormat": "cyclonedx", "specVersion": "1.6"},
    "another version of CycloneDX": cyclonedx(specVersion="2.0"),
    "a component without a type": cyclonedx(components=[{"name": "zlib"}]),
    "a component that is a text": cyclonedx(metadata={"component": "app"}),
    "tools that are a text": cyclonedx(metadata={"tools": "syft"}),
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_what_has_another_form_is_refused(value: Any) -> None:
    with pytest.raises(ParseError):
        read(value)
