"""What a key is worth is told once of the same documents, and anew of others."""

import pytest

from tests.simulators.keyed import spared
from tests.simulators.seen import LATER, moment, viewer_of, with_roles
from tests.simulators.watched import DAY, START, Watched
from trustui.core.formats.tuf.repository import Repository
from trustui.core.impact import Trust
from trustui.inventory.models import RoleState, SourceKey
from trustui.pages import kept_worth as module
from trustui.pages.kept_repository import KeptRepository, kept_repositories
from trustui.pages.kept_worth import gathered

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Trust]:
    """Whatever was gathered anew."""
    made: list[Trust] = []

    class Counted(Trust):
        def __init__(self, repository: Repository) -> None:
            super().__init__(repository)
            made.append(self)

    monkeypatch.setattr(module, "Trust", Counted)
    return made


def kept(watched: Watched) -> KeptRepository:
    roles = RoleState.objects.filter(source=watched.source).values_list("role_id", flat=True)
    ids = [watched.source.pk]
    return kept_repositories(viewer_of(watched), moment(LATER), ids, [*roles])[ids[0]]


def fingerprint(watched: Watched) -> str:
    keys = SourceKey.objects.filter(source=watched.source).order_by("key__fingerprint")
    return str(keys.values_list("key__fingerprint", flat=True)[0])


def test_the_same_documents_are_looked_at_once(asked: list[Trust]) -> None:
    watched = spared()
    name = fingerprint(watched)
    first = gathered(kept(watched), name)
    assert first is not None
    assert gathered(kept(watched), name) is first
    assert len(asked) == 1


def test_other_documents_are_looked_at_anew(asked: list[Trust]) -> None:
    repo = with_roles(2)
    watched = Watched(repo)
    watched.crawl(START)
    name, before = fingerprint(watched), kept(watched)
    gathered(before, name)
    repo.publish(START + DAY)
    watched.crawl(START + DAY)
    after = kept(watched)
    assert after.digest != before.digest
    gathered(after, name)
    assert len(asked) == 2


def test_what_is_long_is_not_remembered(
    monkeypatch: pytest.MonkeyPatch, asked: list[Trust]
) -> None:
    monkeypatch.setattr(module, "FEW_ROLES", 0)
    watched = spared()
    for _ in range(2):
        assert gathered(kept(watched), fingerprint(watched)) is not None
    assert len(asked) == 2


def test_a_key_that_no_document_names_is_worth_nothing_told() -> None:
    assert gathered(kept(spared()), "0" * 64) is None
