"""What policies may name: trusted roots, keys, certificates, each by what its bytes are."""

import pytest

from tests.simulators.expecting import delivery, give
from tests.simulators.image_repository import files
from tests.simulators.imaged import START
from tests.simulators.notation_signer import world
from trustui.events.models import Event
from trustui.policies.materials import FOLLOWER, in_force, kind_of, refusal, set_material
from trustui.policies.models import MaterialKind, TrustMaterial
from trustui.policies.stating import OvertakenError, PolicyError

pytestmark = pytest.mark.django_db


def told(kind: str) -> Event:
    return Event.objects.get(kind=kind)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("key.pub", MaterialKind.PUBLIC_KEY),
        ("trusted_root.json", MaterialKind.TRUSTED_ROOT),
        ("chain.pem", MaterialKind.CERTIFICATES),
    ],
)
def test_a_material_is_what_its_bytes_are(name: str, kind: MaterialKind) -> None:
    material = give(name, files()[name])
    assert (material.kind, material.number, material.replaces) == (kind, 1, None)
    event = told("material.added")
    assert (event.subject, event.detail["kind"]) == (name, str(kind))


def test_a_replaced_material_is_a_version() -> None:
    first = give("chain.pem", files()["chain.pem"])
    second = give("chain.pem", files()["root.pem"])
    first.refresh_from_db()
    assert (first.is_current, second.is_current, second.replaces) == (False, True, first)
    assert told("material.replaced").detail["replaces"] == first.sha256


def test_what_rotated_by_itself_is_told_so() -> None:
    give("root", files()["trusted_root.json"])
    set_material(
        team=delivery(),
        name="root",
        body=files()["retired.json"],
        origin="target",
        by=None,
        by_name=FOLLOWER,
        reason="it rotated",
        now=START,
        is_followed=True,
    )
    assert told("material.rotated").actor == "worker"


def test_it_is_said_what_no_policy_can_name() -> None:
    with pytest.raises(PolicyError, match="at most 4,194,304 bytes, found 4,194,305"):
        kind_of(b" " * 4_194_305)
    give("key.pub", files()["key.pub"])
    with pytest.raises(PolicyError, match="is this already, since version 1"):
        give("key.pub", files()["key.pub"])
    with pytest.raises(PolicyError, match=r"expected another public key for key\.pub"):
        give("key.pub", files()["root.pem"])
    assert TrustMaterial.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "because"),
    [
        (b"", r"expected a Sigstore trusted root .* found none of them"),
        (b"a poem", r"expected a Sigstore trusted root .* found none of them"),
        (b'  {"mediaType": "x"}', r"no Sigstore trusted root: .* does not say that it is"),
        (b"[]", r"no Sigstore trusted root: "),
        (b"-----BEGIN PUBLIC KEY-----\nx", r"no public key: "),
        (b"0\x03\x02\x01\x01", r"expected .* a public key \(PEM or DER\) or certificates \(PEM\)"),
        (b"# ours\n-----BEGIN CERTIFICATE-----\nx", r"no certificates: "),
    ],
)
def test_one_reason_is_told_the_one_about_what_was_given(body: bytes, because: str) -> None:
    with pytest.raises(PolicyError, match=f"^{because}[^;]*$"):
        kind_of(body)


def test_a_private_key_is_not_taken_with_the_certificates_that_it_stands_beside() -> None:
    with pytest.raises(PolicyError, match="what is public alone, found a private key"):
        kind_of(files()["chain.pem"] + b"-----BEGIN PRIVATE KEY-----\nx")


def test_a_version_that_nobody_saw_is_not_replaced() -> None:
    given = {
        "team": delivery(), "name": "chain.pem", "origin": "x", "by": None, "by_name": "alice",
        "reason": "agreed", "now": START,
    }  # fmt: skip
    set_material(**given, body=files()["chain.pem"], seen=0)  # type: ignore[arg-type]
    with pytest.raises(
        OvertakenError, match=r"version 1 of chain\.pem came meanwhile, set by alice"
    ):
        set_material(**given, body=files()["root.pem"], seen=0)  # type: ignore[arg-type]
    assert TrustMaterial.objects.count() == 1
    set_material(**given, body=files()["root.pem"], seen=1)  # type: ignore[arg-type]
    found = in_force(delivery(), "chain.pem")
    assert found is not None
    assert found.number == 2


def test_what_would_be_refused_is_told_beforehand() -> None:
    team, body = delivery(), files()["chain.pem"]
    assert refusal(team, "chain.pem", body) == ""
    assert "name of the material" in refusal(team, "\0", body)
    assert "no Sigstore trusted root" in refusal(team, "chain.pem", b"{")
    give("chain.pem", body)
    assert "is this already" in refusal(team, "chain.pem", body)
    assert "expected another certificates" in refusal(team, "chain.pem", files()["key.pub"])
    assert in_force(team, "other") is None


@pytest.mark.parametrize("name", ["ca:acme", "signingAuthority:acme", "tsa:acme"])
def test_what_has_the_name_of_a_trust_store_is_one(name: str) -> None:
    assert give(name, world().root.pem).kind == MaterialKind.CERTIFICATES


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("ca:acme", world().signer.pem, "neither an authority nor self-signed"),
        ("tsa:acme", world().between.pem, "holds roots only"),
        ("ca:acme", files()["key.pub"], "something else than certificates"),
    ],
)
def test_what_notation_would_not_load_is_no_trust_store(name: str, body: bytes, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        give(name, body)
    assert words in refusal(delivery(), name, body)
    assert not TrustMaterial.objects.exists()
    assert give("acme.pem", body).number == 1
