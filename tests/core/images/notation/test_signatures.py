"""One listed signature, fetched and verified: what can be wrong before the envelope is read."""

import pytest

from tests.core.images.notation.signed import JWS, ask, attach, payload_of, sign, signed
from tests.simulators.image_repository import Repository
from tests.simulators.notation_signer import Plan, make_envelope
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.images.notation.question import SIGNATURE_TYPE
from trustui.core.images.notation.signatures import judge_blob, judge_manifest, miss_of
from trustui.core.oci.manifests import OCI_INDEX, OCI_MANIFEST, Descriptor
from trustui.core.oci.references import digest_of
from trustui.core.trace import Outcome
from trustui.demo.images.repository import descriptor, image, index, platforms


def entry(body: bytes) -> Descriptor:
    return Descriptor(OCI_MANIFEST, digest_of(body), len(body))


@pytest.mark.parametrize("layers", [0, 2])
def test_a_manifest_holds_exactly_one_envelope(layers: int) -> None:
    repository = Repository()
    digest = image(repository)
    attach(repository, digest, make_envelope(Plan()), layers=layers)
    found = ask(repository)
    assert found.first == "notation.manifest"
    assert found.step("notation.manifest").found == f"{layers} layers"
    assert [one.check for one in found.trace.not_reached] == ["notation.blob"]


def test_an_index_is_no_signature() -> None:
    repository = Repository()
    digest, *_ = platforms(repository)
    body = index([], artifactType=SIGNATURE_TYPE)
    repository.put(body)
    repository.referrers[digest] = [descriptor(body, OCI_INDEX, artifactType=SIGNATURE_TYPE)]
    assert ask(repository).first == "notation.manifest"


def test_bytes_that_are_none_of_the_listed_digest_are_not_believed() -> None:
    body = b"{}"
    judged = judge_manifest(Document("x", b"other"), entry(body))
    assert (judged.outcome, judged.found) == (Outcome.FAILED, "5 other bytes")
    assert "cannot be read" in judge_manifest(Document("x", body), entry(body)).because


def test_an_envelope_that_is_not_the_named_one_fails() -> None:
    judged = judge_blob(Document("x", b"other"), entry(b"envelope"))
    assert (judged.outcome, judged.found) == (Outcome.FAILED, "5 other bytes")


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [(ProblemKind.ABSENT, Outcome.FAILED), (ProblemKind.TOO_SLOW, Outcome.UNDECIDED)],
)
def test_what_the_place_does_not_have_fails_and_its_silence_is_undecided(
    kind: ProblemKind, outcome: Outcome
) -> None:
    problem = Problem("x", kind, "as the test says")
    assert judge_blob(problem, entry(b"")).outcome is outcome
    assert judge_manifest(problem, entry(b"")).outcome is outcome


def test_the_type_of_the_layer_says_what_the_envelope_is() -> None:
    repository = Repository()
    digest = image(repository)
    cose = make_envelope(Plan(format="cose", payload=payload_of(repository, digest)))
    attach(repository, digest, cose)
    assert ask(repository).first == "notation.parse"


def test_the_signer_and_the_proven_times_are_told() -> None:
    repository, _ = signed()
    (one,) = ask(repository).verdict.signatures
    assert one.issuer
    assert one.key
    assert one.on.endswith("(referrers_api)")


def test_a_signature_that_was_never_read_has_no_signer() -> None:
    repository, digest = signed()
    repository.blobs[repository.referrers[digest][0]["digest"]] = b"{}"
    (one,) = ask(repository).verdict.signatures
    assert (one.identity, one.first_failing) == ("", "notation.manifest")


def test_a_miss_needs_an_envelope_with_a_readable_subject() -> None:
    wanted = ("x509.subject: C=US, ST=WA, O=Other",)
    problem = Problem("x", ProblemKind.ABSENT, "gone")
    assert miss_of(wanted, problem, JWS) is None
    assert miss_of(wanted, Document("x", b"{}"), JWS) is None
    found = miss_of(wanted, Document("x", make_envelope(Plan())), JWS)
    assert found is not None
    assert found.expected == "O=Other"


def test_an_image_that_is_no_manifest_is_compared_by_the_type_of_its_place() -> None:
    repository = Repository()
    digest = repository.put(b'{"schemaVersion": 3}', "1.0")
    repository.types[digest] = "application/vnd.acme.thing+json; charset=utf-8"
    sign(
        repository,
        digest,
        Plan(payload=payload_of(repository, digest, mediaType="application/vnd.acme.thing+json")),
    )
    found = ask(repository)
    assert found.first == "registry.media_type"
    assert found.verdict.signatures[0].outcome is Outcome.PASSED
