"""How much is signed and trusted, at an instant and over time."""

import pytest

from tests.simulators.port import Port
from trustui.images.models import Manifest, Platform
from trustui.pages.images import shares
from trustui.pages.images.shares import (
    HEIGHT,
    Share,
    is_too_much,
    of_digests,
    of_sources,
    of_tags,
    over_time,
    sign_of,
    together,
)
from trustui.verdicts.image_counting import count_all_repositories
from trustui.verdicts.models import ArtefactStanding


def test_tags_and_digests_are_counted_by_what_is_true_of_them(crane: Port) -> None:
    expected = Share(all=5, signed=3, trusted=3)
    assert of_tags([crane.repository_id], crane.now) == {crane.repository_id: expected}
    assert of_digests([crane.repository_id], crane.now) == {crane.repository_id: expected}
    assert of_sources([crane.told.source.pk], crane.now) == {crane.told.source.pk: expected}
    assert of_sources([], crane.now) == {}
    then = crane.then(crane.told.story, 0)
    assert of_tags([crane.repository_id], then) == {crane.repository_id: Share(1, 1, 1)}
    assert of_digests([crane.repository_id], then) == {crane.repository_id: Share(1, 1, 1)}


def test_what_is_inherited_counts_as_trusted_where_a_trusted_index_lists_it(crane: Port) -> None:
    trusted = ArtefactStanding.objects.filter(trust_state="verified")
    index = Manifest.objects.get(digest=trusted[0].digest, repository=crane.repository_id)
    platform = ArtefactStanding.objects.exclude(trust_state="verified")[0]
    ArtefactStanding.objects.filter(pk=platform.pk).update(trust_state="inherited")
    assert counts(crane) == [3, 3]
    Platform.objects.create(index=index, position=50, digest=platform.digest, is_attestation=False)
    assert counts(crane) == [4, 4]
    trusted.filter(digest=index.digest).update(trust_state="failing")
    assert counts(crane) == [2, 2]
    ArtefactStanding.objects.filter(pk=platform.pk).update(trust_state="not_signed")
    ArtefactStanding.objects.filter(digest=index.digest).update(trust_state="verified")
    assert counts(crane) == [3, 3]


def counts(port: Port) -> list[int]:
    """Of tags and of digests that are trusted."""
    repository = port.repository_id
    count_all_repositories()
    return [count([repository], port.now)[repository].trusted for count in (of_tags, of_digests)]


def test_the_picture_ends_in_the_present_and_begins_with_the_first_tag(crane: Port) -> None:
    found = over_time([crane.repository_id], crane.now)
    assert found is not None
    assert found.columns[-1].at == crane.now.at
    assert found.columns[-1].share == Share(all=5, signed=3, trusted=3)
    assert found.columns[0].share == Share(1, 1, 1)
    newest = found.columns[-1]
    assert sum(float(piece.height) for piece in newest.pieces) == HEIGHT
    assert [piece.sign for piece in newest.pieces] == ["ok", "none"]
    assert found.rows[-1].share == newest.share
    assert len(found.rows) < len(found.columns)
    assert "3 of 5 trusted, 3 signed" in found.words


def test_there_is_no_picture_of_nothing_or_of_too_much(
    crane: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert over_time([], crane.now) is None
    tags, digests = Share(5, 3, 3), Share(4)
    assert not is_too_much(tags, digests)
    monkeypatch.setattr(shares, "MOST", 4)
    assert over_time([crane.repository_id], crane.now) is None
    assert is_too_much(tags, digests)
    assert is_too_much(digests, tags)
    assert not is_too_much(digests, digests)


def test_shares_are_summed_and_shown_by_their_worst() -> None:
    assert together([Share(2, 1, 1), Share(3, 3, 1, 1, 1)]) == Share(5, 4, 2, 1, 1)
    signs = [sign_of(one) for one in (Share(), Share(1, 1, 1), Share(2, 1, 1), Share(2, 2, 1, 1), Share(2, 2, 1, 0, 1))]  # fmt: skip
    assert signs == ["none", "ok", "none", "bad", "unknown"]
    assert Share().words == "none"
    assert [one.in_short for one in (Share(), Share(1, 1, 1), Share(2, 1, 1), Share(2, 2, 1, 1), Share(2, 2, 1, 0, 1))] == [
        "no tags", "verified", "1 of 2 verified", "1 failing", "1 could not be checked",
    ]  # fmt: skip
