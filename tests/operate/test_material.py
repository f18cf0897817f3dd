"""`trustui material`: what policies name, given by people or followed from a TUF source."""

from pathlib import Path

import pytest

from tests.simulators.command_line import Trustui
from tests.simulators.image_repository import files
from tests.simulators.served_folder import ServedFolder
from trustui.images.models import FollowedRoot
from trustui.policies.models import TrustMaterial

pytestmark = pytest.mark.django_db

WHY = ("--reason", "read out over the phone", "--as", "alice")
ROOT = "trusted_root.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("key.pub", ROOT, "broken"):
        (tmp_path / name).write_bytes(files()[name])
    return tmp_path


def test_a_material_is_what_its_bytes_are(trustui: Trustui, folder: Path) -> None:
    answer = trustui("material", "add", ROOT, folder / ROOT, *WHY, "--json")
    assert answer.status == 0
    assert (answer.json["kind"], answer.json["version"]) == ("trusted_root", 1)
    assert answer.json["origin"] == ROOT
    said = trustui("material", "add", "key", folder / "key.pub", *WHY)
    assert said.out == "key version 1 is a public key\n"
    listed = trustui("material", "list", "--json").json
    assert [one["name"] for one in listed["materials"]] == ["key", ROOT]
    assert listed["followed"] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("broken", "expected a Sigstore trusted root"), ("absent", "cannot be read: no such file")],
)
def test_what_no_policy_can_name_is_refused(
    trustui: Trustui, folder: Path, name: str, words: str
) -> None:
    answer = trustui("material", "add", "it", folder / name, *WHY)
    assert (answer.status, words in answer.err) == (2, True)
    assert not TrustMaterial.objects.exists()


def test_a_root_is_followed_and_released(trustui: Trustui, place: ServedFolder) -> None:
    trustui("source", "add", "vendor", place.served, "--root", place.root, *WHY)
    answer = trustui("material", "follow", ROOT, "--source", "vendor", *WHY, "--json")
    assert answer.status == 0
    assert answer.json == {
        "material": ROOT,
        "source": "vendor",
        "target": ROOT,
        "looked_at": None,
        "because": "",
        "begun_by": "alice",
        "reason": "read out over the phone",
    }
    FollowedRoot.objects.update(because="the source lists no such target")
    listed = trustui("material", "list").out
    assert f"{ROOT} follows {ROOT} of vendor; not now: the source lists no such target" in listed
    assert trustui("material", "release", ROOT, *WHY).status == 0
    again = trustui("material", "release", ROOT, *WHY)
    assert (again.status, "is not followed" in again.err) == (2, True)


def test_a_source_of_another_team_is_not_followed(trustui: Trustui, place: ServedFolder) -> None:
    trustui("source", "add", "vendor", place.served, "--team", "Others", *WHY)
    answer = trustui("material", "follow", ROOT, "--source", "vendor", *WHY)
    assert (answer.status, "a source of another team" in answer.err) == (2, True)
    absent = trustui("material", "follow", ROOT, "--source", "else", *WHY)
    assert (absent.status, "there is no source 'else'" in absent.err) == (2, True)


def test_without_any_it_says_how_to_begin(trustui: Trustui) -> None:
    assert "`trustui material add` adds one" in trustui("material", "list").out
