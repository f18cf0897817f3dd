"""A file and its detached signature, by the policy for files."""

import json

import pytest

from tests.core.images.notation.signed import ask_of_file, by_strangers, for_blobs
from tests.core.trust_policy.notation.written import IDENTITY, for_files
from tests.simulators.image_repository import Repository
from tests.simulators.notation_signer import BLOB, Plan, blob_target, make_envelope
from trustui.core.facts import Problem, ProblemKind
from trustui.core.images.notation.blob import envelope_type
from trustui.core.trace import Outcome, TrustState
from trustui.demo.images.repository import image

GONE = Problem("gone", ProblemKind.ABSENT, "no such file")


def plan(**changes: object) -> Plan:
    return Plan(payload=json.dumps(blob_target()).encode()).changed(**changes)


SIGNATURE = make_envelope(plan())


def test_a_signed_file_is_verified() -> None:
    found = ask_of_file(SIGNATURE, BLOB)
    assert (found.trace.outcome, found.state) == (Outcome.PASSED, TrustState.VERIFIED)
    (one,) = found.verdict.signatures
    assert (one.digest, one.place, one.group) == ("", "", "signature")


def test_the_statement_that_is_named_applies() -> None:
    other = for_files("strangers", trustStores=["ca:none"])
    configuration = for_blobs(for_files("all", globalPolicy=True), other)
    assert ask_of_file(SIGNATURE, BLOB, configuration).first is None
    named = ask_of_file(SIGNATURE, BLOB, configuration, statement="strangers")
    assert named.first == "notation.store"
    unknown = ask_of_file(SIGNATURE, BLOB, configuration, statement="raports")
    assert (unknown.first, unknown.state) == ("notation.policy", TrustState.NOT_COVERED)


def test_without_a_name_a_global_statement_is_needed() -> None:
    found = ask_of_file(SIGNATURE, BLOB, for_blobs(for_files()))
    assert found.first == "notation.policy"
    assert "no name, which asks for a global statement" in found.step("notation.policy").because


def test_a_changed_file_fails() -> None:
    assert ask_of_file(SIGNATURE, BLOB + b"x").first == "notation.payload"


@pytest.mark.parametrize(
    ("media_type", "first"),
    [("application/octet-stream", None), ("application/pdf", "notation.payload"), ("", None)],
)
def test_the_media_type_is_compared_where_it_is_wanted(media_type: str, first: str | None) -> None:
    assert ask_of_file(SIGNATURE, BLOB, media_type=media_type).first == first


def test_metadata_are_compared() -> None:
    assert ask_of_file(SIGNATURE, BLOB, metadata={"a": "b"}).first == "notation.metadata"


@pytest.mark.parametrize(("signature", "blob"), [(GONE, BLOB), (SIGNATURE, GONE)])
def test_files_that_cannot_be_read_fail(signature: bytes | Problem, blob: bytes | Problem) -> None:
    found = ask_of_file(signature, blob)
    assert (found.first, found.state) == ("notation.resolve", TrustState.FAILING)


def test_a_level_of_skip_reads_no_signature() -> None:
    skipped = for_files(
        signatureVerification={"level": "skip"},
        trustStores=None,
        trustedIdentities=None,
        globalPolicy=True,
    )
    found = ask_of_file(b"nothing", BLOB, for_blobs(skipped))
    assert (found.trace.outcome, found.state) == (Outcome.PASSED, TrustState.STALE)


def test_the_nearest_identity_is_told() -> None:
    strict = for_files(trustedIdentities=[f"{IDENTITY}, CN=staging"], globalPolicy=True)
    found = ask_of_file(SIGNATURE, BLOB, for_blobs(strict))
    assert found.verdict.miss is not None
    assert found.verdict.miss.expected == "CN=staging"


def test_a_signature_by_strangers_fails() -> None:
    repository = Repository()
    stranger = by_strangers(repository, image(repository))
    envelope = make_envelope(plan(chain=stranger.chain))
    assert ask_of_file(envelope, BLOB).first == "notation.authenticity"


@pytest.mark.parametrize(
    ("name", "form", "first"),
    [
        ("a.cose.sig", "cose", None),
        ("a.jws.sig", "cose", "notation.parse"),
        ("a.sig", "cose", None),
        ("a.sig", "jws", None),
    ],
)
def test_the_name_says_what_the_signature_is_or_else_its_bytes(
    name: str, form: str, first: str | None
) -> None:
    envelope = make_envelope(plan(format=form))
    assert ask_of_file(envelope, BLOB, name=name).first == first


def test_a_document_for_images_is_none_for_files() -> None:
    assert envelope_type("notes.txt") == ""
    configuration = for_blobs()
    without = type(configuration)("x", {}, ())
    assert ask_of_file(SIGNATURE, BLOB, without).step("notation.policy").evidence["stage"] == "read"
