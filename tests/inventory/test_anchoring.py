"""Which root a source is verified from is a person's act, told with the reason."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.watched import START, Watched, vendor
from trustui.accounts.models import User
from trustui.core.primitives.digests import sha256
from trustui.crawl.source import Options
from trustui.crawl.source import Source as Place
from trustui.demo.layout import write_files
from trustui.demo.publisher import Publisher
from trustui.events.models import Event
from trustui.inventory.anchoring import anchor_source, confirmed_root
from trustui.inventory.models import RoleState
from trustui.inventory.places import orders_for
from trustui.inventory.recognizing import kind_named
from trustui.policies.models import Anchor, Origin
from trustui.policies.services import PinError


def anchor(watched: Watched, body: bytes, origin: Origin = Origin.FILE, name: str = "a") -> Anchor:
    return anchor_source(
        source=watched.source,
        body=body,
        origin=origin,
        by=None,
        by_name=name,
        reason="read out over the phone",
        now=START,
    )


@pytest.fixture
def repo() -> Publisher:
    return vendor()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("origin", "kind"),
    [
        (Origin.FILE, "anchor.pinned"),
        (Origin.CONFIRMED, "anchor.confirmed"),
        (Origin.FIRST_USE, "anchor.confirmed"),
    ],
)
def test_a_first_root_is_told_by_how_it_came(repo: Publisher, origin: Origin, kind: str) -> None:
    watched = Watched(repo, is_pinned=False)
    body = repo.document("root", 1)
    anchored = anchor(watched, body, origin, "alice")
    watched.source.refresh_from_db()
    assert watched.source.anchor == anchored
    event = Event.objects.get()
    assert (event.kind, event.actor, event.source_id) == (kind, "person:alice", watched.source.pk)
    assert event.reason == "read out over the phone"
    assert event.detail == {
        "anchor": anchored.pk,
        "sha256": sha256(body),
        "version": "1",
        "origin": str(origin),
        "replaces": None,
    }


@pytest.mark.django_db
def test_another_root_replaces_it_and_what_was_trusted_is_forgotten(repo: Publisher) -> None:
    watched = Watched(repo)
    watched.crawl(START)
    assert RoleState.objects.exclude(trusted=None).exists()
    repo.rotate("root")
    repo.publish(START + timedelta(hours=1))
    first = Anchor.objects.get()
    second = anchor(watched, repo.document("root", 2))
    assert second.replaces == first
    assert not RoleState.objects.exclude(trusted=None).exists()
    assert Event.objects.get(kind="anchor.replaced").detail["replaces"] == first.sha256
    (order,) = orders_for([watched.source.pk])
    assert order.root is not None
    assert (order.root.body, order.is_settled) == (repo.document("root", 2), False)


@pytest.mark.django_db
def test_the_same_root_is_not_pinned_again(repo: Publisher) -> None:
    watched = Watched(repo)
    with pytest.raises(PinError, match="pinned already, by alice"):
        anchor(watched, repo.document("root", 1))
    assert Anchor.objects.count() == 1


@pytest.mark.django_db
def test_what_is_no_root_changes_nothing(repo: Publisher) -> None:
    watched = Watched(repo, is_pinned=False)
    with pytest.raises(PinError, match="expected root metadata"):
        anchor(watched, repo.document("targets"))
    watched.source.refresh_from_db()
    assert watched.source.anchor is None
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_removed_source_is_not_anchored(repo: Publisher) -> None:
    watched = Watched(repo, is_pinned=False)
    watched.source.removed_at = START
    watched.source.save()
    with pytest.raises(PinError, match="was removed"):
        anchor(watched, repo.document("root", 1))


@pytest.mark.django_db
def test_the_account_is_kept_where_there_is_one(repo: Publisher) -> None:
    watched, alice = Watched(repo, is_pinned=False), User.objects.create_user("alice")
    anchored = anchor_source(
        source=watched.source,
        body=repo.document("root", 1),
        origin=Origin.FILE,
        by=alice,
        by_name="alice",
        reason="why",
        now=START,
    )
    assert anchored.pinned_by == alice


# ---- confirming a fingerprint


@pytest.fixture
def place(repo: Publisher, tmp_path: Path) -> Iterator[Place]:
    write_files(repo.metadata, tmp_path)
    with closing(kind_named("directory").open(str(tmp_path), Options())) as opened:
        yield opened


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "capital": str.upper,
    "in two parts": lambda text: f" {text[:32]} {text[32:]}",
    "with colons": lambda text: ":".join(text[at : at + 2] for at in range(0, 64, 2)),
}


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
def test_a_fingerprint_is_confirmed_however_it_is_spelled(
    repo: Publisher, place: Place, spelled: Callable[[str], str]
) -> None:
    body = repo.document("root", 1)
    assert confirmed_root(place, spelled(sha256(body))) == body


@pytest.mark.parametrize("fingerprint", ["", "ab" * 20, "xy" * 32, "ab" * 33, "\u0660" * 64])
def test_what_is_no_sha256_is_refused_before_anybody_is_asked(fingerprint: str) -> None:
    nobody: Any = None
    with pytest.raises(PinError, match="expected a SHA-256 in 64 hexadecimal digits"):
        confirmed_root(nobody, fingerprint)


def test_another_fingerprint_is_refused_with_the_one_that_was_found(
    repo: Publisher, place: Place
) -> None:
    found = sha256(repo.document("root", 1))
    with pytest.raises(PinError, match=f"{'ab' * 32}, found {found}"):
        confirmed_root(place, "ab" * 32)


def test_a_place_without_a_first_root_says_why(place: Place, tmp_path: Path) -> None:
    (tmp_path / "1.root.json").unlink()
    with pytest.raises(PinError, match=r"gives no first root: \S"):
        confirmed_root(place, "ab" * 32)
