"""Keys and roots that policies name."""

from datetime import timedelta

from tests.simulators.images import NOW
from tests.simulators.port import Port
from trustui.demo.images.trust import TRUSTED_ROOT, trusted_root
from trustui.images.models import FollowedRoot
from trustui.pages.images.material import indented, material, materials
from trustui.policies.materials import set_material
from trustui.policies.models import TrustMaterial


def test_a_trusted_root_is_told_with_its_windows(suite: Port) -> None:
    row = TrustMaterial.objects.get(team=suite.team, name=TRUSTED_ROOT)
    page = material(suite.viewer, suite.now, row.pk)
    assert page is not None
    assert page.is_in_force
    kinds = {one.kind for one in page.windows}
    assert {
        "certificate authority",
        "timestamp authority",
        "transparency log",
        "log of certificates",
    } <= kinds
    assert page.problem == ""
    assert material(suite.stranger, suite.now, row.pk) is None


def test_an_older_version_says_so_and_the_newer_leads_to_it(suite: Port) -> None:
    first = TrustMaterial.objects.get(team=suite.team, name=TRUSTED_ROOT)
    second = set_material(
        team=suite.team, name=TRUSTED_ROOT, body=trusted_root(NOW, rotated=False), origin="a file",
        by=None, by_name="alice", reason="back", now=NOW - timedelta(hours=1),
    )  # fmt: skip
    older, newer = (material(suite.viewer, suite.now, one.pk) for one in (first, second))
    assert older is not None
    assert newer is not None
    assert (older.is_in_force, newer.is_in_force) == (False, True)
    assert newer.replaces_href.endswith(f"/{first.pk}/")
    assert [one.number for one in newer.versions] == [2, 1]


def test_what_is_followed_says_from_where(suite: Port) -> None:
    FollowedRoot.objects.create(
        team=suite.team, material=TRUSTED_ROOT, source=suite.told.source, path="trusted_root.json",
        reason="it rotates", begun_by_name="alice", begun_at=NOW,
    )  # fmt: skip
    told = {one.name: one.follows for one in materials(suite.viewer, suite.now)}
    assert told[TRUSTED_ROOT] == "terminal-suite, target trusted_root.json"


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert indented(b'{"a":1}') == '{\n  "a": 1\n}'
    assert indented(b"-----BEGIN\xff") == "-----BEGIN\ufffd"
