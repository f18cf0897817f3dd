import json

import pytest

from tests.core.images.verified import bundle, first, verified
from tests.simulators.image_repository import (
    ANYBODY,
    BY_KEY,
    PROVENANCE,
    Repository,
    sign_tag,
    tag_layer,
)
from trustui.core.facts import ProblemKind
from trustui.core.formats.cosign.payload import SIMPLE_SIGNING
from trustui.core.oci.manifests import OCI_MANIFEST
from trustui.core.oci.references import cosign_tag
from trustui.demo.images.bundles import BUNDLE_3
from trustui.demo.images.repository import (
    attach_bundle,
    descriptor,
    image,
    index,
    manifest,
    referrer,
)
from trustui.demo.images.tag_format import TagPlan, payload_of

PEMS = {"identity": "a", "issuer": "b", "certificate_chain": "chain.pem", "log": "ignored"}


@pytest.fixture
def repository() -> Repository:
    return Repository()


def kinds(repository: Repository) -> list[tuple[str, bool]]:
    _, verdict = verified(repository)
    return [(one.kind, one.is_bundle) for one in verdict.candidates]


def test_everything_that_can_be_verified_is_a_candidate(repository: Repository) -> None:
    digest = image(repository)
    sign_tag(repository, digest, TagPlan(), TagPlan())
    sign_tag(repository, digest, TagPlan(predicate=PROVENANCE))
    attach_bundle(repository, digest, bundle(digest))
    attach_bundle(repository, digest, bundle(digest, PROVENANCE))
    referrer(repository, digest, b"{}", "application/spdx+json")
    assert kinds(repository) == [
        ("signature", True),
        ("attestation", True),
        ("signature", False),
        ("signature", False),
        ("attestation", False),
    ]


def test_two_signatures_of_one_payload_have_groups_of_their_own(repository: Repository) -> None:
    sign_tag(repository, image(repository), TagPlan(), TagPlan())
    _, verdict = verified(repository)
    assert len({found.group for found in verdict.signatures}) == 2


def test_a_layer_of_the_tag_format_in_a_referrer_is_one(repository: Repository) -> None:
    digest = image(repository)
    body, layer = tag_layer(digest, TagPlan())
    repository.put(body)
    subject = descriptor(repository.blobs[digest], OCI_MANIFEST)
    type_ = "application/vnd.dev.cosign.artifact.sig.v1+json"
    repository.attach(digest, manifest([layer], artifactType=type_, subject=subject))
    assert kinds(repository) == [("signature", False)]
    assert payload_of(digest, TagPlan()) == body
    assert layer["mediaType"] == SIMPLE_SIGNING


def test_an_index_at_the_tag_has_no_layers(repository: Repository) -> None:
    repository.put(index([]), cosign_tag(image(repository), "sig"))
    assert kinds(repository) == []


def test_bundles_do_not_count_where_only_the_tag_format_does(repository: Repository) -> None:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest))
    one, _ = verified(repository, {**BY_KEY, "format": "tag format only"})
    assert first(one) == "registry.find"


@pytest.mark.parametrize("layers", [0, 2])
def test_a_manifest_holds_exactly_one_bundle(repository: Repository, layers: int) -> None:
    digest = image(repository)
    body = json.dumps(bundle(digest)).encode()
    repository.put(body)
    subject = descriptor(repository.blobs[digest], OCI_MANIFEST)
    made = manifest([descriptor(body, BUNDLE_3)] * layers, subject=subject, artifactType=BUNDLE_3)
    repository.attach(digest, made)
    assert first(verified(repository)[0]) == "bundle.layers"


def test_the_layer_must_be_a_bundle_by_its_type(repository: Repository) -> None:
    digest = image(repository)
    referrer(repository, digest, b"{}", "text/plain", artifactType=BUNDLE_3)
    assert first(verified(repository)[0]) == "bundle.layers"


@pytest.mark.parametrize(
    ("problem", "outcome"),
    [(ProblemKind.ABSENT, "failed"), (ProblemKind.UNREADABLE, "undecided")],
)
def test_a_bundle_that_cannot_be_had(
    repository: Repository, problem: ProblemKind, outcome: str
) -> None:
    digest = image(repository)
    made = bundle(digest)
    attach_bundle(repository, digest, made)
    body = next(one for one, blob in repository.blobs.items() if blob == json.dumps(made).encode())
    repository.problems[body] = problem
    one, _ = verified(repository)
    assert (one.outcome.value, first(one)) == (outcome, "registry.blob")


def test_other_bytes_than_the_manifest_names_are_no_bundle(repository: Repository) -> None:
    digest = image(repository)
    made = json.dumps(bundle(digest)).encode()
    attach_bundle(repository, digest, bundle(digest))
    body = next(one for one, blob in repository.blobs.items() if blob == made)
    repository.blobs[body] = made.replace(b" ", b"\t", 1)
    assert first(verified(repository)[0]) == "registry.blob"


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}"])
def test_what_cannot_be_read_is_a_candidate_that_fails(repository: Repository, body: bytes) -> None:
    referrer(repository, image(repository), body, BUNDLE_3)
    one, _ = verified(repository)
    assert one.outcome == "failed"
    assert str(first(one)).startswith("bundle.")


def test_authorities_from_files_do_not_go_with_bundles(repository: Repository) -> None:
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest, with_key=False))
    assert first(verified(repository, PEMS)[0]) == "policy.flags"
    assert verified(repository, ANYBODY)[0].outcome == "passed"


def test_an_attestation_whose_envelope_cannot_be_had_is_one_of_an_unknown_type(
    repository: Repository,
) -> None:
    digest = image(repository)
    sign_tag(repository, digest, TagPlan(predicate=PROVENANCE))
    body, _ = next((one, blob) for one, blob in repository.blobs.items() if b"payloadType" in blob)
    repository.problems[body] = ProblemKind.ABSENT
    one, verdict = verified(repository, {**BY_KEY, "predicate_type": "vuln"})
    assert first(one) == "cosign.payload"
    assert verdict.candidates[0].predicate_type == ""
