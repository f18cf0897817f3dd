import json

import msgspec
import pytest

from tests.simulators.image_repository import NAME, Repository
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci import discovery
from trustui.core.oci.discovery import (
    ATTESTATION_DIGEST,
    ATTESTATION_TYPE,
    Discovery,
    discover,
    outcome_of_places,
)
from trustui.core.oci.manifests import OCI_INDEX, OCI_MANIFEST
from trustui.core.oci.places import Place, PlaceState
from trustui.core.oci.references import cosign_tag, digest_of, fallback_tag, parse_reference
from trustui.core.oci.requests import ImageRequest
from trustui.core.trace import Event, Finding, Outcome, Step, collect
from trustui.demo.images.bundles import BUNDLE_3
from trustui.demo.images.repository import (
    CONFIG,
    descriptor,
    image,
    index,
    manifest,
    platforms,
    referrer,
)


def found_in(repository: Repository, name: str = ":1.0") -> tuple[list[Event], Discovery]:
    return collect(discover, parse_reference(f"{NAME}{name}"), repository.ask)


def steps(events: list[Event], check: str) -> list[Step]:
    return [event for event in events if isinstance(event, Step) and event.check == check]


def outcome(events: list[Event], check: str) -> str:
    return steps(events, check)[0].outcome.value


def findings(events: list[Event]) -> list[str]:
    raised = [one.check for one in events if isinstance(one, Step) and one.severity]
    return raised + [one.id for one in events if isinstance(one, Finding)]


def states(found: Discovery) -> dict[Place, PlaceState]:
    return {one.place: one.state for one in found.places if not one.of}


@pytest.fixture
def repository() -> Repository:
    return Repository()


# The artefact


def test_every_place_is_asked_and_says_what_it_has(repository: Repository) -> None:
    digest = image(repository)
    events, found = found_in(repository)
    assert found.digest == digest
    assert states(found) == {
        Place.REFERRERS: PlaceState.EMPTY,
        Place.FALLBACK: PlaceState.EMPTY,
        Place.SIGNATURES: PlaceState.EMPTY,
        Place.ATTESTATIONS: PlaceState.EMPTY,
        Place.SBOMS: PlaceState.EMPTY,
        Place.IN_INDEX: PlaceState.NOT_LOOKED_AT,
    }
    assert outcome(events, "registry.platform") == "noted"
    assert outcome_of_places(found) is Outcome.FAILED


def test_a_tag_that_is_not_there_fails_and_one_that_cannot_be_read_is_undecided(
    repository: Repository,
) -> None:
    events, found = found_in(repository)
    assert outcome(events, "registry.resolve") == "failed"
    assert found.artefact is None
    repository.problems["1.0"] = ProblemKind.UNREADABLE
    assert outcome(found_in(repository)[0], "registry.resolve") == "undecided"


def test_the_newest_is_asked_for_where_nothing_is_named(repository: Repository) -> None:
    image(repository, "latest")
    assert found_in(repository, "")[1].artefact is not None


def test_a_digest_must_be_that_of_the_bytes(repository: Repository) -> None:
    digest = image(repository)
    assert outcome(found_in(repository, f"@{digest}")[0], "registry.digest") == "passed"
    repository.blobs[digest] += b" "
    assert outcome(found_in(repository, f"@{digest}")[0], "registry.digest") == "failed"


@pytest.mark.parametrize("stated", ["text/html", OCI_INDEX])
def test_the_place_must_state_the_type_that_the_document_has(
    repository: Repository, stated: str
) -> None:
    repository.types[image(repository)] = stated
    assert outcome(found_in(repository)[0], "registry.media_type") == "failed"


def test_a_document_that_is_no_manifest_fails(repository: Repository) -> None:
    repository.put(b"<html>", "1.0")
    events, found = found_in(repository)
    assert outcome(events, "registry.media_type") == "failed"
    assert found.artefact is not None
    assert found.artefact.manifest is None


def test_an_index_names_the_digests_of_its_platforms(repository: Repository) -> None:
    _, one, two = platforms(repository)
    events, _ = found_in(repository)
    told = steps(events, "registry.platform")[0].evidence["platforms"]
    assert told == [f"linux/amd64: {one}", f"linux/arm64: {two}"]


# What is listed


@pytest.mark.parametrize("offers", [True, False])
def test_what_is_attached_is_found_by_the_interface_or_the_fallback_tag(
    repository: Repository, *, offers: bool
) -> None:
    repository.offers_referrers = offers
    digest = image(repository)
    attached = referrer(repository, digest, b"{}", BUNDLE_3)
    events, found = found_in(repository)
    assert list(found.attached) == [attached]
    assert found.attached[attached].place is (Place.REFERRERS if offers else Place.FALLBACK)
    assert outcome(events, "registry.type") == "noted"
    assert findings(events) == []
    expected = PlaceState.LISTED if offers else PlaceState.NOT_OFFERED
    assert states(found)[Place.REFERRERS] is expected


@pytest.mark.parametrize("is_signed", [True, False])
def test_a_list_that_is_not_whole_leaves_undecided_what_is_not_on_it(
    repository: Repository, *, is_signed: bool
) -> None:
    digest = image(repository)
    attached = referrer(repository, digest, b"{}", BUNDLE_3) if is_signed else None

    def ask(request: ImageRequest) -> Document | Problem:
        answer = repository.ask(request)
        if request.kind == "referrers" and isinstance(answer, Document):
            return msgspec.structs.replace(answer, shortfall="page 2 is missing")
        return answer

    events, found = collect(discover, parse_reference(f"{NAME}:1.0"), ask)
    (told,) = [one for one in found.places if one.place is Place.REFERRERS and not one.of]
    assert told.because.endswith("; not all are known: page 2 is missing")
    assert findings(events) == ["registry.finding.partial"]
    assert list(found.attached) == ([attached] if attached else [])
    assert outcome_of_places(found) is Outcome.UNDECIDED
    assert found.is_partial


def test_a_thing_that_two_places_list_is_opened_once(repository: Repository) -> None:
    digest = image(repository)
    attached = referrer(repository, digest, b"{}", BUNDLE_3)
    repository.put(index(repository.referrers[digest]), fallback_tag(digest))
    found_in(repository)
    assert repository.asked.count(f"manifest {attached}") == 1


def test_the_type_that_a_list_states_is_not_believed(repository: Repository) -> None:
    digest = image(repository)
    attached = referrer(repository, digest, b"{}", BUNDLE_3)
    repository.referrers[digest][0]["artifactType"] = "application/vnd.oci.empty.v1+json"
    events, found = found_in(repository)
    assert found.attached[attached].is_signature
    assert findings(events) == ["registry.type"]
    del repository.referrers[digest][0]["artifactType"]
    assert findings(found_in(repository)[0]) == ["registry.type"]


def test_what_refers_to_something_else_is_not_attached(repository: Repository) -> None:
    digest, other = image(repository), image(repository, "2.0", b"other")
    referrer(repository, other, b"{}", BUNDLE_3)
    repository.referrers[digest] = repository.referrers.pop(other)
    events, found = found_in(repository)
    assert found.attached == {}
    assert outcome(events, "registry.subject") == "failed"
    assert findings(events) == ["registry.subject"]


def test_what_has_no_subject_or_is_no_manifest_is_not_attached(repository: Repository) -> None:
    digest = image(repository)
    for body in (manifest([]), b"[]"):
        repository.attach(digest, body)
    events, found = found_in(repository)
    assert found.attached == {}
    assert [one.outcome.value for one in steps(events, "registry.subject")] == ["failed", "failed"]


@pytest.mark.parametrize(
    ("kind", "said", "concluded"),
    [
        (ProblemKind.ABSENT, "failed", Outcome.FAILED),
        (ProblemKind.UNREADABLE, "undecided", Outcome.UNDECIDED),
    ],
)
def test_what_is_listed_and_cannot_be_had_is_told(
    repository: Repository, kind: ProblemKind, said: str, concluded: Outcome
) -> None:
    digest = image(repository)
    attached = referrer(repository, digest, b"{}", BUNDLE_3)
    repository.problems[attached] = kind
    events, found = found_in(repository)
    assert outcome(events, "registry.dangling") == said
    assert findings(events) == ["registry.dangling"]
    assert found.lost == [attached]
    assert outcome_of_places(found) is concluded


def test_other_bytes_than_were_listed_are_not_attached(repository: Repository) -> None:
    digest = image(repository)
    attached = referrer(repository, digest, b"{}", BUNDLE_3)
    repository.blobs[attached] += b" "
    events, found = found_in(repository)
    assert found.attached == {}
    assert findings(events) == ["registry.digest"]


@pytest.mark.parametrize(
    "problem", [ProblemKind.UNREADABLE, ProblemKind.TOO_LONG, ProblemKind.TOO_SLOW]
)
def test_a_place_without_a_usable_answer_leaves_it_open(
    repository: Repository, problem: ProblemKind
) -> None:
    image(repository)
    repository.problems["referrers"] = problem
    events, found = found_in(repository)
    assert states(found)[Place.REFERRERS] is PlaceState.UNREADABLE
    assert findings(events) == ["registry.referrers"]
    assert outcome_of_places(found) is Outcome.UNDECIDED


@pytest.mark.parametrize("body", [b"<html>ok</html>", manifest([])])
def test_what_stands_at_the_fallback_tag_and_is_no_index_lists_nothing(
    repository: Repository, body: bytes
) -> None:
    repository.put(body, fallback_tag(image(repository)))
    events, found = found_in(repository)
    assert states(found)[Place.FALLBACK] is PlaceState.EMPTY
    assert findings(events) == ["registry.fallback"]


def test_an_interface_that_answers_with_something_else_was_not_read(repository: Repository) -> None:
    repository.page = b"<html>"
    image(repository)
    _, found = found_in(repository)
    assert states(found)[Place.REFERRERS] is PlaceState.UNREADABLE


def test_only_so_many_attached_manifests_are_opened(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "MAX_ATTACHED", 2)
    digest = image(repository)
    for n in range(4):
        referrer(repository, digest, b"%d" % n, BUNDLE_3)
    events, found = found_in(repository)
    assert len(found.attached) == 2
    assert findings(events) == ["registry.finding.partial"]
    assert outcome_of_places(found) is Outcome.UNDECIDED


# Tags, indexes, nesting


def test_manifests_at_the_tags_of_cosign_are_attached(repository: Repository) -> None:
    digest = image(repository)
    at_tag = repository.put(manifest([]), cosign_tag(digest, "sig"))
    repository.put(index([]), cosign_tag(digest, "att"))
    _, found = found_in(repository)
    assert found.attached[at_tag].place is Place.SIGNATURES
    assert states(found)[Place.ATTESTATIONS] is PlaceState.LISTED


def test_a_tag_of_cosign_that_holds_no_manifest_was_not_read(repository: Repository) -> None:
    repository.put(b"{}", cosign_tag(image(repository), "sig"))
    events, found = found_in(repository)
    assert states(found)[Place.SIGNATURES] is PlaceState.UNREADABLE
    assert findings(events) == ["registry.media_type"]


def test_a_tag_of_cosign_that_cannot_be_read_is_told(repository: Repository) -> None:
    digest = image(repository)
    repository.problems[cosign_tag(digest, "sig")] = ProblemKind.UNREADABLE
    assert states(found_in(repository)[1])[Place.SIGNATURES] is PlaceState.UNREADABLE


def test_attestations_inside_an_index_are_attached_to_their_platform(
    repository: Repository,
) -> None:
    one = image(repository, "", b"amd64")
    attestation = repository.put(manifest([]))
    marks = {ATTESTATION_TYPE: "attestation-manifest", ATTESTATION_DIGEST: one}
    listed = [
        descriptor(repository.blobs[one], OCI_MANIFEST),
        descriptor(repository.blobs[attestation], OCI_MANIFEST, annotations=marks),
    ]
    repository.put(index(listed), "1.0")
    events, found = found_in(repository)
    assert found.attached[attestation].of == one
    assert outcome(events, "registry.subject") == "noted"
    assert findings(events) == []


def test_what_is_attached_to_an_attachment_is_found_and_signatures_have_none(
    repository: Repository,
) -> None:
    digest = image(repository)
    sbom = referrer(repository, digest, b"sbom", "application/spdx+json")
    signature = referrer(repository, sbom, b"bundle", BUNDLE_3)
    _, found = found_in(repository)
    assert found.attached[signature].of == sbom
    assert found.attached[signature].depth == 2
    assert f"referrers {signature}" not in repository.asked
    assert [one.of for one in found.places if one.of] == [sbom, sbom]


def test_nesting_ends_at_a_depth(repository: Repository) -> None:
    digest = image(repository)
    for n in range(6):
        digest = referrer(repository, digest, b"%d" % n, CONFIG)
    _, found = found_in(repository)
    assert max(one.depth for one in found.attached.values()) == discovery.MAX_DEPTH


def test_nothing_is_asked_that_no_list_names(repository: Repository) -> None:
    body = manifest([{**descriptor(b"x", CONFIG), "urls": ["http://169.254.169.254/"]}])
    repository.put(body, "1.0")
    found_in(repository)
    digest = digest_of(body)
    hexadecimal = digest.partition(":")[2]
    assert sorted(set(repository.asked)) == sorted(
        {
            "manifest 1.0",
            f"referrers {digest}",
            f"manifest sha256-{hexadecimal}",
            f"manifest sha256-{hexadecimal}.sig",
            f"manifest sha256-{hexadecimal}.att",
            f"manifest sha256-{hexadecimal}.sbom",
        }
    )
    assert json.loads(body)["layers"][0]["urls"]
