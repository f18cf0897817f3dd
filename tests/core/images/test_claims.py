"""What signatures claim about themselves, read from their bytes and annotations."""

import base64
import json
from typing import Any

import pytest

from tests.core.images.verified import bundle
from tests.simulators.image_repository import Repository, changed, sign_tag
from tests.simulators.notation_signer import SUBJECT, make_envelope, world
from tests.simulators.notation_signer import Plan as NotationPlan
from tests.simulators.sigstore_stack import EMAIL, ISSUER, stack
from trustui.core.facts import ProblemKind
from trustui.core.formats.notation import parse_envelope
from trustui.core.images.candidates import candidates
from trustui.core.images.claims import Claims, claims_of, claims_of_envelope
from trustui.core.oci.discovery import discover
from trustui.core.oci.references import parse_reference
from trustui.core.pki.certificates import parse_certificate
from trustui.core.pki.keys import load_key
from trustui.core.trace import collect
from trustui.demo.images.certifying import SIGNED, pem
from trustui.demo.images.repository import attach_bundle, image
from trustui.demo.images.tag_format import TagPlan

CERTIFIED = TagPlan(with_certificate=True, logged=True)


def claims(repository: Repository, digest: str) -> Claims:
    reference = parse_reference(f"registry.example/team/app@{digest}")
    _, found = collect(discover, reference, repository.ask)
    (one,) = candidates(found)
    return claims_of(one)


def tagged(plan: TagPlan) -> Claims:
    repository = Repository()
    digest = image(repository)
    sign_tag(repository, digest, plan)
    return claims(repository, digest)


def bundled(**changes: Any) -> Claims:
    repository = Repository()
    digest = image(repository)
    made = bundle(digest, with_key=changes.pop("with_key", True))
    made["verificationMaterial"].update(changes)
    attach_bundle(repository, digest, made)
    return claims(repository, digest)


def own_key() -> str:
    return load_key(pem(stack().key)).fingerprint


def test_a_certified_signature_says_who_and_when() -> None:
    found = tagged(CERTIFIED)
    assert (found.subject, found.issuer) == (EMAIL, ISSUER)
    assert found.certificate is not None
    assert found.certificate.key is not None
    assert found.key == found.certificate.key.fingerprint
    assert found.logged_at == SIGNED


def test_the_log_says_which_bare_key_signed() -> None:
    found = tagged(TagPlan(logged=True))
    assert (found.certificate, found.key, found.subject) == (None, own_key(), "")


def test_a_bare_signature_says_nothing() -> None:
    assert tagged(TagPlan()) == Claims()


def test_a_bundle_with_a_certificate_says_who() -> None:
    found = bundled(with_key=False)
    assert (found.subject, found.issuer) == (EMAIL, ISSUER)


def test_a_hint_of_cosigns_form_names_the_key() -> None:
    hint = base64.b64encode(bytes.fromhex(own_key())).decode()
    assert bundled(publicKey={"hint": hint}, tlogEntries=[]).key == own_key()


@pytest.mark.parametrize("hint", ["", "SHA256:jl3bwsw", "AAAA", "é"])
def test_another_hint_names_no_key(hint: str) -> None:
    assert bundled(publicKey={"hint": hint}, tlogEntries=[]).key == ""


def test_what_cannot_be_read_is_left_out() -> None:
    assert tagged(changed(CERTIFIED, certificate="nothing", entry="{")) == Claims()
    entry = json.dumps({"Payload": {"body": base64.b64encode(b"{}").decode()}})
    assert tagged(changed(TagPlan(), entry=entry)) == Claims()


def test_a_logged_body_of_an_unknown_kind_names_no_key() -> None:
    body = {"kind": "helm", "apiVersion": "0.0.1", "spec": {}}
    payload = {
        "body": base64.b64encode(json.dumps(body).encode()).decode(),
        "integratedTime": int(SIGNED.timestamp()),
        "logIndex": 1,
        "logID": "00",
    }
    entry = json.dumps({"SignedEntryTimestamp": "AA==", "Payload": payload})
    found = tagged(changed(TagPlan(), entry=entry))
    assert (found.key, found.logged_at) == ("", SIGNED)


def test_a_bundle_that_cannot_be_had_or_read_says_nothing() -> None:
    repository = Repository()
    digest = image(repository)
    attach_bundle(repository, digest, {"mediaType": "nothing"})
    assert claims(repository, digest) == Claims()
    layer = next(name for name in repository.blobs if b"nothing" in repository.blobs[name][:40])
    repository.problems[layer] = ProblemKind.ABSENT
    assert claims(repository, digest) == Claims()


def enveloped(plan: NotationPlan) -> Claims:
    return claims_of_envelope(parse_envelope(make_envelope(plan), ""))


@pytest.mark.parametrize("form", ["jws", "cose"])
def test_an_envelope_says_who_by_the_name_of_its_first_certificate(form: str) -> None:
    found = enveloped(NotationPlan(format=form))
    signer = parse_certificate(world().signer.der)
    assert signer.key is not None
    assert (found.subject, found.issuer) == (SUBJECT, "CN=between,O=Acme,ST=WA,C=US")
    assert (found.certificate, found.key) == (signer, signer.key.fingerprint)
    assert found.logged_at is None


def with_chain(*chain: str) -> NotationPlan:
    return NotationPlan(spoil=lambda envelope: envelope.update(header={"x5c": list(chain)}))


@pytest.mark.parametrize("plan", [with_chain(), with_chain("AAAA")], ids=["none", "unreadable"])
def test_an_envelope_without_a_certificate_that_can_be_read_says_nothing(
    plan: NotationPlan,
) -> None:
    found = enveloped(plan)
    assert (found.certificate, found.key, found.subject, found.issuer) == (None, "", "", "")
