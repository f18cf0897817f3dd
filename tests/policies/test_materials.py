"""What policies may name: trusted roots, keys, certificates, each by what its bytes are."""

import pytest

from tests.simulators.expecting import delivery, give
from tests.simulators.image_repository import files
from tests.simulators.imaged import START
from trustui.events.models import Event
from trustui.policies.materials import FOLLOWER, kind_of, set_material
from trustui.policies.models import MaterialKind, TrustMaterial
from trustui.policies.stating import PolicyError

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
    with pytest.raises(PolicyError, match=r"no Sigstore trusted root: .*no public key: .*no cert"):
        give("broken", files()["broken"])
    with pytest.raises(PolicyError, match="at most 4,194,304 bytes, found 4,194,305"):
        kind_of(b" " * 4_194_305)
    give("key.pub", files()["key.pub"])
    with pytest.raises(PolicyError, match="is this already, since version 1"):
        give("key.pub", files()["key.pub"])
    with pytest.raises(PolicyError, match=r"expected another public key for key\.pub"):
        give("key.pub", files()["root.pem"])
    assert TrustMaterial.objects.count() == 1
