"""The steps of a verification as a page lays them out."""

from datetime import timedelta

import msgspec
import pytest

from tests.simulators.answers import (
    AT,
    FAILED,
    NOTED,
    PASSED,
    UNDECIDED,
    answer,
    step,
    verified_answer,
)
from tests.simulators.logged import only_logged
from tests.simulators.watched import DAY, START, vendor
from trustui.check_pages import CheckPage, load_pages
from trustui.core.trace import Finding, Group, NotReached, Severity
from trustui.pages.components import Labelled, StepLine
from trustui.pages.waterfall import Waterfall, readable, waterfall
from trustui.verdicts.answers import MAX_ALIKE, MAX_EVERY


def lines(made: Waterfall) -> list[StepLine]:
    return [line for group in made.groups for line in (*group.head.steps, *group.quiet)]


def page_of(check: str) -> dict[str, CheckPage]:
    return {
        check: CheckPage(
            check,
            "It holds",
            "it does not hold",
            "X",
            "check",
            "none: no.",
            "m.",
            "c.",
            "h.",
            "Do.",
        )
    }


def test_every_step_of_a_real_verification_stands_there_once() -> None:
    repo = vendor()
    found = verified_answer(repo, START + DAY)
    made = waterfall(found, load_pages(), START + DAY)
    assert sorted(line.number for line in lines(made)) == list(range(1, len(found.steps) + 1))
    assert [group.head.name for group in made.groups][:4] == [
        "Root, v1",
        "Timestamp, v1",
        "Snapshot, v1",
        "Targets, v1",
    ]
    assert made.first == 0


def test_a_sentence_comes_first_and_what_was_found_beside_it() -> None:
    (line,) = lines(waterfall(answer(step("x.y")), page_of("x.y"), AT))
    assert (line.name, line.found) == ("It holds", "it is so")


@pytest.mark.parametrize(
    ("spec", "clause"),
    [
        ("TUF 1.0.34 §5.4.4", "§5.4.4"),
        ("RFC 5280 §6.1", "RFC 5280 §6.1"),
        ("cosign BUNDLE_SPEC", "cosign BUNDLE_SPEC"),
    ],
)
def test_a_clause_of_tuf_is_its_number_and_others_name_their_document(
    spec: str, clause: str
) -> None:
    one = msgspec.structs.replace(step("x.y"), spec=spec)
    (line,) = lines(waterfall(answer(one), page_of("x.y"), AT))
    assert line.clause == clause


def test_a_check_of_another_format_needs_no_page() -> None:
    (line,) = lines(waterfall(answer(step("z.unknown", FAILED)), {}, AT))
    assert line.name == "z.unknown"
    assert line.href == ""
    assert [item.label for item in line.more] == ["Found"]


def test_the_first_that_fails_has_found_attack_causes_and_what_to_do() -> None:
    made = waterfall(
        answer(step("x.a"), step("x.y", FAILED), step("x.z", FAILED)),
        page_of("x.y"),
        AT,
        first_more=[Labelled("In this repository", "it stopped")],
        excerpt="bytes",
    )
    assert made.first == 2
    line = next(one for one in lines(made) if one.number == 2)
    assert [item.label for item in line.more] == [
        "Found",
        "Attack it answers",
        "In this repository",
        "Likely causes",
        "What to do",
    ]
    assert line.excerpt == "bytes"
    assert next(one for one in lines(made) if one.number == 3).excerpt == ""


def test_a_step_that_rests_on_another_says_only_that_it_would_pass() -> None:
    moot = step("x.z", PASSED, moot_because="x.y", group="later")
    made = waterfall(answer(step("x.y", FAILED), moot), {}, AT)
    line = next(one for one in lines(made) if one.number == 2)
    assert line.is_moot
    assert line.found == ""
    assert made.groups[1].head.sign == "moot"
    assert made.groups[1].head.tail == "rests on thing"


def test_a_moot_step_that_fails_says_why_and_gives_no_advice() -> None:
    moot = step("x.z", FAILED, because="it is old", moot_because="x.y", group="later")
    line = lines(waterfall(answer(step("x.y", FAILED), moot), page_of("x.z"), AT))[1]
    assert line.found == "it is old"
    assert line.more == ()


def test_form_that_holds_and_notes_are_quiet_but_what_fails_never_is() -> None:
    made = waterfall(
        answer(
            step("x.meta.parse"),
            step("x.sig.invalid", NOTED),
            step("x.signature"),
            step("x.meta.schema", FAILED),
        ),
        {},
        AT,
    )
    (group,) = made.groups
    assert [line.check_id for line in group.head.steps] == ["x.signature", "x.meta.schema"]
    assert [line.check_id for line in group.quiet] == ["x.meta.parse", "x.sig.invalid"]
    assert group.quiet_words == "1 check of reading, form and keys passed, 1 noted"


def test_what_was_noted_as_a_finding_is_not_quiet() -> None:
    found = Finding("x.sig.invalid", "thing v1", "one is bad", Severity.HIGH)
    made = waterfall(answer(step("x.sig.invalid", NOTED), findings=[found]), {}, AT)
    assert [line.check_id for line in made.groups[0].head.steps] == ["x.sig.invalid"]
    assert made.findings[0].sign == "bad"


def test_findings_come_by_severity() -> None:
    made = waterfall(
        answer(
            step(),
            findings=[Finding("x.a", "a", "b", one) for one in Severity],
        ),
        {},
        AT,
    )
    assert [one.severity for one in made.findings] == ["high", "medium", "low", "info"]


def edges(count: int, outcome: str) -> tuple[list[Group], list[object]]:
    names = [f"targets → bin-{number:03d}" for number in range(count)]
    steps = [step("x.y", PASSED if outcome == "passed" else FAILED, group=name) for name in names]
    groups = [Group(name, name, steps[0].outcome) for name in names]
    return groups, list(steps)


@pytest.mark.parametrize(("outcome", "shown"), [("passed", MAX_ALIKE), ("failed", 40)])
def test_a_thousand_bins_that_went_alike_are_counted(outcome: str, shown: int) -> None:
    groups, steps = edges(1_000, outcome)
    made = waterfall(answer(*steps, groups=groups), {}, AT)  # type: ignore[arg-type]
    assert len(made.groups) == shown
    assert made.alike[0].words == f"and {1_000 - shown} more, all {outcome}: delegations of targets"


def test_asked_for_every_group_it_still_has_a_bound() -> None:
    groups, steps = edges(1_000, "passed")
    made = waterfall(answer(*steps, groups=groups), {}, AT, every=True)  # type: ignore[arg-type]
    assert len(made.groups) == MAX_EVERY


def test_bins_that_only_rest_on_something_are_counted_too() -> None:
    groups, _ = edges(100, "passed")
    moot = [step("x.y", moot_because="x.top", group=one.id) for one in groups]
    undecided = [Group(one.id, one.on, UNDECIDED) for one in groups]
    made = waterfall(answer(*moot, groups=undecided), {}, AT)
    assert len(made.groups) == MAX_ALIKE


def test_a_group_says_when_it_expires() -> None:
    expires = "2026-11-27T12:00:00Z"
    made = waterfall(answer(step("x.freeze.expired", found=expires)), {}, AT)
    assert made.groups[0].head.tail == "expires in 7 days"
    made = waterfall(answer(step("x.freeze.expired", FAILED, found="2026-11-18T03:00:00Z")), {}, AT)
    assert made.groups[0].head.tail == "expired"


def test_found_tells_how_long_ago_it_expired_for_whoever_looks_now() -> None:
    failed = step("x.freeze.expired", FAILED, found="2026-11-18T12:00:00Z")
    (line,) = lines(waterfall(answer(failed), {}, AT + timedelta(days=1)))
    assert line.more[0].text == "expired 18 Nov 2026 12:00 UTC, 3 days ago"


def test_roots_that_were_followed_are_one_group_with_its_versions() -> None:
    steps = [step(on="root v1", group="root"), step(on="final root v3", group="root")]
    assert waterfall(answer(*steps), {}, AT).groups[0].head.name == "Root, v1 to v3"


def test_what_was_planned_and_not_reached_is_told() -> None:
    made = waterfall(answer(step(), not_reached=[NotReached("x.z", "snapshot")] * 2), {}, AT)
    assert made.not_reached == "Not reached: 2 planned checks on snapshot"


def test_the_counts_tell_moot_apart() -> None:
    moot = step("x.z", moot_because="x.y")
    made = waterfall(answer(step("x.a"), step("x.y", FAILED), step("x.n", NOTED), moot), {}, AT)
    assert made.counts == "1 passed, 1 failed, 1 noted, 1 rest on what does not hold"


def test_hidden_characters_are_visible_everywhere() -> None:
    hostile = "a\u202eb"
    bad = step("x.y", FAILED, because=hostile, on=f"{hostile} v1", found=hostile, group=hostile)
    made = waterfall(answer(bad), {}, AT)
    assert hostile not in str(made)
    assert "u{202E}b" in str(made)


def test_instants_are_written_as_people_do() -> None:
    assert readable("after 2026-11-20T12:00:00Z!") == "after 20 Nov 2026 12:00 UTC!"
    assert readable("2026-13-40T99:00:00Z") == "2026-13-40T99:00:00Z"


def test_what_passed_is_folded_and_what_did_not_is_open() -> None:
    steps = [
        step("x.a", group="root"),
        step("x.y", FAILED, group="timestamp"),
        step("x.z", group="timestamp"),
        step("x.z", group="snapshot", moot_because="x.y"),
        step("x.z", group="targets → eu", moot_because="x.y"),
        step("x.z", UNDECIDED, group="keys"),
    ]
    made = waterfall(answer(*steps), {}, AT)
    heads = {group.head.name: group.head for group in made.groups}
    assert {name: head.is_open for name, head in heads.items()} == {
        "Root, v1": False,
        "Timestamp, v1": True,
        "Snapshot, v1": True,
        "eu, v1": False,
        "Keys, v1": True,
    }
    assert heads["Root, v1"].told == "1 passed"
    assert heads["Timestamp, v1"].told == "1 passed, 1 failed"
    assert heads["Snapshot, v1"].told == ""


def test_where_all_is_well_everything_is_folded() -> None:
    made = waterfall(verified_answer(vendor(), START + DAY), load_pages(), AT)
    assert not any(group.head.is_open for group in made.groups)
    assert all(group.head.told for group in made.groups)


def test_a_group_that_passed_with_a_logged_failure_is_open_and_not_called_good() -> None:
    shown = waterfall(only_logged(), load_pages(), AT)
    groups = {one.head.name.partition(" ")[0]: one.head for one in shown.groups}
    assert (groups["Policy"].sign, groups["Policy"].is_open) == ("ok", False)
    assert (groups["Signature"].sign, groups["Signature"].is_open) == ("soon", True)
