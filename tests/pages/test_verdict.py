"""The verdict page as values."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from tests.simulators.kept import made_once
from tests.simulators.onlookers import STRANGER, onlooker, past, present, time_passes
from tests.simulators.watched import DAY, START, WEEK, Watched, vendor
from trustui.accounts.models import Role
from trustui.demo.publisher import Publisher
from trustui.pages.moment import Moment
from trustui.pages.verdict import MOST_QUERIES, VerdictPage, reproduce, verdict, verdict_json
from trustui.pages.viewer import Viewer
from trustui.verdicts.history import trace_of
from trustui.verdicts.taking import take

pytestmark = pytest.mark.django_db
LAPSED = START + WEEK + 2 * DAY

CountQueries = Callable[[int], AbstractContextManager[object]]


@pytest.fixture
@made_once
def lapsed() -> Watched:
    """Verified, then its timestamp expired."""
    watched = Watched(vendor(), name="vendor-updates")
    watched.crawl(START + DAY)
    time_passes(watched, LAPSED)
    return watched


@pytest.fixture
def viewer(lapsed: Watched) -> Viewer:
    return onlooker(lapsed)


def newest(watched: Watched, viewer: Viewer, days: int = 0) -> VerdictPage:
    row = watched.verdicts[-1]
    found = verdict(viewer, present(row.at + days * DAY), watched.source.pk, row.pk)
    assert found is not None
    return found


def test_its_title_is_the_answer(lapsed: Watched, viewer: Viewer) -> None:
    page = newest(lapsed, viewer, days=2)
    assert page.head.title == "Failing for 2 days: the timestamp has expired"
    assert [fact.sign for fact in page.facts] == ["ok", "ok", "bad", "ok"]
    assert page.facts[1].note.startswith("by alice")


def test_it_is_compared_with_the_last_passing_verdict(lapsed: Watched, viewer: Viewer) -> None:
    page = newest(lapsed, viewer)
    assert page.passed_at == START + DAY
    assert page.compared is not None
    assert page.compared.verdict_id == lapsed.verdicts[0].pk
    assert page.compared.then.startswith("passed: timestamp v1 is valid")
    assert page.compared.now.startswith("failed: timestamp v1 expired")


def test_the_first_failing_step_brings_the_bytes_and_its_own_history(
    lapsed: Watched, viewer: Viewer
) -> None:
    page = newest(lapsed, viewer)
    (line,) = [
        step
        for group in page.waterfall.groups
        for step in group.head.steps
        if step.number == page.waterfall.first
    ]
    assert line.check_id == "tuf.timestamp.freeze.expired"
    assert '"expires": "2026-03-08T12:00:00Z"' in line.excerpt
    assert "In this repository" in [item.label for item in line.more]
    assert page.changes[0].badge == "stopped"


def test_the_evidence_leads_to_the_documents(lapsed: Watched, viewer: Viewer) -> None:
    page = newest(lapsed, viewer)
    assert [(one.role, one.version) for one in page.evidence] == [
        ("root", "1"),
        ("timestamp", "1"),
        ("snapshot", "1"),
        ("targets", "1"),
    ]
    assert all(one.sha256 in one.href for one in page.evidence)


def test_a_passing_verdict_that_is_over_says_what_came_after(
    lapsed: Watched, viewer: Viewer
) -> None:
    first, second = lapsed.verdicts
    page = verdict(viewer, present(LAPSED + DAY), lapsed.source.pk, first.pk)
    assert page is not None
    assert page.head.title == "Verified for 8 days"
    assert page.ended is not None
    assert page.ended.id == second.pk
    assert page.compared is None


def test_seen_from_before_its_end_it_is_still_in_force(lapsed: Watched, viewer: Viewer) -> None:
    first = lapsed.verdicts[0]
    page = verdict(viewer, past(START + 2 * DAY), lapsed.source.pk, first.pk)
    assert page is not None
    assert page.ended is None
    assert page.head.title == "Verified for 1 day"


def test_what_nobody_knew_yet_is_not_there(lapsed: Watched, viewer: Viewer) -> None:
    second = lapsed.verdicts[1]
    assert verdict(viewer, past(START + 2 * DAY), lapsed.source.pk, second.pk) is None
    assert verdict_json(viewer, past(START + 2 * DAY), lapsed.source.pk, second.pk) is None


def test_for_a_stranger_there_is_no_verdict(lapsed: Watched) -> None:
    row = lapsed.verdicts[-1]
    assert verdict(STRANGER, present(LAPSED), lapsed.source.pk, row.pk) is None
    assert verdict_json(STRANGER, present(LAPSED), lapsed.source.pk, row.pk) is None


def test_a_verdict_of_another_source_is_not_found_below_this_one(
    lapsed: Watched, viewer: Viewer
) -> None:
    row = lapsed.verdicts[-1]
    assert verdict(viewer, present(LAPSED), lapsed.source.pk + 1, row.pk) is None


def test_its_json_is_the_stored_answer_byte_for_byte(lapsed: Watched, viewer: Viewer) -> None:
    row = lapsed.verdicts[-1]
    stored = verdict_json(viewer, present(LAPSED), lapsed.source.pk, row.pk)
    assert stored == trace_of(row.pk)
    assert json.loads(stored)["trust_state"] == "failing"


def test_without_a_pinned_root_it_is_not_called_verified() -> None:
    watched = Watched(vendor(), is_pinned=False)
    watched.crawl(START + DAY)
    page = newest(watched, onlooker(watched))
    assert page.head.title.startswith("Signed, not trusted")
    assert page.facts[1].word == "nobody pinned a root"


def test_a_delegated_role_that_lacks_a_signature_is_named() -> None:
    repo = Publisher("firmware", START)
    repo.add_delegation("targets", "cranes", keys=2, threshold=2, paths=["cranes/*"])
    repo.add_target("cranes", "cranes/a.bin", b"a")
    repo.sign_with_only("cranes", 1)
    repo.publish(START)
    watched = Watched(repo)
    watched.crawl(START + DAY)
    page = newest(watched, onlooker(watched))
    assert page.head.title == "Failing: the role cranes is signed by too few keys"
    assert ("cranes", "1") in [(one.role, one.version) for one in page.evidence]


def test_the_number_of_queries_does_not_grow(
    lapsed: Watched, viewer: Viewer, django_assert_max_num_queries: CountQueries
) -> None:
    small = lapsed.verdicts[-1]
    repo = Publisher("large", START)
    for number in range(40):
        repo.add_delegation("targets", f"team-{number}", paths=[f"{number}/*"])
    repo.publish(START)
    large = Watched(repo, name="large")
    for day in range(5):
        large.crawl(START + day * DAY)
    for watched, row in ((lapsed, small), (large, large.verdicts[-1])):
        with django_assert_max_num_queries(MOST_QUERIES):
            verdict(viewer, present(LAPSED), watched.source.pk, row.pk)


def test_commands_quote_what_a_location_may_hold() -> None:
    ours, theirs = reproduce("tuf", "https://a.example/x';rm -rf ~;'", START)
    assert "'https://a.example/x'\"'\"';rm -rf ~;'\"'\"''" in ours.text
    assert theirs.text.startswith("mkdir -p state && python -c '")


def test_a_folder_is_served_first_for_a_client_that_reads_none() -> None:
    ours, theirs = reproduce("tuf", "/srv/my metadata", START)
    assert "verify tuf '/srv/my metadata' " in ours.text
    serving, asking = theirs.text.split(" &\n")
    assert serving.endswith("--bind 127.0.0.1 --directory '/srv/my metadata'")
    assert '"http://127.0.0.1:8765/"' in asking
    assert "timestamp.json" in theirs.note


def test_formats_whose_clients_are_not_known_have_our_command_alone() -> None:
    assert [one.label for one in reproduce("x", "/srv/x", START)] == ["With trustui"]


def test_crawls_after_the_verdict_tell_of_reach(lapsed: Watched, viewer: Viewer) -> None:
    lapsed.crawl(LAPSED + timedelta(hours=3), files={})
    page = newest(lapsed, viewer)
    assert page.facts[3].sign == "unknown"


def test_the_same_evidence_is_judged_at_another_instant(lapsed: Watched, viewer: Viewer) -> None:
    first, second = lapsed.verdicts
    then = Moment(LAPSED, START + 2 * DAY, START + 20 * DAY)
    page = verdict(viewer, then, lapsed.source.pk, first.pk)
    assert page is not None
    assert page.is_again
    assert page.head.title == "Failing: the timestamp has expired"
    assert page.valid_at == START + 20 * DAY
    later = verdict(viewer, Moment(LAPSED, LAPSED, START + 2 * DAY), lapsed.source.pk, second.pk)
    assert later is not None
    assert (later.is_again, later.head.sign) == (True, "ok")


def test_a_verdict_that_is_over_is_not_judged_again(lapsed: Watched, viewer: Viewer) -> None:
    first = lapsed.verdicts[0]
    moment = Moment(LAPSED, LAPSED, START + 90 * DAY)
    page = verdict(viewer, moment, lapsed.source.pk, first.pk)
    assert page is not None
    assert not page.is_again
    assert page.head.sign == "ok"


def test_a_failure_can_be_taken_once(lapsed: Watched, viewer: Viewer) -> None:
    page = newest(lapsed, viewer)
    assert page.take is not None
    assert (page.take.check, page.take.role) == ("tuf.timestamp.freeze.expired", "timestamp")
    take(source=lapsed.source, check=page.take.check, by="mira", now=LAPSED, note="on it")
    taken = newest(lapsed, viewer)
    assert taken.take is None
    assert taken.taken is not None
    assert (taken.taken.by, taken.taken.note) == ("mira", "on it")


def test_nobody_takes_what_holds_or_what_they_may_not(lapsed: Watched, viewer: Viewer) -> None:
    first, second = lapsed.verdicts
    over = verdict(viewer, present(LAPSED), lapsed.source.pk, first.pk)
    assert over is not None
    assert over.take is None
    watcher = onlooker(lapsed, Role.VIEWER, "vera")
    seen = verdict(watcher, present(LAPSED), lapsed.source.pk, second.pk)
    assert seen is not None
    assert seen.take is None
