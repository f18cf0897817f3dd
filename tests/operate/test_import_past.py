"""`trustui import`: the past of a source from a folder, once, told with its person."""

from datetime import UTC, datetime

import pytest

from tests.simulators.command_line import Trustui
from tests.simulators.git_history import changes_of_versions, write_git
from tests.simulators.served_folder import HOUR, ServedFolder
from trustui.events.models import Event
from trustui.inventory.models import Blob, Sighting
from trustui.verdicts.models import Verdict

pytestmark = pytest.mark.django_db

WHY = ("--reason", "read out over the phone", "--as", "alice")


@pytest.fixture
def past(place: ServedFolder, trustui: Trustui) -> ServedFolder:
    """A source with two publications behind it, that nobody looked at yet."""
    place.repo.add_target("targets", "app-2.tar.gz", b"another")
    place.publish(datetime.now(UTC) - HOUR / 2)
    trustui("source", "add", "vendor", place.served, "--root", place.root, *WHY)
    return place


def rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Blob, Sighting, Verdict, Event))


def test_it_takes_over_every_version_and_its_verdicts(trustui: Trustui, past: ServedFolder) -> None:
    answer = trustui("import", past.history, "--source", "vendor", "--as", "alice", "--json")
    assert answer.status == 0
    assert answer.json["documents"] == answer.json["new"] == len(past.repo.versions)
    assert answer.json["verdicts"] == 2
    assert set(Verdict.objects.values_list("trust_state", flat=True)) == {"verified"}
    imported = Event.objects.get(kind="source.imported")
    assert imported.actor == "person:alice"
    assert not Event.objects.filter(position=None).exists()


def test_done_again_it_writes_nothing(trustui: Trustui, past: ServedFolder) -> None:
    trustui("import", past.history, "--source", "vendor")
    before = rows()
    answer = trustui("import", past.history, "--source", "vendor")
    assert answer.status == 0
    assert "0 of them new; 0 new verdicts" in answer.out
    assert rows() == before


def test_without_a_root_it_says_that_nothing_is_verified(
    trustui: Trustui, place: ServedFolder
) -> None:
    trustui("source", "add", "vendor", place.served)
    answer = trustui("import", place.history, "--source", "vendor")
    assert "no root is pinned" in answer.out


def test_what_cannot_be_read_is_named(trustui: Trustui, past: ServedFolder) -> None:
    broken = past.history / "snapshot" / "1.snapshot.json"
    broken.unlink()
    broken.mkdir()
    answer = trustui("import", past.history, "--source", "vendor")
    assert answer.status == 1
    assert "cannot be read: " in answer.out
    assert "1.snapshot.json" in answer.out


def test_a_git_repository_is_imported_from_the_branch_that_is_named(
    trustui: Trustui, past: ServedFolder
) -> None:
    clone = past.folder / "clone"
    write_git(changes_of_versions(past.repo.versions), clone, branch="publish")
    named = ("import", clone, "--source", "vendor", "--branch")
    answer = trustui(*named, "publish", "--folder", "metadata", "--json")
    assert answer.status == 0
    assert Sighting.objects.filter(origin="git").count() == answer.json["new"] > 0
    nothing = trustui(*named, "none")
    assert nothing.status == 1
    assert "has no past that can be read" in nothing.err


def test_a_place_without_a_past_is_refused(trustui: Trustui, past: ServedFolder) -> None:
    answer = trustui("import", past.served, "--source", "vendor")
    assert answer.status == 2
    assert "found a place of the kind directory" in answer.err


def test_nothing_at_all_is_refused(trustui: Trustui, past: ServedFolder) -> None:
    answer = trustui("import", past.folder / "nowhere", "--source", "vendor")
    assert answer.status == 2
    assert "expected a history folder or a git repository, found" in answer.err


def test_an_unknown_source_is_refused(trustui: Trustui, past: ServedFolder) -> None:
    answer = trustui("import", past.history, "--source", "elsewhere")
    assert answer.status == 2
    assert "there is no source 'elsewhere'; there are: vendor" in answer.err
