"""SPDX 2 documents: facts, and what is refused."""

import json
from typing import Any

import pytest

from tests.vectors.sbom.collection import DIGEST, Json, purl, spdx
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.facts import Document
from trustui.core.formats.sbom.bill import Bill
from trustui.core.formats.sbom.parse import parse


def read(value: Any) -> Bill:
    return parse(Document("bill", json.dumps(value).encode()))


def test_an_spdx_document_gives_its_facts() -> None:
    bill = read(spdx(purl(DIGEST), {"name": "zlib"}))
    assert (bill.form, bill.version, bill.name, bill.parts) == ("SPDX", "2.3", "app", 2)
    assert (bill.created, bill.creators) == ("2026-11-20T12:00:00Z", ("Tool: syft-1.30.0",))
    assert bill.digests == (DIGEST,)
    assert str(bill.described[0]).startswith("pkg:oci/app@sha256%3A")
    assert str(bill.described[1]) == "zlib"


def test_references_of_other_kinds_are_passed_over() -> None:
    reference = {"referenceType": "cpe23Type", "referenceLocator": f"cpe:{DIGEST}"}
    assert read(spdx({"name": "app", "externalRefs": [reference]})).digests == ()


def test_other_relationships_describe_nothing() -> None:
    other = {
        "spdxElementId": "SPDXRef-0",
        "relatedSpdxElement": "SPDXRef-DOCUMENT",
        "relationshipType": "CONTAINS",
    }
    assert read(spdx(purl(DIGEST), relationships=[other])).described == ()


REFUSED: dict[str, Json] = {
    "another version of SPDX": spdx(spdxVersion="SPDX-3.0"),
    "another name of the document": spdx(SPDXID="SPDXRef-0"),
    "no creation": spdx(creationInfo=None),
    "a time that is none": spdx(creationInfo={"created": "yesterday"}),
    "creators that are no texts": spdx(creationInfo={"creators": [1]}),
    "no name": spdx(name=""),
    "packages that are no list": spdx(packages={}),
    "a package without a name": spdx({"versionInfo": "1"}),
    "a checksum without a value": spdx({"name": "a", "checksums": [{"algorithm": "SHA256"}]}),
    "a checksum that is too short": spdx(
        {"name": "a", "checksums": [{"algorithm": "SHA256", "checksumValue": "00"}]}
    ),
    "a checksum that is no number": spdx(
        {"name": "a", "checksums": [{"algorithm": "SHA256", "checksumValue": "z" * 64}]}
    ),
    "a relationship to nothing": spdx(relationships=[{"spdxElementId": "SPDXRef-DOCUMENT"}]),
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_what_has_another_form_is_refused(value: Any) -> None:
    with pytest.raises(ParseError):
        read(value)


def test_an_endless_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trustui.core.formats.sbom.spdx.MAX_PARTS", 1)
    with pytest.raises(LimitExceeded):
        read(spdx({"name": "a"}, {"name": "b"}))
