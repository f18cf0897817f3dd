"""One word for a repository as a whole."""

from datetime import datetime, timedelta

import pytest

from tests.simulators.tuf_places import TufPlace
from tests.vectors.tuf.builders import DAY, NOW, YESTERDAY, client, publish_with, small, staged
from trustui.core.facts import Document, ProblemKind
from trustui.core.formats.tuf.parse import parse
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.formats.tuf.states import expires_soon, expiring_soon, trust_state
from trustui.core.trace import TrustState
from trustui.demo.publisher import Publisher


def state(
    repo: Publisher, place: TufPlace, origin: AnchorOrigin = AnchorOrigin.PINNED
) -> TrustState:
    verdict = client(repo, origin=origin).verify(place)
    return trust_state(verdict.trace, verdict.repository)


def test_a_sound_repository_is_verified() -> None:
    repo = small()
    assert state(repo, TufPlace(repo.files)) is TrustState.VERIFIED


def test_a_sound_repository_that_nobody_vouches_for_is_signed_and_not_trusted() -> None:
    repo = small()
    place = TufPlace(repo.files)
    assert state(repo, place, origin=AnchorOrigin.NOBODY) is TrustState.NOT_TRUSTED


def test_a_failed_check_is_failing_even_where_nobody_vouches() -> None:
    repo = small()
    repo.withdraw("1.targets.json")
    assert state(repo, TufPlace(repo.files)) is TrustState.FAILING


def test_a_place_that_gives_no_usable_answer_could_not_be_checked() -> None:
    repo = small()
    place = TufPlace(repo.files, {"timestamp.json": ProblemKind.UNREADABLE})
    assert state(repo, place) is TrustState.COULD_NOT_CHECK


def test_a_timestamp_at_the_end_of_its_life_expires_soon() -> None:
    repo = small()
    place = TufPlace(repo.files, seen_at=YESTERDAY)
    late = YESTERDAY + timedelta(days=2.5)
    verdict = client(repo, at=late).verify(place)
    assert trust_state(verdict.trace, verdict.repository) is TrustState.EXPIRES_SOON
    assert expiring_soon(verdict.repository) == ["timestamp"]


def test_what_has_no_publication_date_is_judged_by_its_signing_period() -> None:
    repo = publish_with(
        staged(), "targets", lambda signed: signed.update({"x-tuf-on-ci-signing-period": 90})
    )
    verdict = client(repo).verify(repo.files)
    assert expiring_soon(verdict.repository) == ["targets"]


EXPIRES = YESTERDAY + 10 * DAY


@pytest.mark.parametrize(
    ("seen", "at", "signing_began", "expected"),
    [
        (YESTERDAY, YESTERDAY, None, False),
        (YESTERDAY, EXPIRES - 2 * DAY, None, False),
        (YESTERDAY, EXPIRES - 2 * DAY + timedelta(seconds=1), None, True),
        (YESTERDAY, EXPIRES - timedelta(seconds=1), None, True),
        (YESTERDAY, EXPIRES, None, False),
        (YESTERDAY, EXPIRES + DAY, None, False),
        (None, EXPIRES - timedelta(seconds=1), None, False),
        (None, NOW, NOW, True),
        (None, NOW, NOW + timedelta(seconds=1), False),
        (None, EXPIRES, NOW, False),
        (YESTERDAY, EXPIRES, NOW, False),
        (YESTERDAY, YESTERDAY, YESTERDAY - DAY, True),
    ],
)
def test_soon_is_less_than_a_fifth_of_the_lifetime_or_within_the_signing_period(
    seen: datetime | None, at: datetime, signing_began: datetime | None, expected: bool
) -> None:
    repo = staged()
    repo.set_expiry("snapshot", EXPIRES)
    repo.publish()
    metadata = parse(Document("1.snapshot.json", repo.document("snapshot"), seen_at=seen))
    assert expires_soon(metadata, at, signing_began) is expected
