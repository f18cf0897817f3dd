"""`trustui policy`: set, listed, shown and put out of force, each told with its person and reason."""

from pathlib import Path

import pytest

from tests.simulators.command_line import Trustui
from tests.simulators.expecting import document
from tests.simulators.image_repository import BY_KEY, files
from trustui.events.models import Event
from trustui.policies.models import ImagePolicyVersion

pytestmark = pytest.mark.django_db

WHY = ("--reason", "agreed on in the meeting", "--as", "alice")
PATTERN = {"identity_regexp": "alice@.*", "issuer": "https://a.example", "log": "ignored"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "key.pub").write_bytes(files()["key.pub"])
    (tmp_path / "images.json").write_bytes(document(("registry.example/*", BY_KEY)))
    (tmp_path / "loose.json").write_bytes(document(("registry.example/*", PATTERN)))
    return tmp_path


@pytest.fixture
def key(trustui: Trustui, folder: Path) -> None:
    assert trustui("material", "add", "key.pub", folder / "key.pub", *WHY).status == 0


@pytest.mark.usefixtures("key")
def test_a_policy_is_set_listed_shown_and_removed(trustui: Trustui, folder: Path) -> None:
    answer = trustui("policy", "add", "images", folder / "images.json", *WHY, "--json")
    assert answer.status == 0
    assert (answer.json["name"], answer.json["version"], answer.json["lints"]) == ("images", 1, [])
    assert (answer.json["set_by"], answer.json["team"]) == ("alice", "default")
    listed = trustui("policy", "list", "--json").json["policies"]
    assert [one["is_current"] for one in listed] == [True]
    shown = trustui("policy", "show", "images")
    assert "version 1, " in shown.out
    assert "registry.example/*" in shown.out
    assert trustui("policy", "remove", "images", *WHY).status == 0
    assert "no policies" in trustui("policy", "list").out
    assert "(not in force)" in trustui("policy", "show", "images").out
    kinds = Event.objects.filter(kind__startswith="policy.").order_by("id")
    assert list(kinds.values_list("kind", "actor")) == [
        ("policy.added", "person:alice"),
        ("policy.removed", "person:alice"),
    ]


def test_what_its_author_may_not_have_meant_is_said(trustui: Trustui, folder: Path) -> None:
    answer = trustui("policy", "add", "images", folder / "loose.json", *WHY)
    assert answer.status == 0
    assert "policy.lint.unanchored_pattern: " in answer.out
    assert "policy.lint.log_not_required: " in answer.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "images", "images.json"), "no material of the team"),
        (("add", "images", "key.pub"), "this is no policy"),
        (("add", "images", "absent"), "cannot be read: no such file"),
        (("remove", "images"), "there is no policy 'images'; there are: none"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(
    trustui: Trustui, folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    act, name, *file = arguments
    answer = trustui("policy", act, name, *(folder / one for one in file), *WHY)
    assert answer.status == 2
    assert words in answer.err
    assert not ImagePolicyVersion.objects.exists()


@pytest.mark.usefixtures("key")
def test_a_policy_is_put_out_of_force_once(trustui: Trustui, folder: Path) -> None:
    trustui("policy", "add", "images", folder / "images.json", *WHY)
    trustui("policy", "remove", "images", *WHY)
    answer = trustui("policy", "remove", "images", *WHY)
    assert (answer.status, "is not in force" in answer.err) == (2, True)
