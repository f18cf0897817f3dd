"""`trustui policy`: set, listed, shown and put out of force, each told with its person and reason."""

from pathlib import Path

import pytest

from tests.core.trust_policy.notation.written import body, statement
from tests.simulators.command_line import Trustui
from tests.simulators.expecting import document
from tests.simulators.image_repository import BY_KEY, files
from tests.simulators.notation_signer import world
from trustui.events.models import Event
from trustui.policies.models import ImagePolicyVersion, TrustMaterial

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


# ---- Notation


APP = "registry.example/team/app"


@pytest.fixture
def notation(tmp_path: Path) -> Path:
    """A directory as `~/.config/notation`, with a store that no statement names."""
    folder = tmp_path / "notation"
    for name in ("acme", "forgotten"):
        store = folder / "truststore" / "x509" / "ca" / name
        store.mkdir(parents=True)
        (store / "root.crt").write_bytes(world().root.der)
    rest, own = statement("rest"), statement("own", registryScopes=[APP])
    (folder / "trustpolicy.json").write_bytes(body(rest, own))
    return folder


def test_a_notation_directory_is_taken_over_whole(trustui: Trustui, notation: Path) -> None:
    answer = trustui("policy", "import-notation", "signing", notation, *WHY, "--json")
    assert answer.status == 0
    assert (answer.json["name"], answer.json["language"], answer.json["version"]) == (
        "signing", "notation", 1,
    )  # fmt: skip
    assert (answer.json["is_new"], answer.json["left_out"]) == (True, ["ca:forgotten"])
    assert answer.json["stores"] == [{"name": "ca:acme", "version": 1}]
    assert [one["id"] for one in answer.json["lints"]] == ["policy.lint.notation.store_unnamed"]
    again = trustui("policy", "import-notation", "signing", notation, *WHY)
    assert again.out.splitlines()[:2] == [
        "signing version 1 is in force already",
        "ca:forgotten was left out: no statement names it",
    ]
    assert "notation, version 1, " in trustui("policy", "list").out


def test_what_notation_could_not_use_is_not_taken_over(trustui: Trustui, notation: Path) -> None:
    (notation / "truststore" / "x509" / "ca" / "acme" / "root.crt").write_bytes(b"spoilt")
    answer = trustui("policy", "import-notation", "signing", notation, *WHY)
    assert (answer.status, "the trust store ca:acme cannot be used: " in answer.err) == (2, True)
    absent = trustui("policy", "import-notation", "signing", notation / "absent", *WHY)
    assert (absent.status, "there is no policy for images in " in absent.err) == (2, True)
    assert not TrustMaterial.objects.exists()


def test_a_notation_policy_is_added_with_stores_that_are_there(
    trustui: Trustui, notation: Path, folder: Path
) -> None:
    add = ("policy", "add", "signing", notation / "trustpolicy.json", "--language", "notation")
    refused = trustui(*add, *WHY)
    assert (refused.status, "names 'ca:acme', which is no material" in refused.err) == (2, True)
    (folder / "between.pem").write_bytes(world().between.pem)
    assert trustui("material", "add", "ca:acme", folder / "between.pem", *WHY).status == 0
    told = "policy.lint.notation.store_intermediate: trust store ca:acme: "
    assert told in trustui(*add, *WHY).out
    shown = trustui("policy", "show", "signing")
    assert told in shown.out
    lint = trustui("policy", "show", "signing", "--json").json["lints"][0]
    assert (lint["on"], lint["severity"]) == ("trust store ca:acme", "low")


def test_it_says_which_statement_applies_and_why_no_other(
    trustui: Trustui, notation: Path, folder: Path
) -> None:
    trustui("material", "add", "key.pub", folder / "key.pub", *WHY)
    trustui("policy", "add", "images", folder / "images.json", *WHY)
    trustui("policy", "import-notation", "signing", notation, *WHY)
    answer = trustui("policy", "covers", f"{APP}:1.0")
    assert answer.status == 0
    assert answer.out.splitlines() == [
        f"images (expectations): registry.example/* matches, and {APP} of 'signing' is more specific",
        "  registry.example/*: applies: registry.example/* is the most specific pattern that matches",
        f"signing (notation): applies: {APP} is the most specific pattern that matches",
        "  rest: its scope is '*', and 'own' names this repository exactly",
        "  own: applies: a scope is this repository, exactly",
    ]
    told = trustui("policy", "covers", f"{APP}@sha256:{'0' * 64}", "--json").json
    assert told["repository"] == APP
    assert [(one["name"], one["applies"]) for one in told["policies"]] == [
        ("images", False),
        ("signing", True),
    ]


def test_a_repository_that_nothing_covers_is_told_by_the_exit_status(
    trustui: Trustui, folder: Path
) -> None:
    none = trustui("policy", "covers", APP)
    assert (none.status, "has no policy in force" in none.out) == (1, True)
    trustui("material", "add", "key.pub", folder / "key.pub", *WHY)
    trustui("policy", "add", "images", folder / "images.json", *WHY)
    elsewhere = trustui("policy", "covers", "b.example/x")
    assert (elsewhere.status, "it says nothing of this repository" in elsewhere.out) == (1, True)
    refused = trustui("policy", "covers", "no reference")
    assert (refused.status, "names no repository: " in refused.err) == (2, True)


def test_a_version_that_cannot_be_read_any_more_is_shown_and_says_so(
    trustui: Trustui, notation: Path
) -> None:
    trustui("policy", "import-notation", "signing", notation, *WHY)
    ImagePolicyVersion.objects.update(body=b"{}")
    answer = trustui("policy", "show", "signing")
    assert (answer.status, "policy.form: this is no policy: " in answer.out) == (0, True)
