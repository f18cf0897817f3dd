"""SPDX 3 graphs: facts, and what is refused."""

import json
from typing import Any

import pytest

from tests.vectors.sbom.collection import AMD64, DIGEST, Json, hashed, spdx3
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.facts import Document
from trustui.core.formats.sbom.bill import Bill
from trustui.core.formats.sbom.parse import parse


def read(value: Any) -> Bill:
    return parse(Document("bill", json.dumps(value).encode()))


def with_elements(*more: Json, **of_document: Any) -> Json:
    """A graph with more elements, and other members of its document."""
    value = spdx3({"name": "app"})
    for one in value["@graph"]:
        if one["type"] == "SpdxDocument":
            one.update(of_document)
    value["@graph"] += more
    return value


def test_a_graph_gives_its_facts() -> None:
    bill = read(spdx3({"name": "app", "verifiedUsing": [hashed(DIGEST)]}, {"name": "zlib"}))
    assert (bill.form, bill.version, bill.name, bill.parts) == ("SPDX", "3.0.1", "app", 2)
    assert bill.created == "2026-11-20T12:00:00Z"
    assert bill.creators == ("urn:x:elsewhere", "Tool: syft-2.0")
    assert [str(one) for one in bill.described] == ["app", "zlib"]
    assert bill.digests == (DIGEST,)


def test_the_package_url_of_a_package_may_stand_among_its_identifiers() -> None:
    other = {"externalIdentifierType": "cpe23", "identifier": f"cpe:{DIGEST}"}
    purl = {"externalIdentifierType": "packageUrl", "identifier": f"pkg:oci/app@{AMD64}"}
    bill = read(spdx3({"name": "app", "externalIdentifier": [other, purl]}))
    assert (str(bill.described[0]), bill.digests) == (f"pkg:oci/app@{AMD64}", (AMD64,))


def test_a_package_without_a_name_is_called_by_its_id() -> None:
    assert read(spdx3({"software_packageVersion": "1"})).described[0].name == "urn:x:0"


def test_other_integrity_methods_say_nothing_of_the_bytes() -> None:
    other = {"type": "PackageVerificationCode", "algorithm": "sha256", "hashValue": "00"}
    assert read(spdx3({"name": "app", "verifiedUsing": [other]})).digests == ()


def test_a_relationship_may_say_what_a_document_describes() -> None:
    described = {
        "spdxId": "urn:x:r",
        "type": "Relationship",
        "relationshipType": "describes",
        "from": "urn:x:document",
        "to": ["urn:x:file", "urn:x:not-here"],
    }
    contained = {**described, "spdxId": "urn:x:r2", "relationshipType": "contains"}
    file = {"spdxId": "urn:x:file", "type": "software_File", "name": "app.tar"}
    bill = read(with_elements(file, described, contained, rootElement=[]))
    assert [one.name for one in bill.described] == ["app.tar"]
    assert bill.parts == 1


def test_collections_that_are_about_one_another_come_to_an_end() -> None:
    circle = {"spdxId": "urn:x:b", "type": "Bom", "rootElement": ["urn:x:document", "urn:x:b"]}
    assert read(with_elements(circle, rootElement=["urn:x:b", "urn:x:b"])).described == ()


def test_the_creation_may_stand_in_the_document_itself() -> None:
    inline = {"type": "CreationInfo", "specVersion": "3.0.0"}
    bill = read(with_elements(creationInfo=inline))
    assert (bill.version, bill.created, bill.creators) == ("3.0.0", "", ())


REFUSED: dict[str, Json] = {
    "a context of somebody else": spdx3(**{"@context": "https://example.org/context.jsonld"}),
    "a context with terms of its own": spdx3(
        **{"@context": ["https://spdx.org/rdf/3.0.1/spdx-context.jsonld", {"name": "urn:y"}]}
    ),
    "no graph": spdx3(**{"@graph": []}),
    "elements that are no objects": spdx3(**{"@graph": ["SpdxDocument"]}),
    "an element without a type": with_elements({"spdxId": "urn:x:9"}),
    "an element without an id": with_elements({"type": "software_File"}),
    "two elements of one id": with_elements({"spdxId": "urn:x:0", "type": "software_File"}),
    "two documents": with_elements({"spdxId": "urn:x:9", "type": "SpdxDocument"}),
    "a creation that is not there": with_elements(creationInfo="_:other"),
    "no creation": with_elements(creationInfo=None),
    "another version": with_elements(creationInfo={"specVersion": "4.0.0"}),
    "a time that is none": with_elements(
        creationInfo={"specVersion": "3.0.1", "created": "yesterday"}
    ),
    "roots that are no list": with_elements(rootElement="urn:x:0"),
    "a relationship from nowhere": with_elements(
        {"spdxId": "urn:x:r", "type": "Relationship", "relationshipType": "describes"}
    ),
    "a hash that is too short": spdx3({"verifiedUsing": [hashed("sha256:00")]}),
    "a hash without a value": spdx3({"verifiedUsing": [{"type": "Hash", "algorithm": "sha256"}]}),
    "a package URL that is not said": spdx3(
        {"externalIdentifier": [{"externalIdentifierType": "packageUrl"}]}
    ),
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
def test_what_has_another_form_is_refused(value: Any) -> None:
    with pytest.raises(ParseError):
        read(value)


def test_an_endless_graph_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trustui.core.formats.sbom.spdx3.MAX_PARTS", 4)
    with pytest.raises(LimitExceeded):
        read(spdx3({"name": "a"}))
