"""A signature, decoded and beside what the verdict says of it."""

from pytest_django import DjangoAssertNumQueries

from tests.simulators.port import Port
from trustui.images.models import ImageSignature
from trustui.pages.images.signature import (
    MOST_QUERIES,
    content_bytes,
    manifest_bytes,
    signature,
)


def of(port: Port, tag: str) -> ImageSignature:
    found = ImageSignature.objects.filter(subject_digest=port.digest(tag)).select_related(
        "manifest"
    )
    return found[0]


def test_a_bundle_is_told_with_certificate_log_and_timestamp(
    suite: Port, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row = of(suite, "7.3.0-rc1")
    with django_assert_max_num_queries(MOST_QUERIES):
        page = signature(
            suite.viewer, suite.now, suite.repository_id, row.manifest.digest, row.position
        )
    assert page is not None
    assert page.title == "Signature refused: somebody else signed than was expected"
    assert "contractor" in page.signer.subject
    assert page.decoded.chain[0].not_after is not None
    assert [one.kind for one in page.decoded.entries] == ["hashedrekord 0.0.2"]
    assert page.decoded.stamps[0].at is not None
    assert page.judged.first_failing == "bundle.identity"
    assert page.verdict_href
    assert [one.place for one in page.hangs] == ["referrers interface"]


def test_a_bare_key_in_the_tag_format_is_told(crane: Port) -> None:
    row = of(crane, "4.3.0")
    page = signature(
        crane.viewer, crane.now, crane.repository_id, row.manifest.digest, row.position
    )
    assert page is not None
    assert (page.title, page.sign) == ("Signature is good", "ok")
    assert page.lead.startswith("By key ")
    assert page.decoded.chain == ()
    assert any(name.startswith("dev.cosignproject") for name, _ in page.annotations)


def test_bytes_are_given_to_those_who_see_them(crane: Port) -> None:
    row = of(crane, "4.3.0")
    body = manifest_bytes(crane.viewer, crane.now, crane.repository_id, row.manifest.digest)
    assert body is not None
    assert body.startswith(b"{")
    payload = content_bytes(crane.viewer, crane.now, crane.repository_id, row.content_digest)
    assert payload is not None
    assert b"docker-manifest-digest" in payload
    early = crane.then(crane.told.story, 0)
    for viewer, moment in ((crane.stranger, crane.now), (crane.viewer, early)):
        assert manifest_bytes(viewer, moment, crane.repository_id, row.manifest.digest) is None
        assert content_bytes(viewer, moment, crane.repository_id, row.content_digest) is None
        assert signature(viewer, moment, crane.repository_id, row.manifest.digest, 0) is None
