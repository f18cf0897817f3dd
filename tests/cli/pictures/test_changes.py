"""Differences as text."""

from datetime import UTC, datetime

from tests.simulators.verified import facts
from trustui.cli.pictures.changes import show_diff
from trustui.cli.terminal import Style
from trustui.core.diff import Change, ChangeKind, Effect, compare
from trustui.demo.publisher import Publisher

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def change(kind: ChangeKind, effect: Effect, after: str | None = "new") -> Change:
    return Change(kind, "cranes", None, after, effect, "a plain reason")


def test_what_widens_trust_comes_first(plain: Style) -> None:
    changes = [
        change(ChangeKind.VERSION, Effect.NEUTRAL),
        change(ChangeKind.KEY_REMOVED, Effect.NARROWS, None),
        change(ChangeKind.KEY_ADDED, Effect.WIDENS),
    ]
    assert list(show_diff(changes, plain)) == [
        "3 changes: 1 widening trust, 1 narrowing it, 1 doing neither",
        "",
        "Widens trust: 1 change",
        "  + key added: cranes",
        "    after  new",
        "    a plain reason",
        "",
        "Narrows trust: 1 change",
        "  - key removed: cranes",
        "    a plain reason",
        "",
        "Neither: 1 change",
        "  · version: cranes",
        "    after  new",
        "    a plain reason",
    ]


def test_no_change_is_said_in_words(plain: Style) -> None:
    assert list(show_diff((), plain)) == ["Nothing that is signed has changed, nor who signed it"]


def test_many_changes_of_one_kind_are_counted(plain: Style) -> None:
    changes = [change(ChangeKind.TARGET_ADDED, Effect.NEUTRAL)] * 25
    assert list(show_diff(changes, plain))[-1] == "    and 5 more: target added"


def test_an_empty_value_is_said_in_words(plain: Style) -> None:
    lines = list(show_diff([change(ChangeKind.SIGNATURES, Effect.NEUTRAL, "")], plain))
    assert "    after  nothing" in lines


def test_lines_keep_within_the_width(style: Style) -> None:
    repo = Publisher("vendor", START)
    repo.add_delegation("targets", "x" * 150, keys=9, paths=[f"{'y' * 40}/{n}" for n in range(30)])
    repo.publish()
    plain_repo = Publisher("vendor", START)
    plain_repo.publish()
    changes = compare(facts(plain_repo, "targets"), facts(repo, "targets"))
    assert max(map(len, show_diff(changes, style))) <= style.width


def test_foreign_text_is_made_visible(plain: Style) -> None:
    evil = "a\u202eb\x1b[2J"
    [*lines] = show_diff(
        [Change(ChangeKind.MEMBER, evil, evil, evil, Effect.NEUTRAL, "why")], plain
    )
    text = "\n".join(lines)
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_colour_is_only_a_third_sign() -> None:
    [_, _, title, *_] = show_diff([change(ChangeKind.KEY_ADDED, Effect.WIDENS)], Style(colour=True))
    assert title == "\x1b[31mWidens trust: 1 change\x1b[0m"
