"""Scenarios of bills of materials, as Syft 1 and BuildKit 0.15 write them unless a name says more."""

import json
from typing import Any

from tests.simulators.sigstore_stack import NOW
from tests.vectors.scenario import Table, Told
from trustui.core.facts import Document
from trustui.core.formats.sbom.verify import CHECKS, BillQuestion, verify_bill
from trustui.core.trace import Chain, Outcome, Planned, collect, trace

TABLE = Table()
scenario = TABLE.scenario

DIGEST = f"sha256:{'a1' * 32}"
AMD64 = f"sha256:{'b2' * 32}"
OTHER = f"sha256:{'c3' * 32}"

Json = dict[str, Any]


def spdx(*packages: Json, **changes: Any) -> Json:
    """A document that describes its packages."""
    named = [{"SPDXID": f"SPDXRef-{n}", **one} for n, one in enumerate(packages)]
    related = [
        {
            "spdxElementId": "SPDXRef-DOCUMENT",
            "relatedSpdxElement": one["SPDXID"],
            "relationshipType": "DESCRIBES",
        }
        for one in named
    ]
    return {
        "spdxVersion": "SPDX-2.3",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "app",
        "creationInfo": {"created": "2026-11-20T12:00:00Z", "creators": ["Tool: syft-1.30.0"]},
        "packages": named,
        "relationships": related,
        **changes,
    }


def spdx3(*packages: Json, **changes: Any) -> Json:
    """A graph whose document is about a bill about its packages."""
    named = [
        {"spdxId": f"urn:x:{n}", "type": "software_Package", **one}
        for n, one in enumerate(packages)
    ]
    elements: list[Json] = [
        {
            "@id": "_:c",
            "type": "CreationInfo",
            "specVersion": "3.0.1",
            "created": "2026-11-20T12:00:00Z",
            "createdBy": ["urn:x:elsewhere"],
            "createdUsing": ["urn:x:tool"],
        },
        {"spdxId": "urn:x:tool", "type": "Tool", "name": "syft-2.0"},
        {
            "spdxId": "urn:x:document",
            "type": "SpdxDocument",
            "name": "app",
            "creationInfo": "_:c",
            "rootElement": ["urn:x:bill"],
        },
        {
            "spdxId": "urn:x:bill",
            "type": "software_Sbom",
            "rootElement": [one["spdxId"] for one in named],
        },
        *named,
    ]
    return {
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": elements,
        **changes,
    }


def hashed(digest: str) -> Json:
    """An integrity method of SPDX 3."""
    algorithm, _, value = digest.partition(":")
    return {"type": "Hash", "algorithm": algorithm, "hashValue": value}


def cyclonedx(component: Json | None = None, **changes: Any) -> Json:
    """A bill about a component."""
    metadata: Json = {
        "timestamp": "2026-11-20T12:00:00+01:00",
        "tools": {"components": [{"type": "application", "name": "syft", "version": "1.30.0"}]},
    }
    if component is not None:
        metadata["component"] = {"type": "container", **component}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "urn:uuid:9b0c2427-be94-439c-82e5-8928db124270",
        "metadata": metadata,
        "components": [{"type": "library", "name": "zlib", "version": "1.3"}],
        **changes,
    }


def purl(version: str) -> Json:
    """An image named by a package URL."""
    located = f"pkg:oci/app@{version.replace(':', '%3A')}?repository_url=registry.example/app"
    reference = {
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": located,
    }
    return {"name": "app", "externalRefs": [reference]}


def verified(bill: Json | bytes, *signatures: Outcome) -> Told:
    """The trace of one bill, of an index with one platform."""
    body = bill if isinstance(bill, bytes) else json.dumps(bill).encode()
    chain = Chain("sbom", "sbom")
    question = BillQuestion(
        Document("bill", body), DIGEST, {AMD64: "the platform linux/amd64"}, signatures
    )
    events, _ = collect(verify_bill, question, chain)
    plan = Planned("sbom", "sbom", tuple(check.id for check in CHECKS))
    return Told(trace("a bill", NOW, NOW, [plan, *events]))


@scenario(passed=("sbom.parse", "sbom.subject"), noted="sbom.signed")
def an_spdx_document_that_names_the_image_by_its_version() -> Told:
    return verified(spdx({"name": "registry.example/app:1.0", "versionInfo": DIGEST}))


@scenario(passed="sbom.subject")
def an_spdx_document_with_the_checksum_of_the_image() -> Told:
    sums = [{"algorithm": "SHA256", "checksumValue": DIGEST.removeprefix("sha256:").upper()}]
    return verified(spdx({"name": "app", "checksums": sums}))


@scenario(passed="sbom.subject")
def an_spdx_document_with_a_package_url_of_the_image() -> Told:
    return verified(spdx(purl(DIGEST)))


@scenario(passed="sbom.subject")
def an_spdx_document_that_lists_what_it_describes() -> Told:
    listed = spdx(purl(DIGEST), relationships=[], documentDescribes=["SPDXRef-0", "SPDXRef-9"])
    return verified(listed)


@scenario(passed="sbom.subject")
def an_spdx_document_whose_package_says_that_it_is_described() -> Told:
    back = {
        "spdxElementId": "SPDXRef-0",
        "relatedSpdxElement": "SPDXRef-DOCUMENT",
        "relationshipType": "DESCRIBED_BY",
    }
    return verified(spdx(purl(DIGEST), relationships=[back]))


@scenario(passed=("sbom.parse", "sbom.subject"))
def an_spdx_3_graph_with_the_hash_of_the_image() -> Told:
    return verified(spdx3({"name": "app", "verifiedUsing": [hashed(DIGEST)]}))


@scenario(passed="sbom.subject")
def an_spdx_3_graph_with_a_package_url_of_the_image() -> Told:
    return verified(spdx3({"software_packageUrl": f"pkg:oci/app@{DIGEST.replace(':', '%3A')}"}))


@scenario(failed="sbom.subject")
def an_spdx_3_graph_about_another_image() -> Told:
    return verified(spdx3({"name": "app", "verifiedUsing": [hashed(OTHER)]}))


@scenario(passed=("sbom.parse", "sbom.subject"))
def a_cyclonedx_bill_with_the_hash_of_the_image() -> Told:
    hashes = [{"alg": "SHA-256", "content": DIGEST.removeprefix("sha256:")}]
    return verified(cyclonedx({"name": "app", "hashes": hashes}))


@scenario(passed="sbom.subject")
def a_cyclonedx_bill_about_one_platform_of_the_image() -> Told:
    return verified(cyclonedx({"name": "registry.example/app:1.0", "version": AMD64}))


@scenario(passed="sbom.signed")
def a_bill_that_is_itself_signed() -> Told:
    return verified(spdx(purl(DIGEST)), Outcome.FAILED, Outcome.PASSED)


@scenario(noted="sbom.signed")
def a_bill_that_somebody_else_signed() -> Told:
    return verified(spdx(purl(DIGEST)), Outcome.FAILED)


@scenario(noted="sbom.subject")
def a_loose_bill_that_names_a_tag() -> Told:
    return verified(spdx(purl("1.0")))


@scenario(noted="sbom.subject")
def a_loose_bill_that_names_nothing() -> Told:
    return verified(cyclonedx())


@scenario(failed="sbom.subject")
def a_bill_of_another_image() -> Told:
    return verified(spdx(purl(OTHER)))


@scenario(failed="sbom.parse")
def a_bill_that_was_cut() -> Told:
    return verified(json.dumps(spdx(purl(DIGEST))).encode()[:-9])


@scenario(failed="sbom.parse")
def a_bill_that_two_readers_understand_differently() -> Told:
    return verified(json.dumps(cyclonedx()).replace("{", '{"bomFormat": "SPDX", ', 1).encode())


@scenario(failed="sbom.parse")
def a_document_that_is_no_bill() -> Told:
    return verified({"packages": []})


VECTORS = tuple(TABLE.scenarios)

ONLY_NOTED: set[str] = {"sbom.signed"}
ONLY_WHEN_WRONG: set[str] = set()


def documents() -> list[bytes]:
    """Bills in both forms, about different things."""
    bills = [spdx(purl(f"sha256:{n:064x}")) for n in range(8)]
    bills += [cyclonedx({"name": "app", "version": f"1.{n}"}) for n in range(8)]
    return [json.dumps(one).encode() for one in bills]
