"""The timeline as text."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulators.verified import facts, verified
from trustui.cli.pictures import timeline as module
from trustui.cli.pictures.timeline import show_expiries, show_timeline
from trustui.cli.terminal import Style
from trustui.core.timeline import Timeline, expiries, next_expiries
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def lapsed() -> Publisher:
    """A timestamp of 4 days, published on days 0 and 10; targets that live for 200 days."""
    plans = {
        "timestamp": RolePlan(lifetime=4 * DAY),
        "targets": RolePlan(lifetime=200 * DAY),
        "snapshot": RolePlan(lifetime=21 * DAY),
    }
    repo = Publisher("vendor", START, plans=plans)
    repo.publish(START)
    repo.publish(START + 10 * DAY)
    return repo


def timeline_of(repo: Publisher, at: datetime) -> Timeline:
    documents = [(one.role, facts(repo, one.role, one.version), one.at) for one in repo.versions]
    return expiries(documents, at)


def drawn(repo: Publisher, at: datetime, style: Style) -> list[str]:
    return list(show_timeline(timeline_of(repo, at), style))


def test_each_role_has_a_lane_and_a_lapse_is_crossed_out(lapsed: Publisher, plain: Style) -> None:
    lines = drawn(lapsed, START + 20 * DAY, plain)
    assert lines[:4] == [
        "When documents expire",
        "as of 2026-03-21T12:00:00Z",
        "",
        f"{' ' * 18}2026-03-01                    2026-04-20",
    ]
    assert lines[4:9] == [
        f"{' ' * 34}now",
        "root              ━━━━━━━━━━━━━━━━│━━━━━━━━━━━━━━━━━━━━━━━ v1 345 days left",
        "timestamp         ━━━✗✗✗✗✗✗━━✗✗✗✗✗✗                        v2 expired 6 days ago",
        "snapshot          ━━━━━━━━━━━━━━━━┃                        v1 1 day left",
        "targets           ━━━━━━━━━━━━━━━━│━━━━━━━━━━━━━━━━━━━━━━━ v1 180 days left",
    ]


def test_lapses_are_listed_the_newest_first(lapsed: Publisher, plain: Style) -> None:
    lines = drawn(lapsed, START + 20 * DAY, plain)
    assert lines[-4:] == [
        "2 lapses, the newest first",
        "  timestamp v2 lapsed 2026-03-15T12:00:00Z, for 6 days, until now",
        "  timestamp v1 lapsed 2026-03-05T12:00:00Z, for 6 days, until",
        "    2026-03-11T12:00:00Z",
    ]


def test_lines_keep_within_the_width(lapsed: Publisher, style: Style) -> None:
    lapsed.add_delegation("targets", "r" * 100, paths=["*"])
    lapsed.publish()
    assert max(map(len, drawn(lapsed, START + 20 * DAY, style))) <= style.width


def test_without_lapses_there_is_no_list_of_them(lapsed: Publisher, plain: Style) -> None:
    assert drawn(lapsed, START + DAY, plain)[-1].startswith("━ a valid document")


def test_documents_of_unknown_age_have_an_expiry_only(lapsed: Publisher, plain: Style) -> None:
    repository, _ = verified(lapsed)
    assert repository.root is not None
    lines = list(show_timeline(expiries([("root", repository.root, None)], START), plain))
    assert "root" in lines[5]
    assert "━" not in lines[5]


def test_nothing_known_is_said_in_words(plain: Style) -> None:
    assert list(show_timeline(expiries([], START), plain))[-1] == "no document is known"


def test_what_ended_before_the_picture_begins_is_not_drawn(plain: Style) -> None:
    repo = Publisher("old", START, plans={"timestamp": RolePlan(lifetime=DAY)})
    for day in (0, 800):
        repo.publish(START + day * DAY)
    lines = drawn(repo, START + 800 * DAY, plain)
    assert f"{' ' * 18}2027-05-10" in lines[3]


def test_of_many_roles_those_in_trouble_are_drawn(
    lapsed: Publisher, plain: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_LANES", 1)
    lines = drawn(lapsed, START + 20 * DAY, plain)
    assert lines[5].startswith("timestamp")
    assert lines[6] == "… and 3 more roles; --json has them all"


def test_of_many_lapses_the_newest_are_listed(
    lapsed: Publisher, plain: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_LAPSES", 1)
    assert drawn(lapsed, START + 20 * DAY, plain)[-1] == "  … and 1 more; --json has them all"


def test_colour_marks_lapses_and_what_has_expired(lapsed: Publisher) -> None:
    lane = drawn(lapsed, START + 20 * DAY, Style(colour=True))[6]
    assert "\x1b[31;1m✗\x1b[0m" in lane
    assert lane.endswith("\x1b[31;1mv2 expired 6 days ago\x1b[0m")


# What comes next


def following(repo: Publisher, at: datetime, style: Style) -> list[str]:
    repository, _ = verified(repo, at)
    return list(show_expiries(next_expiries(repository, at), at, style))


def test_the_next_expiry_comes_first(lapsed: Publisher, plain: Style) -> None:
    assert following(lapsed, START + 12 * DAY, plain) == [
        "What needs a successor next",
        "  timestamp v2            2026-03-15T12:00:00Z, 2 days left",
        "  snapshot v1             2026-03-22T12:00:00Z, 9 days left",
        "  targets v1              2026-09-17T12:00:00Z, 188 days left",
        "  root v1                 2027-03-01T12:00:00Z, 353 days left",
    ]


def test_a_signing_period_is_told(lapsed: Publisher, plain: Style) -> None:
    lapsed.add_field("targets", "x-tuf-on-ci-signing-period", 30)
    lapsed.publish()
    text = " ".join(following(lapsed, START + 12 * DAY, plain))
    assert "to be signed from" in text


def test_a_long_list_of_expiries_is_cut(
    lapsed: Publisher, plain: Style, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_EXPIRIES", 1)
    lines = following(lapsed, START + 12 * DAY, plain)
    assert lines[-1] == "  … and 3 more; --json has them all"


def test_what_expires_soon_is_coloured(lapsed: Publisher) -> None:
    lapsed.add_field("targets", "x-tuf-on-ci-signing-period", 190)
    lapsed.publish()
    lines = following(lapsed, START + 25 * DAY, Style(colour=True))
    assert any(line.startswith("\x1b[33m  targets") for line in lines)
