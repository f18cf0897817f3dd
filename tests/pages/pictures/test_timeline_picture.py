"""The timeline as a picture."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from trustui.pages.pictures.timeline_layout import Axis, Version
from trustui.pages.pictures.timeline_picture import (
    ROW,
    STRIP,
    TOP,
    Chosen,
    Given,
    Picture,
    standing,
    timeline_picture,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
AXIS = Axis(NOW - 50 * DAY, NOW + 50 * DAY, NOW)
NOTHING = Chosen(None, None)


def version(number: int, seen: float, expires: float) -> Version:
    return Version(str(number), f"{number:064x}", NOW + seen * DAY, NOW + expires * DAY)


def lane(*versions: Version, role: str = "targets", signing: datetime | None = None) -> Given:
    return Given(7, "vendor", role, "ab" * 32, signing, versions)


def drawn(
    *lanes: Given, days: Mapping[date, int] | None = None, chosen: Chosen = NOTHING
) -> Picture:
    return timeline_picture(lanes, AXIS, days or {}, chosen, is_now=True, has_sources=True)


def test_a_lane_says_when_its_newest_version_expires() -> None:
    picture = drawn(lane(version(1, -40, 30)), lane(version(2, -40, -10)), lane(version(3, -9, 1)))
    assert [(one.sign, one.when) for one in picture.lanes] == [
        ("ok", "1 Jul"),
        ("bad", "lapsed 22 May"),
        ("soon", "2 Jun"),
    ]
    assert [one.y for one in picture.lanes] == [TOP, TOP + ROW, TOP + 2 * ROW]
    assert picture.lanes[1].title == "targets of vendor: lapsed 22 May"


def test_another_year_is_named() -> None:
    assert standing(version(1, -40, 300), None, NOW) == ("ok", "28 Mar 2027")
    assert standing(None, None, NOW) == ("none", "")


def test_a_bar_says_which_version_and_leads_to_it() -> None:
    bars = drawn(lane(version(1, -40, 30), version(2, -20, 40))).lanes[0].bars
    assert [one.sha256 for one in bars] == [f"{1:064x}", f"{2:064x}"]
    assert bars[0].title == (
        "targets v1, from 22 Apr 2026 12:00 UTC, replaced; expires 1 Jul 2026 12:00 UTC"
    )
    assert (bars[0].sign, bars[1].sign) == ("past", "ok")
    assert bars[1].edge == "90.00"


def test_several_versions_lead_to_none_of_them() -> None:
    many = [version(n, -20 + n / 100, 30) for n in range(50)]
    bars = drawn(lane(*many)).lanes[0].bars
    assert bars[0].sha256 == ""
    assert bars[0].title.startswith("targets, 49 versions, 0 to 48, ")


def test_a_lapse_is_told_with_its_length() -> None:
    (lapse,) = drawn(lane(version(1, -40, -20), version(2, -18, 30))).lanes[0].lapses
    assert lapse.title == (
        "targets had no valid document for 2 days, between "
        "12 May 2026 12:00 UTC and 14 May 2026 12:00 UTC"
    )
    assert (lapse.x, lapse.width, lapse.sha256) == ("30.00", "2.00", f"{1:064x}")


def test_a_lapse_of_a_minute_can_be_seen() -> None:
    (lapse,) = drawn(lane(version(1, -40, -20), version(2, -19.9999, 30))).lanes[0].lapses
    assert float(lapse.width) > 0.2


def test_the_time_for_signing_anew_is_a_ghost_and_the_rest_of_a_life_stands_out() -> None:
    quiet = drawn(lane(version(1, -40, 30), signing=NOW + 20 * DAY))
    assert quiet.has_ghosts
    ghost = quiet.lanes[0].ghost
    assert ghost is not None
    assert (ghost.x, ghost.width) == ("70.00", "10.00")
    assert quiet.lanes[0].rest is None
    due = drawn(lane(version(1, -40, 30), signing=NOW - DAY)).lanes[0]
    assert due.rest is not None
    assert (due.sign, due.rest.x, due.rest.width, due.rest.title) == (
        "soon",
        "50.00",
        "30.00",
        "30 days left",
    )
    assert not drawn(lane(version(1, -40, 30))).has_ghosts


def test_days_are_as_high_as_the_most_and_say_how_many() -> None:
    days = {date(2026, 5, 30): 1, date(2026, 6, 3): 8, date(2026, 7, 1): 2, date(2027, 1, 1): 99}
    found = drawn(days=days).days
    assert [(one.title, one.sign, one.height) for one in found] == [
        ("30 May 2026: 1 role expired", "bad", f"{STRIP / 8:.1f}"),
        ("3 Jun 2026: 8 roles expire", "soon", f"{STRIP:.1f}"),
        ("1 Jul 2026: 2 roles expire", "none", f"{STRIP / 4:.1f}"),
    ]
    assert (found[0].begins, found[0].ends) == (date(2026, 5, 30), date(2026, 5, 30))


def test_days_of_a_long_axis_stand_together() -> None:
    axis = Axis(NOW, NOW + 400 * DAY, NOW)
    days = {date(2026, 6, 1): 1, date(2026, 6, 7): 1, date(2026, 6, 8): 1}
    found = timeline_picture([], axis, days, NOTHING, is_now=True, has_sources=False).days
    assert [(one.begins, one.ends, one.title) for one in found] == [
        (date(2026, 6, 1), date(2026, 6, 7), "1 Jun 2026 to 7 Jun 2026: 2 roles expire"),
        (date(2026, 6, 8), date(2026, 6, 14), "8 Jun 2026 to 14 Jun 2026: 1 role expires"),
    ]


def test_chosen_days_are_counted_in() -> None:
    picture = drawn(chosen=Chosen(date(2026, 6, 2), date(2026, 6, 2)))
    assert picture.chosen is not None
    assert (picture.chosen.x, picture.chosen.width) == ("50.50", "1.00")
    open_ended = drawn(chosen=Chosen(None, date(2026, 6, 1))).chosen
    assert open_ended is not None
    assert (open_ended.x, open_ended.width) == ("0.00", "50.50")
    assert drawn().chosen is None


def test_hostile_names_are_shown_and_cut() -> None:
    shown = drawn(lane(version(1, -40, 30), role="<b>\u202e" + "x" * 900)).lanes[0]
    assert shown.name.startswith("<b>\\u{202E}")
    assert len(shown.name) <= 26
    assert len(shown.title) < 400
    assert "\u202e" not in shown.title + shown.bars[0].title


def test_a_role_without_versions_has_an_empty_lane() -> None:
    shown = drawn(lane()).lanes[0]
    assert (shown.bars, shown.lapses, shown.when) == ((), (), "")
