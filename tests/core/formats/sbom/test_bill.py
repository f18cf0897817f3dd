"""Bills of materials: facts, and what is refused."""

import json
from typing import Any

import pytest

from tests.vectors.sbom.collection import AMD64, DIGEST, Json, cyclonedx, purl, spdx
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.facts import Document
from trustui.core.formats.sbom.bill import Bill, parse


def read(value: Any) -> Bill:
    return parse(Document("bill", json.dumps(value).encode()))


def test_an_spdx_document_gives_its_facts() -> None:
    bill = read(spdx(purl(DIGEST), {"name": "zlib"}))
    assert (bill.form, bill.version, bill.name, bill.parts) == ("SPDX", "2.3", "app", 2)
    assert (bill.created, bill.creators) == ("2026-11-20T12:00:00Z", ("Tool: syft-1.30.0",))
    assert bill.digests == (DIGEST,)
    assert str(bill.described[0]).startswith("pkg:oci/app@sha256%3A")
    assert str(bill.described[1]) == "zlib"


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


def test_a_digest_that_stands_twice_counts_once() -> None:
    sums = [{"algorithm": "SHA256", "checksumValue": DIGEST.removeprefix("sha256:")}]
    bill = read(spdx({**purl(DIGEST), "versionInfo": DIGEST, "checksums": sums}))
    assert bill.described[0].digests == (DIGEST,)


@pytest.mark.parametrize(
    "version", [f"x{DIGEST}", f"{DIGEST}0", "sha256:abc", f"SHA256:{'a1' * 32}", "1.0"]
)
def test_what_only_looks_like_a_digest_is_none(version: str) -> None:
    assert read(cyclonedx({"name": "app", "version": version})).digests == ()


def test_checksums_that_no_registry_uses_are_passed_over() -> None:
    sums = [{"algorithm": "MD5", "checksumValue": "00"}]
    assert read(spdx({"name": "app", "checksums": sums})).digests == ()


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


REFUSED: dict[str, Json | list[Any]] = {
    "a list": [],
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


def test_an_endless_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trustui.core.formats.sbom.bill.MAX_PARTS", 1)
    with pytest.raises(LimitExceeded):
        read(spdx({"name": "a"}, {"name": "b"}))
