"""Bills of materials that are attached to an image: shown, and never deciding."""

import json

import pytest

from tests.core.images.verified import bundle, first, verified
from tests.simulators.image_repository import BY_KEY, Repository
from tests.vectors.sbom.collection import cyclonedx, purl, spdx
from trustui.core.facts import ProblemKind
from trustui.core.formats.sbom.verify import LOOSE
from trustui.core.images.sboms import MAX_SBOMS, SbomFound
from trustui.core.oci.manifests import OCI_ARTIFACT
from trustui.core.oci.references import cosign_tag
from trustui.core.trace import Outcome, Trace
from trustui.demo.images.repository import (
    attach_bundle,
    descriptor,
    image,
    manifest,
    platforms,
    referrer,
)
from trustui.demo.images.stack import Json

SPDX = "application/spdx+json"


@pytest.fixture
def repository() -> Repository:
    return Repository()


def signed(repository: Repository) -> str:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest))
    return digest


def attach(repository: Repository, digest: str, bill: Json, media_type: str = SPDX) -> str:
    return referrer(repository, digest, json.dumps(bill).encode(), media_type)


def shown(repository: Repository, wanted: Json = BY_KEY) -> tuple[Trace, list[SbomFound]]:
    one, verdict = verified(repository, wanted)
    return one, verdict.sboms


def said(one: Trace, check: str) -> list[str]:
    return [step.because for step in one.steps if step.check == check]


def test_a_bill_beside_a_good_signature_is_shown_with_what_it_says(repository: Repository) -> None:
    digest = signed(repository)
    attach(repository, digest, spdx(purl(digest)))
    one, (bill,) = shown(repository)
    assert one.outcome is Outcome.PASSED
    assert (bill.outcome, bill.is_signed, bill.about) == (Outcome.PASSED, False, (digest,))
    assert (bill.place, bill.media_type) == ("referrers_api", SPDX)
    assert ("form", "SPDX 2.3") in [(line.label, line.text) for line in bill.lines]
    assert said(one, "sbom.signed")[0].startswith("nobody signed it")


@pytest.mark.parametrize("bill", [spdx(purl(f"sha256:{'00' * 32}")), {}])
def test_a_bad_bill_takes_nothing_from_a_good_image(repository: Repository, bill: Json) -> None:
    attach(repository, signed(repository), bill)
    one, (found,) = shown(repository)
    assert (one.outcome, one.first_failing) == (Outcome.PASSED, None)
    assert found.outcome is Outcome.FAILED


def test_a_good_bill_gives_nothing_to_an_unsigned_image(repository: Repository) -> None:
    digest = image(repository)
    attach(repository, digest, spdx(purl(digest)))
    assert first(verified(repository)[0]) == "registry.find"


def test_a_bill_that_is_itself_signed_is_told_from_the_others(repository: Repository) -> None:
    digest = signed(repository)
    of_bill = attach(repository, digest, spdx(purl(digest)))
    attach_bundle(repository, of_bill, bundle(of_bill))
    one, (bill,) = shown(repository)
    assert (one.outcome, bill.is_signed) == (Outcome.PASSED, True)
    assert said(one, "sbom.signed") == ["it is signed as expected, by 1 signature"]


def test_the_signature_of_the_image_is_none_of_the_bill(repository: Repository) -> None:
    digest = signed(repository)
    of_bill = attach(repository, digest, spdx(purl(digest)))
    attach_bundle(repository, of_bill, bundle(digest))
    one, (bill,) = shown(repository)
    assert (one.outcome, bill.is_signed) == (Outcome.PASSED, False)
    assert said(one, "sbom.signed")[0].startswith("1 signature of it, none by whom is expected")


def test_an_attestation_of_a_bill_is_no_signature_of_it(repository: Repository) -> None:
    digest = signed(repository)
    of_bill = attach(repository, digest, spdx(purl(digest)))
    attach_bundle(repository, of_bill, bundle(of_bill, "https://slsa.dev/provenance/v1"))
    assert not shown(repository)[1][0].is_signed


def test_where_trust_cannot_be_read_nobody_is_said_to_have_signed(repository: Repository) -> None:
    digest = signed(repository)
    of_bill = attach(repository, digest, spdx(purl(digest)))
    attach_bundle(repository, of_bill, bundle(of_bill))
    _, (bill,) = shown(repository, {**BY_KEY, "key": "missing.pub"})
    assert not bill.is_signed


def test_a_bill_of_a_platform_says_of_which(repository: Repository) -> None:
    digest, _, arm = platforms(repository)
    attach(repository, digest, cyclonedx({"name": "app", "version": arm}), "text/cyclonedx+json")
    one, _ = shown(repository)
    assert said(one, "sbom.subject") == ["it names the platform linux/arm64 of this artefact"]


def test_a_bill_of_the_configuration_is_of_this_image(repository: Repository) -> None:
    digest = signed(repository)
    config = json.loads(repository.blobs[digest])["config"]["digest"]
    attach(repository, digest, spdx(purl(config)))
    assert said(shown(repository)[0], "sbom.subject") == [
        "it names the configuration of this artefact"
    ]


def test_a_manifest_says_what_its_layer_leaves_open(repository: Repository) -> None:
    digest = signed(repository)
    body = json.dumps(spdx(purl(digest))).encode()
    referrer(repository, digest, body, "application/json", artifactType=SPDX)
    _, (bill,) = shown(repository)
    assert bill.media_type == SPDX


def test_cosigns_tag_for_bills_is_read(repository: Repository) -> None:
    digest = signed(repository)
    body = json.dumps(spdx(purl("1.0"))).encode()
    repository.put(body)
    repository.put(manifest([descriptor(body, "text/spdx+json")]), cosign_tag(digest, "sbom"))
    one, (bill,) = shown(repository)
    assert bill.place == "cosign_sbom_tag"
    assert [finding.id for finding in one.findings if finding.id.startswith("sbom")] == [LOOSE]


def test_one_bill_at_two_places_is_shown_once(repository: Repository) -> None:
    digest = signed(repository)
    body = spdx(purl(digest))
    attach(repository, digest, body)
    encoded = json.dumps(body).encode()
    repository.put(manifest([descriptor(encoded, SPDX)]), cosign_tag(digest, "sbom"))
    assert len(shown(repository)[1]) == 1


def test_a_bill_that_is_gone_or_another_one_is_told(repository: Repository) -> None:
    digest = signed(repository)
    body = json.dumps(spdx(purl(digest))).encode()
    attach(repository, digest, spdx(purl(digest)))
    layer = descriptor(body, SPDX)["digest"]
    repository.problems[layer] = ProblemKind.ABSENT
    assert shown(repository)[1][0].outcome is Outcome.FAILED
    repository.problems[layer] = ProblemKind.UNREADABLE
    assert shown(repository)[1][0].outcome is Outcome.UNDECIDED
    del repository.problems[layer]
    repository.blobs[layer] = b"{}"
    one, (bill,) = shown(repository)
    assert (one.outcome, bill.outcome, bill.lines) == (Outcome.PASSED, Outcome.FAILED, ())


def test_no_more_than_a_few_are_read(repository: Repository) -> None:
    digest = signed(repository)
    for number in range(MAX_SBOMS + 2):
        attach(repository, digest, cyclonedx({"name": f"app{number}"}))
    assert len(shown(repository)[1]) == MAX_SBOMS


def test_an_artefact_without_configuration_has_no_parts(repository: Repository) -> None:
    body = json.dumps({"mediaType": OCI_ARTIFACT, "artifactType": "example/app", "blobs": []})
    digest = repository.put(body.encode(), "1.0")
    repository.types[digest] = OCI_ARTIFACT
    attach(repository, digest, spdx(purl(f"sha256:{'00' * 32}")))
    assert shown(repository)[1][0].outcome is Outcome.FAILED
