"""The words that all parts of a difference share."""

from trustui.core.diff.change import ChangeKind, Effect, as_text, changed_members, shown


def test_members_with_a_rule_of_their_own_are_passed_over() -> None:
    old, new = {"version": 1, "note": "a"}, {"version": 2, "note": "b"}
    [change] = changed_members("root", old, new, frozenset({"version"}))
    assert (change.kind, change.subject) == (ChangeKind.MEMBER, "root: note")
    assert (change.before, change.after, change.effect) == ('"a"', '"b"', Effect.NEUTRAL)


def test_members_that_come_and_go_are_told() -> None:
    changes = list(changed_members("root", {"old": 1}, {"new": 2}, frozenset()))
    assert [(one.subject, one.before, one.after) for one in changes] == [
        ("root: old", "1", None),
        ("root: new", None, "2"),
    ]


def test_one_is_not_true() -> None:
    assert len(list(changed_members("root", {"a": 1}, {"a": True}, frozenset()))) == 1


def test_the_order_of_members_is_no_difference() -> None:
    assert as_text({"a": {"x": 1, "y": 2}}, "a") == as_text({"a": {"y": 2, "x": 1}}, "a")


def test_a_foreign_name_is_shown_visible_and_short() -> None:
    assert shown("a\u202eb") == "a\\u{202E}b"
    assert len(shown("x" * 1_000)) < 100
