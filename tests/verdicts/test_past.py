"""The verdicts of a past that was imported, as a client of each instant would have had them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.scale import WHOLE
from tests.simulators.watched import DAY, START, WEEK, Watched, vendor
from trustui.core.facts import Document
from trustui.crawl.registry import open_source
from trustui.crawl.source import Options, Seen
from trustui.demo.publisher import Publisher
from trustui.events.models import Event
from trustui.inventory.importing import import_past
from trustui.inventory.text import identity
from trustui.verdicts.history import verdict_at, verdicts_of
from trustui.verdicts.models import Cause, Finding, SourceVerdict, Verdict
from trustui.verdicts.past import Bodies, conclude_past, noting_forms
from trustui.verdicts.reverifying import reverify

ALICE = "person:alice"
SIGNED_BY_OTHERS = "tuf.timestamp.signature.threshold"
LAPSED = "tuf.timestamp.freeze.expired"
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def seen_of(repo: Publisher) -> list[Seen]:
    """Everything that a publisher ever published, as a place with a past tells it."""
    return [
        Seen(one.role, one.file_name, Document(one.file_name, one.body), one.at, "history")
        for one in repo.versions
    ]


def lived(watched: Watched, now: datetime, past: Iterable[Seen] | None = None) -> int:
    """Import a past and conclude about it."""
    seen = seen_of(watched.repo) if past is None else past
    import_past(source=watched.source, seen=seen, now=now, actor=ALICE)
    return conclude_past(watched.source.pk, now=now)


@pytest.fixture
def repo() -> Publisher:
    """Published on days 0, 3 and 12: its timestamp lapsed on day 10."""
    repo = vendor()
    repo.publish(START + 3 * DAY)
    repo.publish(START + 12 * DAY)
    return repo


@pytest.fixture
def watched(repo: Publisher) -> Watched:
    return Watched(repo)


def story(watched: Watched) -> list[tuple[timedelta, str, str]]:
    """When, trust state, first failing check."""
    rows = Verdict.objects.filter(source=watched.source).order_by("at", "id")
    return [(one.at - START, one.trust_state, one.first_failing) for one in rows]


SOON = WEEK - WEEK / 5


def test_it_tells_of_each_publication_and_of_what_time_did_in_between(watched: Watched) -> None:
    lived(watched, START + 13 * DAY)
    assert [(when.days, *what) for when, *what in story(watched)] == [
        (0, "verified", ""),
        (3, "verified", ""),
        (8, "expires_soon", ""),
        (10, "failing", LAPSED),
        (12, "verified", ""),
    ]


def test_an_outage_begins_with_the_second_of_expiry_and_ends_with_the_next_timestamp(
    watched: Watched,
) -> None:
    lived(watched, START + 13 * DAY)
    states = [
        verdict_at(watched.source.pk, START + 10 * DAY - SECOND),
        verdict_at(watched.source.pk, START + 10 * DAY),
        verdict_at(watched.source.pk, START + 12 * DAY - SECOND),
        verdict_at(watched.source.pk, START + 12 * DAY),
    ]
    assert [one and one.trust_state for one in states] == [
        "expires_soon",
        "failing",
        "failing",
        "verified",
    ]


def test_each_says_what_made_it(watched: Watched) -> None:
    lived(watched, START + 13 * DAY)
    changes = [one.changes for one in Verdict.objects.order_by("at")]
    assert "root v1 was published" in changes[0]
    assert changes[1] == ["timestamp v2 was published"]
    assert changes[2] == ["timestamp v2 expires soon, 2026-03-11T12:00:00Z"]
    assert changes[3] == ["timestamp v2 expired 2026-03-11T12:00:00Z"]
    assert {one.cause for one in Verdict.objects.all()} == {Cause.IMPORT}


def test_it_ends_with_the_present_standing(watched: Watched) -> None:
    lived(watched, START + 13 * DAY)
    standing = watched.standing
    assert standing.trust_state == "verified"
    assert standing.since == START + 12 * DAY
    assert standing.valid_until is not None
    assert standing.valid_until > START + 13 * DAY


def test_a_past_that_ended_in_an_outage_is_failing_now(watched: Watched) -> None:
    lived(watched, START + 100 * DAY)
    standing = watched.standing
    assert (standing.trust_state, standing.verdict.first_failing) == ("failing", LAPSED)
    assert standing.since == START + 19 * DAY


def test_the_store_then_says_the_same(watched: Watched) -> None:
    now = START + 13 * DAY
    lived(watched, now)
    concluded = reverify([watched.source.pk], Cause.TIME, now)
    assert concluded.confirmed == (watched.source.pk,)


def test_done_again_it_writes_nothing(watched: Watched) -> None:
    now = START + 13 * DAY
    assert lived(watched, now) == 5
    verdicts, events = list(Verdict.objects.values()), Event.objects.count()
    standing = SourceVerdict.objects.values().get()
    assert lived(watched, now + 60 * SECOND) == 0
    assert list(Verdict.objects.values()) == verdicts
    assert SourceVerdict.objects.values().get() == standing
    assert Event.objects.count() == events


def test_a_past_that_has_gone_on_is_carried_on(watched: Watched, repo: Publisher) -> None:
    lived(watched, START + 13 * DAY)
    repo.publish(START + 14 * DAY)
    assert lived(watched, START + 15 * DAY) == 1
    assert watched.standing.verdict.at == START + 14 * DAY
    assert watched.standing.since == START + 12 * DAY


def test_one_event_tells_what_it_came_to(watched: Watched) -> None:
    lived(watched, START + 100 * DAY)
    event = Event.objects.get(kind="verdict.changed")
    assert event.at == START + 100 * DAY
    assert event.detail["to"]["trust_state"] == "failing"


def test_what_was_seen_by_us_counts_more(watched: Watched) -> None:
    now = START + 13 * DAY
    watched.crawl(now)
    own = watched.standing.verdict_id
    lived(watched, now + DAY)
    assert watched.standing.verdict_id == own
    assert Event.objects.filter(kind="verdict.changed").count() == 1
    rows = verdicts_of(watched.source.pk)
    assert [one.cause for one in rows] == ["evidence", *["import"] * 5]


def test_a_rollback_in_the_past_is_one(watched: Watched, repo: Publisher) -> None:
    first = repo.document("timestamp", 1)
    back = Seen("timestamp", "timestamp.json", Document("t", first), START + 13 * DAY, "history")
    lived(watched, START + 14 * DAY, [*seen_of(repo), back])
    assert story(watched)[-1][2] == "tuf.timestamp.rollback.version"


def test_before_the_pinned_root_was_published_nobody_vouches(repo: Publisher) -> None:
    repo.rotate("root")
    repo.publish(START + 13 * DAY)
    watched = Watched(repo, is_pinned=False)
    watched.pin(repo.document("root", 2))
    lived(watched, START + 14 * DAY)
    assert [what for _, *what in story(watched)][-2:] == [
        ["not_trusted", "tuf.root.anchor"],
        ["verified", ""],
    ]


def test_a_root_that_the_past_does_not_have_is_trusted_throughout(repo: Publisher) -> None:
    watched = Watched(repo, is_pinned=False)
    watched.pin(vendor("somebody else").document("root", 1))
    lived(watched, START + 13 * DAY)
    assert "verified" not in {state for _, state, _ in story(watched)}
    assert watched.standing.trust_state == "failing"


def test_under_another_root_the_past_is_told_anew(watched: Watched, repo: Publisher) -> None:
    now = START + 13 * DAY
    lived(watched, now)
    watched.pin(vendor("somebody else").document("root", 1))
    lived(watched, now + DAY)
    assert {state for _, state, _ in story(watched)} == {"failing"}
    assert watched.standing.trust_state == "failing"
    assert repo.version("root") == 1


def test_a_source_without_an_imported_past_gets_nothing(watched: Watched) -> None:
    watched.crawl(START)
    assert conclude_past(watched.source.pk, now=START + DAY) == 0
    assert len(watched.verdicts) == 1


def test_other_forms_that_were_not_kept_are_no_mismatch() -> None:
    repo = Publisher("vendor", START, meta_hashes=True)
    repo.publish(START)
    seen = [
        Seen(one.role, one.place, Document("s", one.document.body + b" "), START, "history")
        if one.role == "snapshot"
        else one
        for one in seen_of(repo)
    ]
    lived(other := Watched(repo), START + DAY, seen)
    assert story(other)[-1][1] == "failing"
    watched = Watched(repo)
    forms: dict[tuple[str, str], int] = {}
    noted = (replace(one, document=replace(one.document, other_forms=1)) for one in seen)
    past = noting_forms(noted, forms)
    import_past(source=watched.source, seen=past, now=START + DAY, actor=ALICE)
    assert forms[identity("snapshot"), "1"] == 1
    conclude_past(watched.source.pk, now=START + DAY, other_forms=forms)
    assert story(watched)[-1][1] == "verified"
    assert Finding.objects.filter(check_id="tuf.snapshot.hash", gone_at=None).exists()


def test_progress_is_told(watched: Watched, repo: Publisher) -> None:
    import_past(source=watched.source, seen=seen_of(repo), now=START + 13 * DAY, actor=ALICE)
    heard: list[tuple[int, int]] = []
    conclude_past(
        watched.source.pk,
        now=START + 13 * DAY,
        progress=lambda done, total: heard.append((done, total)),
    )
    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_bytes_are_read_in_portions(
    watched: Watched, repo: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_past(source=watched.source, seen=seen_of(repo), now=START, actor=ALICE)
    monkeypatch.setattr("trustui.verdicts.past.KEPT_BYTES", 1)
    monkeypatch.setattr("trustui.verdicts.past.READ_AHEAD", 1)
    assert conclude_past(watched.source.pk, now=START + 13 * DAY) == 5
    assert Bodies([]) == {}


# ---- Sigstore, as its commits tell


@pytest.mark.skipif(
    not WHOLE, reason="an ordinary run sees them in tests/acceptance/test_import_of_real_pasts.py"
)
def test_the_lapses_of_sigstore_stand_in_its_verdicts(
    shared_data: Callable[[str], Path],
) -> None:
    """The three outages of handbook tuf §5.1, and the two roots that came before their timestamps."""
    folder = shared_data("tuf/sigstore-root-signing")
    place = open_source(str(folder), Options())
    seen = [one for one in place.past() if isinstance(one, Seen)]
    first = next(one for one in seen if one.role == "root")
    watched = Watched(vendor(), is_pinned=False)
    watched.pin(first.document.body)
    now = max(one.published_at for one in seen if one.published_at is not None) + 60 * SECOND
    forms: dict[tuple[str, str], int] = {}
    import_past(source=watched.source, seen=noting_forms(seen, forms), now=now, actor=ALICE)
    conclude_past(watched.source.pk, now=now, other_forms=forms)
    failing = Verdict.objects.filter(source=watched.source, outcome="failed")
    assert [(f"{one.at:%Y-%m-%d}", one.first_failing) for one in failing.order_by("at")] == [
        ("2021-12-14", "tuf.snapshot.freeze.expired"),
        ("2021-12-14", LAPSED),
        ("2022-02-22", LAPSED),
        ("2022-05-06", LAPSED),
        ("2024-08-30", SIGNED_BY_OTHERS),
        ("2025-02-06", SIGNED_BY_OTHERS),
    ]
    assert watched.standing.trust_state in {"verified", "expires_soon"}
