"""Why nothing is found: what a client calls "no signature is associated with" is told apart."""

from dataclasses import replace

from tests.core.images.notation.signed import (
    Question,
    ask,
    attach,
    configured,
    payload_of,
    sign,
)
from tests.simulators.image_repository import Repository
from tests.simulators.notation_signer import Plan, make_envelope, target
from trustui.core.facts import Document, Problem
from trustui.core.images.notation.causes import MAX_LOOKS
from trustui.core.oci.manifests import OCI_INDEX, OCI_MANIFEST
from trustui.core.oci.references import fallback_tag
from trustui.core.oci.requests import ImageRequest
from trustui.core.trace import Outcome, TrustState
from trustui.demo.images.repository import descriptor, image, index, platforms


def without_interface() -> Repository:
    return Repository(offers_referrers=False)


def test_the_index_is_signed_and_the_platform_is_not() -> None:
    repository = Repository()
    whole, amd64, _ = platforms(repository)
    image(repository, "unrelated", b"x")
    sign(repository, whole)
    found = ask(repository, tag=None, digest=amd64)
    assert (found.first, found.state) == ("notation.list", TrustState.NOT_SIGNED)
    assert found.findings == ["notation.finding.index_signed"]
    assert whole in found.step("notation.list").because


def test_an_index_that_nobody_signed_explains_nothing() -> None:
    repository = Repository()
    _, amd64, _ = platforms(repository)
    assert ask(repository, tag=None, digest=amd64).findings == []


def test_a_platform_is_signed_and_the_index_is_not() -> None:
    repository = Repository()
    _, amd64, _ = platforms(repository)
    sign(repository, amd64)
    found = ask(repository)
    assert found.findings == ["notation.finding.platform_signed"]
    assert f"linux/amd64: {amd64}" in found.trace.findings[0].because


def test_an_index_of_which_nothing_is_signed_explains_nothing() -> None:
    repository = Repository()
    platforms(repository)
    assert ask(repository).findings == []


def test_the_tag_has_moved_to_an_image_that_nobody_signed() -> None:
    repository = without_interface()
    old = image(repository, "stable")
    sign(repository, old)
    new = image(repository, "stable", b"rebuilt")
    found = ask(repository, tag="stable")
    assert found.findings == ["notation.finding.moved_tag"]
    assert new in found.trace.findings[0].because
    assert old in found.trace.findings[0].because
    assert ask(repository, tag=None, digest=new).findings == []


def test_the_fallback_index_lost_an_entry_that_the_layout_holds() -> None:
    repository = without_interface()
    digest = image(repository)
    sign(repository, digest)
    repository.put(index([]), fallback_tag(digest))
    whole = replace(repository, offers_referrers=True)
    found = Question(held=whole.ask).ask(repository)
    assert found.findings == ["notation.finding.lost_fallback_entry"]
    assert found.state is TrustState.FAILING
    nobody = Question(held=replace(whole, referrers={}).ask).ask(repository)
    assert nobody.findings == []


def test_a_place_that_does_not_say_what_it_holds_explains_nothing() -> None:
    repository = without_interface()
    image(repository)

    def silent(request: ImageRequest) -> Document | Problem:
        return Document(request.name, b"[]", OCI_INDEX)

    assert Question(held=silent).ask(repository).findings == []


def test_a_signature_is_listed_under_a_wrong_type() -> None:
    repository = without_interface()
    digest = image(repository)
    sign(repository, digest, artifactType="application/vnd.oci.empty.v1+json")
    found = ask(repository)
    assert (found.first, found.state) == ("notation.list", TrustState.FAILING)
    assert found.findings == ["notation.finding.wrong_type"]
    assert "listed as application/vnd.oci.empty.v1+json" in found.trace.findings[0].because


def test_the_interface_does_not_know_what_the_fallback_tag_lists() -> None:
    repository = without_interface()
    digest = image(repository)
    sign(repository, digest)
    upgraded = replace(repository, offers_referrers=True, referrers={})
    found = ask(upgraded)
    assert (found.first, found.state) == ("notation.list", TrustState.FAILING)
    assert found.findings == ["notation.finding.only_in_fallback"]
    assert "the fallback tag lists 1 signature" in found.step("notation.list").because


def test_a_signature_is_listed_under_no_type() -> None:
    repository = without_interface()
    digest = image(repository)
    attached = sign(repository, digest)
    entry = descriptor(repository.blobs[attached], OCI_MANIFEST)
    repository.put(index([entry]), fallback_tag(digest))
    assert ask(repository).findings == ["notation.finding.wrong_type"]


def test_an_envelope_stands_under_a_type_of_its_own() -> None:
    repository = Repository()
    digest = image(repository)
    envelope = make_envelope(Plan(payload=payload_of(repository, digest)))
    attach(repository, digest, envelope, artifact_type="application/vnd.acme.signature")
    found = ask(repository)
    assert found.findings == ["notation.finding.wrong_type"]
    assert "1 other attached thing" in (found.step("notation.list").found or "")


def test_other_attached_things_explain_nothing() -> None:
    repository = Repository()
    digest = image(repository)
    sbom = repository.put(b"{}")
    repository.referrers[digest] = [
        descriptor(b"{}", OCI_MANIFEST, artifactType="application/spdx+json")
    ]
    attach(repository, digest, b"text", artifact_type="application/vnd.acme.notes", layers=0)
    found = ask(repository)
    assert sbom in {one["digest"] for one in repository.referrers[digest]}
    assert found.findings == []
    assert "application/spdx+json, application/vnd.acme.notes" in str(
        found.step("notation.list").found
    )


def test_a_fallback_tag_that_is_no_index_counts_as_none() -> None:
    repository = without_interface()
    digest = image(repository)
    sign(repository, digest)
    repository.put(repository.blobs[digest], fallback_tag(digest))
    found = ask(repository)
    assert found.first == "notation.list"
    assert "registry.fallback" in found.findings


def test_only_so_many_tags_are_looked_at() -> None:
    repository = Repository()
    whole, amd64, _ = platforms(repository)
    tags = {f"t{n:03}": amd64 for n in range(MAX_LOOKS)} | {"z": whole}
    repository.tags = tags
    sign(repository, whole)
    asked = Question(configured(), tag=None, digest=amd64).ask(repository)
    assert (asked.trace.outcome, asked.findings) == (Outcome.FAILED, [])


def test_what_is_signed_is_not_searched_for_causes() -> None:
    repository = Repository()
    digest = image(repository)
    sign(repository, digest)
    repository.tags |= {f"t{n}": digest for n in range(5)}
    ask(repository)
    assert not any("manifest t" in one for one in repository.asked)
    assert target()["targetArtifact"]["digest"] not in repository.blobs
