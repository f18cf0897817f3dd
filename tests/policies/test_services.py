"""Pinning a root: only what is one, only by somebody, only for a reason."""

from datetime import UTC, datetime

import pytest

from trustui.accounts.models import Team, User
from trustui.core.limits import TufLimits
from trustui.core.primitives.digests import sha256
from trustui.demo.publisher import Publisher
from trustui.policies.models import Anchor, Origin
from trustui.policies.services import TUF_ROOT, PinError, pin, read_root

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def repo() -> Publisher:
    repo = Publisher("vendor", NOW)
    repo.publish(NOW)
    return repo


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="Delivery", created_at=NOW)


def pinned(team: Team, body: bytes, **changes: object) -> Anchor:
    given = {"by": None, "by_name": " alice ", "reason": " over the phone ", "now": NOW}
    return pin(team=team, body=body, origin=Origin.FILE, **{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_pinned_root_is_kept_as_it_came_with_who_and_why(repo: Publisher, team: Team) -> None:
    body, alice = repo.document("root"), User.objects.create_user("alice")
    anchor = pinned(team, body, by=alice)
    anchor.refresh_from_db()
    assert (anchor.kind, bytes(anchor.body), anchor.sha256) == (TUF_ROOT, body, sha256(body))
    assert (anchor.version, anchor.pinned_at, anchor.pinned_by) == ("1", NOW, alice)
    assert (anchor.pinned_by_name, anchor.reason) == ("alice", "over the phone")


@pytest.mark.django_db
def test_the_name_stays_when_the_account_goes(repo: Publisher, team: Team) -> None:
    alice = User.objects.create_user("alice")
    anchor = pinned(team, repo.document("root"), by=alice)
    alice.delete()
    anchor.refresh_from_db()
    assert (anchor.pinned_by, anchor.pinned_by_name) == (None, "alice")


@pytest.mark.django_db
@pytest.mark.parametrize("missing", [{"by_name": " "}, {"reason": ""}, {"reason": "\n"}])
def test_nobody_and_no_reason_pin_nothing(
    repo: Publisher, team: Team, missing: dict[str, str]
) -> None:
    with pytest.raises(PinError, match="the name of a person and a reason"):
        pinned(team, repo.document("root"), **missing)
    assert not Anchor.objects.exists()


@pytest.mark.django_db
def test_a_root_that_replaces_another_says_which(repo: Publisher, team: Team) -> None:
    first = pinned(team, repo.document("root"))
    assert pinned(team, repo.document("root"), replaces=first).replaces == first


def test_what_is_metadata_but_no_root_is_refused(repo: Publisher) -> None:
    with pytest.raises(PinError, match="expected root metadata, found snapshot metadata"):
        read_root(repo.document("snapshot"))


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'{"signed": 1, "signed": 2}'])
def test_what_is_no_metadata_is_refused(body: bytes) -> None:
    with pytest.raises(PinError, match="this is no root metadata"):
        read_root(body)


def test_a_root_longer_than_any_crawl_would_read_is_refused() -> None:
    limit = TufLimits().root_bytes
    with pytest.raises(PinError, match=f"at most {limit:,} bytes, found {limit + 1:,}"):
        read_root(bytes(limit + 1))
