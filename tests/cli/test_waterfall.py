"""A trace as text: what stands at the top, what is told in one line, and how wide it is."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.simulators.tuf_places import Client
from tests.simulators.written import NOON_OF_DAY_3, START
from trustui.check_pages import load_pages
from trustui.cli.terminal import MOOT, Style
from trustui.cli.waterfall import HEADLINES, MAX_FINDINGS, waterfall
from trustui.core.facts import Document
from trustui.core.formats.tuf.states import trust_state
from trustui.core.trace import (
    Event,
    Finding,
    Outcome,
    Planned,
    Severity,
    Step,
    Trace,
    TrustState,
    trace,
)
from trustui.demo.publisher import Publisher
from trustui.demo.world import STORIES

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
LONG = "a-name-without-any-blank-" * 20


def step(
    check: str = "tuf.timestamp.signature.threshold",
    outcome: Outcome = Outcome.PASSED,
    *,
    group: str = "timestamp",
    because: str = "1 of 1 keys signed",
    moot_because: str | None = None,
    found: str | None = None,
) -> Step:
    return Step(
        check, outcome, f"{group} v1", because, "TUF 1.0.34 §5", group, None, found, moot_because
    )


def finding(number: int, severity: Severity = Severity.LOW) -> Finding:
    return Finding("tuf.lint.example", "root", f"the {number}th oddity", severity)


def traced(*events: Event, subject: str = "a repository") -> Trace:
    """A trace of these events, in groups that are planned for exactly them."""
    steps = [event for event in events if isinstance(event, Step)]
    groups = dict.fromkeys(one.group for one in steps)
    plans = [Planned(group, group, ()) for group in groups]
    return trace(subject, AT, AT, [*plans, *events])


def lines(
    of: Trace,
    state: TrustState = TrustState.VERIFIED,
    *,
    width: int = 80,
    colour: bool = False,
    every_step: bool = False,
) -> list[str]:
    style = Style(width, colour)
    return list(waterfall(of, state, load_pages(), style, every_step=every_step))


def text(of: Trace, state: TrustState = TrustState.VERIFIED, *, every_step: bool = False) -> str:
    return "\n".join(lines(of, state, width=120, every_step=every_step))


# Real verdicts --------------------------------------------------------------------------------


class Told:
    """A repository, verified as its client would."""

    def __init__(
        self,
        repo: Publisher,
        at: datetime = NOON_OF_DAY_3,
        served: Mapping[str, bytes] | None = None,
        kept: Mapping[str, bytes] | None = None,
    ) -> None:
        client = Client(repo.document("root", 1), at)
        for name, body in (kept or {}).items():
            client.trusted[name.removesuffix(".json")] = Document(name, body)
        client.trusted.pop("root", None)
        verdict = client.verify(repo.metadata if served is None else served)
        self.trace = verdict.trace
        self.state = trust_state(verdict.trace, verdict.repository)


@pytest.fixture(scope="module")
def told() -> dict[str, Told]:
    """All stories of the demo world."""
    now = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
    stories = [tell(now) for tell in STORIES]
    return {story.name: Told(story.repo, now, story.served, story.state) for story in stories}


@pytest.fixture(scope="module")
def long_names() -> Told:
    """A repository whose names are longer than any line."""
    repo = Publisher("long", START)
    repo.add_delegation("targets", LONG, paths=[f"{LONG}/*"])
    repo.add_target(LONG, f"{LONG}/file", b"content")
    repo.sign_with_only(LONG, 0)
    repo.publish()
    return Told(repo)


def everything(told: dict[str, Told], long_names: Told) -> Iterator[tuple[Told, bool]]:
    """Each verdict with and without its steps of form; those of a thousand bins only without."""
    for one in (*told.values(), long_names):
        yield one, False
        if one is not told["quayline-packages"]:
            yield one, True


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_longer_than_the_terminal(
    told: dict[str, Told], long_names: Told, width: int
) -> None:
    for one, every_step in everything(told, long_names):
        for colour in (False, True):
            printed = lines(one.trace, one.state, width=width, colour=colour, every_step=every_step)
            assert [line for line in printed if len(COLOURS.sub("", line)) > width] == []


def test_colour_changes_nothing_but_colour(told: dict[str, Told], long_names: Told) -> None:
    for one, every_step in everything(told, long_names):
        plain = lines(one.trace, one.state, every_step=every_step)
        coloured = lines(one.trace, one.state, every_step=every_step, colour=True)
        assert plain == [COLOURS.sub("", line) for line in coloured]
        assert plain != coloured
        assert "\x1b" not in "".join(plain)


def test_wide_terminals_need_fewer_lines(told: dict[str, Told]) -> None:
    one = told["quayline-releases"]
    assert len(lines(one.trace, width=120)) < len(lines(one.trace, width=80))


def test_every_step_tells_every_step(told: dict[str, Told]) -> None:
    one = told["quayline-schedules"]
    printed = "\n".join(lines(one.trace, one.state, width=120, every_step=True))
    for check in {step.check for step in one.trace.steps}:
        asked = sum(step.check == check for step in one.trace.steps)
        shown = len(re.findall(rf"(?<!\S){re.escape(check)}(?!\S)", printed))
        assert shown >= asked


def test_a_thousand_bins_that_went_alike_are_one_line(told: dict[str, Told]) -> None:
    bins = told["quayline-packages"]
    printed = lines(bins.trace, bins.state)
    assert len([group for group in bins.trace.groups if "→" in group.id]) == 1024
    assert len(printed) < 120
    assert "✓ and 1,021 more, all passed: delegations of targets" in printed


def test_one_broken_bin_among_a_thousand_is_told() -> None:
    repo = Publisher("bins", START)
    repo.delegate_hash_bins("targets", bit_length=10, prefix="bin")
    repo.publish()
    repo.tamper("1.bin-200.json", b'"targets": {}', b'"targets": {"a":{"length":1}}')
    one = Told(repo)
    printed = lines(one.trace, one.state, width=120)
    assert any(line.startswith("✗ targets → bin-200: bin-200") for line in printed)
    assert "✓ and 509 more, all passed: delegations of targets" in printed
    assert "✓ and 508 more, all passed: delegations of targets" in printed


# The top --------------------------------------------------------------------------------------


def test_the_answer_stands_first() -> None:
    assert lines(traced(step()))[:3] == [
        "✓ Verified",
        "  a repository",
        "  as of 2026-11-20T12:00:00Z",
    ]


@pytest.mark.parametrize("state", TrustState)
def test_every_trust_state_has_a_headline(state: TrustState) -> None:
    headline = HEADLINES.get(state, state.value)
    is_good = state in {TrustState.VERIFIED, TrustState.EXPIRES_SOON}
    assert lines(traced(step()), state)[0] == f"{'✓' if is_good else '·'} {headline}"


def test_what_the_policy_only_logs_never_looks_good() -> None:
    failing = step(outcome=Outcome.FAILED, because="the root is unknown")
    logged = msgspec.structs.replace(failing, evidence={"enforced": False})
    told = lines(traced(logged), TrustState.NOT_TRUSTED)
    assert told[0] == "· Signed, not trusted; the policy only logs this: the root is unknown"
    assert not any(line.startswith("✓") for line in told)
    assert any("but for what is only logged" in line for line in told)


def test_two_instants_are_told_when_they_differ() -> None:
    one = traced(step())
    other = trace(one.subject, AT, AT + timedelta(days=1), [*one.steps])
    assert lines(other)[2] == (
        "  as of 2026-11-20T12:00:00Z, expiry judged at 2026-11-21T12:00:00Z"
    )


def test_the_first_failing_check_and_its_fix_stand_before_every_group(
    told: dict[str, Told],
) -> None:
    one = told["mirror-east"]
    first = one.trace.first_failing
    assert first is not None
    page = load_pages()[first.check]
    printed = lines(one.trace, one.state)
    top = printed[: printed.index("✓ root: final root v1  passed")]
    assert printed[0] == f"✗ Failing: {first.because}"
    assert f"First failing check: {first.check}" in top
    assert f"  more: trustui explain {first.check}" in top
    for label, told_text in (
        ("on", f"{first.on} ({first.spec})"),
        ("because", first.because),
        ("expected", first.expected or ""),
        ("found", first.found or ""),
        ("attack", page.attack),
        ("causes", page.causes),
        ("do", page.fix),
    ):
        assert f"{label} {' '.join(told_text.split())}" in " ".join("\n".join(top).split())


def test_an_undecided_verdict_says_so_at_the_top() -> None:
    printed = lines(
        traced(step("tuf.root.anchor", Outcome.UNDECIDED, because="nobody said so")),
        TrustState.NOT_TRUSTED,
    )
    assert printed[0] == "? Signed, not trusted: nobody has pinned a root"
    assert "First undecided check: tuf.root.anchor" in printed


def test_a_check_without_a_page_is_told_all_the_same() -> None:
    printed = text(traced(step("other.check", Outcome.FAILED)), TrustState.FAILING)
    assert "First failing check: other.check" in printed
    assert "  attack" not in printed


# Groups and steps -----------------------------------------------------------------------------


def test_an_id_stands_beside_its_sentence_where_there_is_room() -> None:
    one = traced(step())
    assert lines(one, width=120)[4:] == [
        "✓ timestamp v1  passed",
        f"{'  ✓ 1 of 1 keys signed':<70}tuf.timestamp.signature.threshold",
    ]
    assert lines(one, width=80)[4:] == [
        "✓ timestamp v1  passed",
        "  ✓ 1 of 1 keys signed",
        "      tuf.timestamp.signature.threshold",
    ]


def test_a_sentence_of_several_lines_has_its_id_below() -> None:
    printed = lines(traced(step(because="a word and " * 12)), width=120)
    assert printed[5].startswith("  ✓ a word and a word")
    assert printed[6].startswith("      and a word")
    assert printed[-1] == "      tuf.timestamp.signature.threshold"


def test_steps_of_form_that_hold_are_counted() -> None:
    form = [step("tuf.meta.parse"), step("tuf.key.parse"), step("tuf.sig.empty", Outcome.NOTED)]
    printed = text(traced(*form, step()))
    assert "    3 checks of reading, form and keys passed" in printed
    assert "tuf.meta.parse" not in printed
    assert "tuf.timestamp.signature.threshold" in printed


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNDECIDED])
def test_a_step_of_form_that_does_not_hold_has_its_own_line(outcome: Outcome) -> None:
    printed = text(traced(step("tuf.meta.parse", outcome, because="this is no JSON")))
    assert "this is no JSON" in printed.partition("timestamp v1")[2]
    assert "of reading, form and keys" not in printed


def test_moot_steps_have_their_own_sign_and_name_what_they_rest_on() -> None:
    anchor = "tuf.root.anchor"
    one = traced(
        step(anchor, Outcome.UNDECIDED, group="root"),
        step(moot_because=anchor),
        step("tuf.timestamp.freeze.expired", Outcome.FAILED, moot_because=anchor),
        step("tuf.timestamp.unchanged", Outcome.NOTED, moot_because=anchor),
        step("tuf.meta.parse", moot_because=anchor),
    )
    printed = text(one)
    assert f"tuf.timestamp.signature.threshold · would pass, rests on {anchor}" in printed
    assert f"tuf.timestamp.freeze.expired · would fail, rests on {anchor}" in printed
    assert f"tuf.timestamp.unchanged · moot, rests on {anchor}" in printed
    assert f"1 check of reading, form and keys would pass, but rest on {anchor}" in printed
    assert printed.count(f"  {MOOT} ") == 3


def test_moot_steps_are_grey_where_there_is_colour() -> None:
    one = traced(step(moot_because="tuf.root.anchor"))
    printed = lines(one, width=120, colour=True)
    assert f"  \x1b[2m{MOOT}\x1b[0m 1 of 1 keys signed" in "\n".join(printed)


def test_what_was_expected_and_found_is_told_where_it_does_not_hold() -> None:
    bad = step(outcome=Outcome.FAILED, found="0 valid signatures")
    assert "      found 0 valid signatures" in lines(traced(bad))
    good = step(found="1 valid signature")
    assert "1 valid signature" not in text(traced(good))


def test_what_was_not_reached_is_counted_and_named() -> None:
    planned = Planned("snapshot", "snapshot", ("tuf.snapshot.fetch", "tuf.snapshot.hash"))
    printed = text(trace("a repository", AT, AT, [planned]), TrustState.COULD_NOT_CHECK)
    assert "? snapshot  undecided" in printed
    assert "Not reached: 2 planned checks on snapshot" in printed


# Findings -------------------------------------------------------------------------------------


def test_the_worst_findings_stand_first() -> None:
    severities = (Severity.LOW, Severity.HIGH, Severity.INFO, Severity.MEDIUM)
    findings = [finding(number, severity) for number, severity in enumerate(severities)]
    printed = text(traced(step(), *findings))
    assert "4 findings that decide no verdict" in printed
    assert re.findall(r"^  (info|low|medium|high) ", printed, re.MULTILINE) == [
        "high",
        "medium",
        "low",
        "info",
    ]


def test_many_findings_are_cut_unless_every_step_is_asked_for() -> None:
    one = traced(step(), *(finding(number) for number in range(MAX_FINDINGS + 5)))
    assert text(one).endswith("  and 5 more (--every-step, or --json)")
    assert text(one, every_step=True).count("th oddity") == MAX_FINDINGS + 5


def test_one_finding_decides_nothing_either() -> None:
    assert "1 finding that decides no verdict" in text(traced(step(), finding(1)))


def test_without_findings_nothing_is_said_of_them() -> None:
    assert "finding" not in text(traced(step()))


# Hostile text ---------------------------------------------------------------------------------


def test_nothing_hidden_is_printed_whatever_a_trace_says() -> None:
    hostile = "name\x1b[2J\u202e\u200b\r\nmore"
    one = traced(
        step(outcome=Outcome.FAILED, because=hostile, group=hostile, found=hostile),
        step(group="other", because=hostile),
        Finding("tuf.lint.example", hostile, hostile, Severity.HIGH),
        Planned(f"{hostile} → a", hostile, ("tuf.a",)),
        subject=hostile,
    )
    for every_step in (False, True):
        printed = "".join(lines(one, TrustState.FAILING, every_step=every_step))
        assert not any(unicodedata.category(char).startswith("C") for char in printed)
