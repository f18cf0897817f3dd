"""`trustui source`: adding, listing, pinning and removing, each told with its person and reason."""

import hashlib
from datetime import UTC, datetime

import pytest

from tests.simulators.command_line import Trustui
from tests.simulators.git_history import changes_of_versions, write_git
from tests.simulators.served_folder import ServedFolder
from trustui.events.models import Event
from trustui.inventory.models import Source
from trustui.policies.models import Anchor, Origin

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)
WHY = ("--reason", "read out over the phone", "--as", "alice")


def test_a_source_without_a_root_is_added_with_a_word_about_that(
    trustui: Trustui, place: ServedFolder
) -> None:
    answer = trustui("source", "add", "vendor", place.served, "--every", 60, "--team", "Delivery")
    assert answer.status == 0
    assert "never be shown as verified" in answer.out
    source = Source.objects.get()
    assert (source.name, source.kind, source.every_seconds) == ("vendor", "directory", 60)
    assert source.team.name == "Delivery"
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == [
        "team.created",
        "source.added",
    ]


def test_a_source_is_added_with_a_root_from_a_file(trustui: Trustui, place: ServedFolder) -> None:
    answer = trustui("source", "add", "vendor", place.served, "--root", place.root, *WHY, "--json")
    assert answer.status == 0
    fingerprint = hashlib.sha256(place.root.read_bytes()).hexdigest()
    assert answer.json["anchor"] == {"sha256": fingerprint, "version": "1"}
    anchor = Anchor.objects.get()
    assert (anchor.origin, anchor.pinned_by_name) == (Origin.FILE, "alice")
    event = Event.objects.get(kind="anchor.pinned")
    assert (event.actor, event.reason) == ("person:alice", "read out over the phone")


def test_a_source_is_added_with_a_fingerprint_that_somebody_knows(
    trustui: Trustui, place: ServedFolder
) -> None:
    fingerprint = hashlib.sha256(place.root.read_bytes()).hexdigest()
    answer = trustui(
        "source", "add", "vendor", place.served, "--fingerprint", fingerprint.upper(), *WHY
    )
    assert answer.status == 0
    assert Anchor.objects.get().origin == Origin.CONFIRMED
    assert bytes(Anchor.objects.get().body) == place.root.read_bytes()


def test_another_fingerprint_adds_nothing(trustui: Trustui, place: ServedFolder) -> None:
    answer = trustui("source", "add", "vendor", place.served, "--fingerprint", "ab" * 32, *WHY)
    assert answer.status == 2
    assert f"expected a first root with SHA-256 {'ab' * 32}, found" in answer.err
    assert not Source.objects.exists()


def test_pinning_needs_a_reason(trustui: Trustui, place: ServedFolder) -> None:
    answer = trustui("source", "add", "vendor", place.served, "--root", place.root)
    assert (answer.status, answer.err) == (2, "trustui: pinning a root needs --reason\n")
    assert not Source.objects.exists()


def test_a_root_that_is_none_adds_nothing(trustui: Trustui, place: ServedFolder) -> None:
    root = place.served / "timestamp.json"
    answer = trustui("source", "add", "vendor", place.served, "--root", root, *WHY)
    assert answer.status == 2
    assert "expected root metadata, found timestamp metadata" in answer.err
    assert not Source.objects.exists()
    assert not Event.objects.exists()


def test_a_root_file_that_is_not_there_is_named(trustui: Trustui, place: ServedFolder) -> None:
    answer = trustui("source", "add", "vendor", place.served, "--root", place.folder / "no", *WHY)
    assert answer.status == 2
    assert "cannot be read" in answer.err


def test_a_path_outside_of_the_local_roots_is_refused(
    trustui: Trustui, place: ServedFolder
) -> None:
    answer = trustui("source", "add", "vendor", place.folder.parent.parent)
    assert answer.status == 2
    assert "TRUSTUI_LOCAL_ROOTS" in answer.err


def test_a_name_that_is_taken_is_refused(trustui: Trustui, place: ServedFolder) -> None:
    trustui("source", "add", "vendor", place.served)
    answer = trustui("source", "add", "vendor", place.history)
    assert answer.status == 2
    assert "expected a name that is not taken, found 'vendor'" in answer.err


def test_allowing_a_private_address_is_an_event_of_its_own(trustui: Trustui) -> None:
    answer = trustui(
        "source", "add", "inner", "http://10.1.2.3/tuf", "--allow-address", "10.1.2.3", *WHY
    )
    assert answer.status == 0
    event = Event.objects.get(kind="source.addresses_allowed")
    assert (event.actor, event.detail) == ("person:alice", {"addresses": ["10.1.2.3"]})


def test_a_branch_of_a_git_repository_is_a_place_of_its_own(
    trustui: Trustui, place: ServedFolder
) -> None:
    clone = place.folder / "clone"
    write_git(changes_of_versions(place.repo.versions), clone, branch="publish")
    assert trustui("source", "add", "head", clone).status == 0
    named = trustui(
        *("source", "add", "named", clone, "--branch", "publish", "--folder", "metadata"),
        *("--fingerprint", hashlib.sha256(place.root.read_bytes()).hexdigest(), *WHY, "--json"),
    )
    assert (named.status, named.json["branch"], named.json["folder"]) == (0, "publish", "metadata")
    again = trustui("source", "add", "again", clone, "--branch", "publish", "--folder", "metadata")
    assert (again.status, again.err) == (2, "trustui: named is this very place already\n")
    detail = Event.objects.filter(kind="source.added").latest("id").detail
    assert (detail["branch"], detail["folder"]) == ("publish", "metadata")


def test_a_branch_of_what_is_no_git_repository_is_refused(
    trustui: Trustui, place: ServedFolder
) -> None:
    answer = trustui("source", "add", "vendor", place.served, "--branch", "main")
    assert answer.status == 2
    assert "expected a branch for a git repository, found a directory place" in answer.err


def test_the_list_says_what_each_source_is(trustui: Trustui, place: ServedFolder) -> None:
    trustui("source", "add", "vendor", place.served)
    assert trustui("source", "list").out.split() == [
        "vendor",
        "not",
        "checked",
        "directory",
        str(place.served),
    ]
    (listed,) = trustui("source", "list", "--json").json["sources"]
    assert listed["name"] == "vendor"
    assert listed["trust_state"] is None


def test_an_empty_list_says_how_to_begin(trustui: Trustui) -> None:
    assert "trustui source add" in trustui("source", "list").out


def test_a_root_is_pinned_later_and_replaced(trustui: Trustui, place: ServedFolder) -> None:
    trustui("source", "add", "vendor", place.served)
    assert trustui("source", "pin", "vendor", "--root", place.root, *WHY).status == 0
    again = trustui("source", "pin", "vendor", "--root", place.root, *WHY)
    assert again.status == 2
    assert "pinned already, by alice" in again.err
    place.repo.rotate("timestamp")
    place.publish(NOW)
    other = place.folder / "other.json"
    other.write_bytes(place.repo.document("root"))
    assert trustui("source", "pin", "vendor", "--root", other, *WHY, "--json").status == 0
    kinds = Event.objects.filter(kind__startswith="anchor.").order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == ["anchor.pinned", "anchor.replaced"]


def test_pinning_for_nobody_names_those_that_there_are(
    trustui: Trustui, place: ServedFolder
) -> None:
    trustui("source", "add", "vendor", place.served)
    answer = trustui("source", "pin", "vendro", "--root", place.root, *WHY)
    assert (answer.status, answer.err) == (
        2,
        "trustui: there is no source 'vendro'; there are: vendor\n",
    )


def test_a_removed_source_keeps_its_past_and_its_name(
    trustui: Trustui, place: ServedFolder
) -> None:
    trustui("source", "add", "vendor", place.served)
    assert trustui("source", "remove", "vendor", *WHY).status == 0
    assert Source.objects.get().removed_at is not None
    assert trustui("source", "remove", "vendor", *WHY).status == 2
    assert trustui("source", "list", "--json").json == {"sources": []}


def test_removing_needs_a_reason(trustui: Trustui) -> None:
    answer = trustui("source", "remove", "vendor")
    assert answer.status == 2
    assert "--reason" in answer.err
