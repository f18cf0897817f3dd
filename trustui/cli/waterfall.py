"""A trace as text: the answer first, then the first failing check and its fix, then the groups.

Within a group, runs of steps that hold and only ask about form are told in one line; whatever
does not hold, and whatever the specification's workflow asks, has a line of its own. Groups that
went alike, such as a thousand bins, are one line.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby

from trustui.check_pages import CheckPage
from trustui.cli.terminal import Style
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Finding, Group, Outcome, Severity, Step, Trace, TrustState

HEADLINES = {
    TrustState.VERIFIED: "Verified",
    TrustState.EXPIRES_SOON: "Verified, expires soon",
    TrustState.NOT_TRUSTED: "Signed, not trusted: nobody has pinned a root",
    TrustState.FAILING: "Failing",
    TrustState.COULD_NOT_CHECK: "Could not be checked",
    TrustState.NOT_SIGNED: "Not signed",
    TrustState.NOT_COVERED: "Not covered by a policy",
    TrustState.UNKNOWN_FORMAT: "Signed in a format that is not verified here",
    TrustState.STALE: "Not checked",
}
_GOOD = frozenset({TrustState.VERIFIED, TrustState.EXPIRES_SOON})
_ROUTINE = frozenset({"meta", "key", "sig", "fetch", "equivocation", "persist", "not_in_snapshot"})
"""Parts of ids that are told only when they do not hold."""
_NOBODY_NAMED = "policy.identity_given"
MAX_ALIKE = 3
"""Groups of one kind that are told one by one when nothing is wrong with them."""
MAX_FINDINGS = 12
ID_COLUMN = 70
"""Where ids stand beside their sentences, on terminals that are wide enough."""


def waterfall(
    trace: Trace,
    state: TrustState,
    pages: Mapping[str, CheckPage],
    style: Style,
    *,
    every_step: bool = False,
) -> Iterator[str]:
    """Lines of text, at most as wide as the style allows."""
    yield from _answer(trace, state, style)
    first = trace.first_failing
    if first is not None:
        yield ""
        yield from _first_failing(first, pages.get(first.check), style)
    yield ""
    yield from _groups(trace, style, every_step=every_step)
    yield from _not_reached(trace, style)
    yield from _findings(trace.findings, style, every_step=every_step)


def _answer(trace: Trace, state: TrustState, style: Style) -> Iterator[str]:
    headline = HEADLINES.get(state, state.value)
    first = trace.first_failing
    if state is TrustState.NOT_TRUSTED and first is not None and first.check == _NOBODY_NAMED:
        headline = f"Signed, not trusted: {first.because}"
    elif first is not None and state is not TrustState.NOT_TRUSTED:
        headline = f"{headline}: {first.because}"
    elif state is TrustState.NOT_TRUSTED and trace.outcome is Outcome.PASSED:
        headline = _only_logged(trace) or headline
    folded = list(style.paragraph(headline, "  ", "  "))
    is_good = trace.outcome is not Outcome.PASSED or state in _GOOD
    sign = style.sign(trace.outcome if is_good else Outcome.NOTED)
    yield f"{sign} {style.bold(folded[0][2:])}"
    yield from (style.bold(line) for line in folded[1:])
    yield from style.paragraph(visible(trace.subject), "  ")
    clock = f"as of {write_instant(trace.at)}"
    if trace.valid_at != trace.at:
        clock += f", expiry judged at {write_instant(trace.valid_at)}"
    yield style.faint(f"  {clock}")


def _only_logged(trace: Trace) -> str:
    """What would have failed, had the policy not only logged it; "" where nothing would."""
    logged = [step.because for step in trace.steps if _is_logged(step)]
    return f"Signed, not trusted; the policy only logs this: {logged[0]}" if logged else ""


def _is_logged(step: Step) -> bool:
    """Whether it does not hold and whoever made the policy lets that pass."""
    bad = step.outcome in {Outcome.FAILED, Outcome.UNDECIDED}
    return bad and step.evidence.get("enforced") is False


def _first_failing(step: Step, page: CheckPage | None, style: Style) -> Iterator[str]:
    word = "First failing check" if step.outcome is Outcome.FAILED else "First undecided check"
    yield style.outcome(step.outcome, f"{word}: {step.check}")
    yield from _labelled("on", f"{step.on}   ({step.spec})", style)
    yield from _labelled("because", step.because, style)
    if step.expected:
        yield from _labelled("expected", step.expected, style)
    if step.found:
        yield from _labelled("found", step.found, style)
    if page is not None:
        yield from _labelled("attack", page.attack, style)
        yield from _labelled("causes", page.causes, style)
        yield from _labelled("do", page.fix, style)
    yield style.faint(f"  more: trustui explain {step.check}")


def _labelled(label: str, text: str, style: Style) -> Iterator[str]:
    yield from style.paragraph(visible(text, 1000), " " * 12, f"  {label:<9} ")


def _groups(trace: Trace, style: Style, *, every_step: bool) -> Iterator[str]:
    steps: dict[str, list[Step]] = {}
    for step in trace.steps:
        steps.setdefault(step.group, []).append(step)
    for (kind, outcome), run in groupby(trace.groups, key=_alike):
        alike = list(run)
        told = alike if every_step or kind == "" else alike[:MAX_ALIKE]
        for group in told:
            yield from _group(group, steps.get(group.id, []), style, every_step=every_step)
        if len(alike) > len(told):
            rest = f"and {len(alike) - len(told):,} more, all {outcome.value}: {kind}"
            yield from style.paragraph(rest, "    ", f"{style.sign(outcome)} ")


def _alike(group: Group) -> tuple[str, Outcome]:
    """Edges of one delegator with one outcome are alike; anything else is not."""
    delegator, arrow, _ = group.id.partition(" → ")
    return (f"delegations of {delegator}" if arrow else "", group.outcome)


def _group(group: Group, steps: list[Step], style: Style, *, every_step: bool) -> Iterator[str]:
    name = group.id if group.on.startswith(group.id) or not group.on else f"{group.id}: {group.on}"
    title = visible(group.on if name == group.id else name)
    logged = group.outcome is Outcome.PASSED and any(_is_logged(step) for step in steps)
    yield from _heading(title, group.outcome, style, logged=logged)
    quiet = [step for step in steps if not every_step and _is_quiet(step)]
    for step in steps:
        if every_step or not _is_quiet(step):
            yield from _step(step, style)
    moot = [step.moot_because for step in quiet if step.moot_because is not None]
    passed = len(quiet) - len(moot)
    if passed:
        yield style.faint(f"    {counted(passed, 'check')} of reading, form and keys passed")
    if moot:
        would = f"{counted(len(moot), 'check')} of reading, form and keys would pass"
        text = f"{would}, but rest on {moot[0]}"
        yield from (style.faint(line) for line in style.paragraph(text, "    "))


def _heading(title: str, outcome: Outcome, style: Style, *, logged: bool) -> Iterator[str]:
    sign, word = style.sign(outcome), outcome.value
    if logged:
        sign, word = style.sign(Outcome.NOTED), f"{word}, but for what is only logged"
    first, *rest = style.paragraph(f"{title}  {word}", "    ", "  ")
    if rest:
        yield f"{sign} {style.bold(first[2:])}"
        yield from (style.bold(line) for line in rest)
    else:
        yield f"{sign} {style.bold(title)}  {style.faint(word)}"


def _is_quiet(step: Step) -> bool:
    says_nothing = step.outcome is Outcome.NOTED and step.severity is None
    holds = step.outcome is Outcome.PASSED or says_nothing
    _, *parts = step.check.split(".")
    return holds and parts != ["sig"] and not _ROUTINE.isdisjoint(parts)


def _step(step: Step, style: Style) -> Iterator[str]:
    """The sentence; the id beside it where there is room, else below it."""
    sign = style.sign(step.outcome, is_moot=step.moot_because is not None)
    on = f"{step.on}: " if step.on.startswith("root v") else ""
    id_ = f"{step.check}{_moot(step)}"
    lines = list(style.paragraph(f"{on}{step.because}", "      ", "    "))
    beside = len(lines) == 1 and max(len(lines[0]) + 2, ID_COLUMN) + len(id_) <= style.width
    yield f"  {sign}{lines[0][3:]}" + (
        f"{' ' * max(2, ID_COLUMN - len(lines[0]))}{style.faint(id_)}" if beside else ""
    )
    yield from lines[1:]
    if step.outcome in {Outcome.FAILED, Outcome.UNDECIDED}:
        both = (("expected", step.expected), ("found", step.found))
        found = "; ".join(f"{word} {text}" for word, text in both if text)
        if found:
            yield from style.paragraph(visible(found, 400), "      ")
    if not beside:
        yield from (style.faint(line) for line in style.paragraph(id_, "        ", "      "))


def _moot(step: Step) -> str:
    if step.moot_because is None:
        return ""
    word = {Outcome.PASSED: "would pass", Outcome.FAILED: "would fail"}.get(step.outcome, "moot")
    return f" · {word}, rests on {step.moot_because}"


def _not_reached(trace: Trace, style: Style) -> Iterator[str]:
    if trace.not_reached:
        on = ", ".join(dict.fromkeys(visible(one.on, 40) for one in trace.not_reached))
        checks = counted(len(trace.not_reached), "planned check")
        yield ""
        text = f"Not reached: {checks} on {visible(on, 300)}"
        yield from style.paragraph(text, "  ", "")


def _findings(findings: tuple[Finding, ...], style: Style, *, every_step: bool) -> Iterator[str]:
    if not findings:
        return
    yield ""
    decide = "decides" if len(findings) == 1 else "decide"
    yield style.bold(f"{counted(len(findings), 'finding')} that {decide} no verdict")
    order = list(Severity)
    ranked = sorted(findings, key=lambda finding: -order.index(finding.severity))
    told = ranked if every_step else ranked[:MAX_FINDINGS]
    for finding in told:
        text = f"{finding.on}: {finding.because}"
        lines = list(style.paragraph(text, "      ", f"  {finding.severity.value:<7} "))
        yield style.severity(finding.severity, lines[0])
        yield from lines[1:]
        yield style.faint(f"      {finding.id}")
    if len(told) < len(ranked):
        yield style.faint(f"  and {len(ranked) - len(told)} more (--every-step, or --json)")
