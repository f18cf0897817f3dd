"""Signatures of Notation among those that people look for, by whom they name."""

import json
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.images.notation.signed import attach, payload_of, sign
from tests.simulators.image_repository import Repository, sign_tag
from tests.simulators.imaged import HOUR, START, Imaged, projections
from tests.simulators.notation_signer import (
    LEAF,
    SUBJECT,
    Plan,
    make_envelope,
    target,
    world,
)
from trustui.core.formats.cosign.payload import CERTIFICATE
from trustui.core.formats.notation.envelope import COSE_TYPE, JWS_TYPE
from trustui.core.images.notation.question import SIGNATURE_TYPE
from trustui.core.oci.references import cosign_tag
from trustui.core.pki.certificates import parse_certificate
from trustui.demo.images.certifying import Issued, Wish, issue
from trustui.demo.images.repository import image, referrer
from trustui.demo.images.tag_format import TagPlan
from trustui.images.models import (
    Certificate,
    Identity,
    ImageSignature,
    Manifest,
    RepositorySigner,
    SignatureTerm,
)
from trustui.images.projecting import project
from trustui.images.rebuilding import rebuild_images
from trustui.inventory.models import NAME

pytestmark = pytest.mark.django_db


def enclosed(repository: Repository, digest: str, body: bytes, media_type: str = JWS_TYPE) -> str:
    """Attach these bytes as an envelope; gives the digest of its manifest."""
    return referrer(repository, digest, body, media_type, artifactType=SIGNATURE_TYPE)


def crawled(behind: Repository) -> Imaged:
    vendor = Imaged({"team/app": behind})
    vendor.crawl(START)
    return vendor


def assert_made_again() -> None:
    before = projections()
    rebuild_images()
    assert projections() == before


@pytest.mark.parametrize(("form", "media_type"), [("jws", JWS_TYPE), ("cose", COSE_TYPE)])
def test_an_envelope_is_a_signature_by_the_name_of_its_certificate(
    form: str, media_type: str
) -> None:
    behind = Repository()
    digest = image(behind)
    plan = Plan(format=form, payload=payload_of(behind, digest))
    manifest = enclosed(behind, digest, make_envelope(plan), media_type)
    crawled(behind)
    row = ImageSignature.objects.select_related("manifest", "identity", "certificate").get()
    leaf = parse_certificate(world().signer.der)
    assert leaf.key is not None
    assert row.identity is not None
    assert row.certificate is not None
    assert (row.subject_digest, row.manifest.digest, row.position) == (digest, manifest, 0)
    assert (row.format, row.kind, row.predicate_type) == ("notation", "signature", "")
    assert (row.identity.subject, row.identity.issuer) == (SUBJECT, leaf.issuer)
    assert row.certificate.fingerprint == leaf.fingerprint
    assert (row.key_fingerprint, row.logged_at) == (leaf.key.fingerprint, None)
    assert row.manifest.kind == "signature"
    assert_made_again()


def test_what_was_stored_before_is_there_after_a_rebuild() -> None:
    behind = Repository()
    sign(behind, image(behind))
    crawled(behind)
    before = projections()
    for model in (RepositorySigner, ImageSignature, Certificate, Identity):
        model.objects.all().delete()
    rebuild_images()
    assert projections() == before
    assert ImageSignature.objects.get().format == "notation"


def stripped(name: str) -> Plan:
    return Plan(spoil=lambda envelope: envelope.pop(name))


def spoiled(**header: Any) -> Plan:
    return Plan(spoil=lambda envelope: envelope.update(header=header))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        make_envelope(Plan(format="cose")),
        make_envelope(stripped("header")),
        make_envelope(spoiled(x5c="a text")),
        make_envelope(spoiled(x5c=["AAAA"] * 5_000)),
        make_envelope(Plan(payload=b"{}")),
        make_envelope(Plan(payload=json.dumps(target(mediaType=1)).encode())),
    ],
    ids=[
        *("empty", "no envelope", "no text", "nested", "the other form", "no header"),
        *("chain of another type", "too long a chain", "nothing signed", "a type that is none"),
    ],
)
def test_an_envelope_that_cannot_be_read_has_no_row(body: bytes) -> None:
    behind = Repository()
    digest = image(behind)
    manifest = enclosed(behind, digest, body)
    vendor = crawled(behind)
    assert vendor.attached() == [(digest, manifest, False)]
    assert not ImageSignature.objects.exists()
    assert Manifest.objects.get(digest=manifest).kind == "signature"
    assert_made_again()


def test_a_chain_that_cannot_be_read_leaves_a_signature_by_nobody() -> None:
    behind = Repository()
    digest = image(behind)
    enclosed(behind, digest, make_envelope(spoiled(x5c=["AAAA"])))
    crawled(behind)
    row = ImageSignature.objects.get()
    assert (row.identity, row.certificate, row.key_fingerprint) == (None, None, "")
    assert_made_again()


def test_more_than_one_layer_or_another_type_is_no_signature_of_notation() -> None:
    behind = Repository()
    digest = image(behind)
    envelope = make_envelope(Plan())
    attach(behind, digest, envelope, layers=2)
    attach(behind, digest, envelope, artifact_type="application/x")
    crawled(behind)
    assert Manifest.objects.count() == 3
    assert not ImageSignature.objects.exists()
    assert not SignatureTerm.objects.exists()
    assert_made_again()


def named(common_name: str) -> Issued:
    return issue(Wish(f"CN={common_name}", LEAF.start, LEAF.end), None)


@pytest.mark.parametrize("name", ["\u202erelease", "x" * 60, "a\\, b"])
def test_whatever_the_certificate_is_called_it_is_kept(name: str) -> None:
    behind = Repository()
    digest = image(behind)
    sign(behind, digest, Plan(payload=payload_of(behind, digest), chain=(named(name),)))
    crawled(behind)
    row = ImageSignature.objects.select_related("identity").get()
    assert row.identity is not None
    assert row.identity.subject.startswith("CN=")
    assert len(row.identity.subject) <= NAME
    assert_made_again()


MAIL = "release@acme.example"


@pytest.mark.parametrize("order", [("cosign", "notation"), ("notation", "cosign")])
def test_one_certificate_in_two_formats_is_told_the_same_whichever_came_first(
    order: tuple[str, str],
) -> None:
    wish = Wish("CN=both", LEAF.start, LEAF.end, names=(x509.RFC822Name(MAIL),))
    both = issue(wish, None)
    text = both.certificate.public_bytes(Encoding.PEM).decode()
    behind = Repository()
    digest = image(behind)
    vendor = Imaged({"team/app": behind})
    for number, form in enumerate(order):
        if form == "notation":
            sign(behind, digest, Plan(payload=payload_of(behind, digest), chain=(both,)))
        else:
            sign_tag(behind, digest, TagPlan(annotations=((CERTIFICATE, text),)))
        vendor.crawl(START + number * HOUR)
    told = ImageSignature.objects.values_list("format", "identity__subject")
    assert set(told) == {("cosign", MAIL), ("notation", "CN=both")}
    row = Certificate.objects.select_related("identity").get()
    assert row.identity is not None
    assert row.identity.subject == MAIL
    assert_made_again()


def test_an_envelope_below_cosigns_tag_is_read_as_what_it_is() -> None:
    behind = Repository()
    digest = image(behind)
    manifest = sign(behind, digest)
    behind.tags[cosign_tag(digest, "sig")] = manifest
    crawled(behind)
    assert ImageSignature.objects.get().format == "notation"
    assert_made_again()


def test_the_count_of_statements_does_not_depend_on_the_count_of_envelopes() -> None:
    counts = []
    for number in (1, 6):
        behind = Repository()
        for one in range(number):
            digest = image(behind, f"{one}.0", f"{number} {one}".encode())
            sign(behind, digest)
        crawled(behind)
        ids = list(Manifest.objects.values_list("pk", flat=True))
        with CaptureQueriesContext(connection) as captured:
            project(ids)
        counts.append(len(captured))
        assert ImageSignature.objects.filter(format="notation").count() >= number
    assert counts[0] == counts[1]
