"""`/policies/`: what each team expects of images, what that covers, and the keys and roots it names."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.urls import reverse

from trustui.check_pages import load_pages
from trustui.core.primitives.text import counted, visible
from trustui.core.trust_policy.expectations import GITHUB, Expectation
from trustui.core.trust_policy.languages import Language
from trustui.core.trust_policy.policies import (
    MAX_POLICY,
    Policy,
    PolicyDocument,
    Requirement,
    covering,
)
from trustui.pages.components import Labelled
from trustui.pages.images.material import (
    MOST_VERSIONS,
    MaterialLine,
    VersionLine,
    indented,
    materials,
    named,
    version_line,
)
from trustui.pages.images.policies import Cover, InForce, best, in_force, read
from trustui.pages.images.shares import Share, of_tags
from trustui.pages.images.standing import repositories_of
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.policies.models import ImagePolicy, ImagePolicyVersion
from trustui.policies.models import Language as Written

MOST_REPOSITORIES = 2_000
"""Repositories that coverage is told of one by one."""
MOST_QUERIES = 8


class LintLine(msgspec.Struct, frozen=True):
    """Something that its author may not have meant."""

    id: str
    title: str
    because: str
    has_help: bool


class PolicyLine(msgspec.Struct, frozen=True):
    """One policy. `set_at` in UTC."""

    policy_id: int
    policy: str
    team: str
    language: str
    number: int
    set_at: datetime
    set_by: str
    patterns: tuple[str, ...]
    covers: int
    """Repositories that were seen."""
    lints: int
    problem: str
    href: str


class Uncovered(msgspec.Struct, frozen=True):
    """A repository for which nobody said what to expect."""

    repository_id: int
    full_name: str
    href: str
    tags: Share


class PoliciesPage(msgspec.Struct, frozen=True, kw_only=True):
    """All policies of a person's teams; `title` is the answer."""

    sign: str
    title: str
    lead: str
    policies: tuple[PolicyLine, ...]
    materials: tuple[MaterialLine, ...]
    uncovered: tuple[Uncovered, ...]
    more_uncovered: int


class ExpectationLine(msgspec.Struct, frozen=True):
    """One signer that is asked for, in words."""

    who: str
    what: str
    """`a signature`, or which attestation."""
    demands: tuple[Labelled, ...]


class RequirementLine(msgspec.Struct, frozen=True):
    """So many of these."""

    words: str
    expectations: tuple[ExpectationLine, ...]


class RuleLine(msgspec.Struct, frozen=True):
    """What holds for the repositories of some patterns."""

    patterns: tuple[str, ...]
    requirements: tuple[RequirementLine, ...]
    covers: tuple[tuple[str, str], ...]
    """Names of repositories that it applies to, with their addresses."""
    more: int


class PolicyPage(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a policy. Times in UTC."""

    policy_id: int
    team_id: int
    policy: str
    team: str
    language: str
    number: int
    sha256: str
    set_at: datetime
    set_by: str
    reason: str
    is_in_force: bool
    title: str
    lead: str
    rules: tuple[RuleLine, ...]
    lints: tuple[LintLine, ...]
    problem: str
    """Why it cannot be read; empty where it can."""
    text: str
    versions: tuple[VersionLine, ...]
    materials: tuple[MaterialLine, ...]
    """What it names."""


class Linted(msgspec.Struct, frozen=True):
    """What a text that somebody gave would mean as a policy."""

    problem: str
    rules: tuple[RuleLine, ...]
    lints: tuple[LintLine, ...]


# The list ---------------------------------------------------------------------------------------


def policies(viewer: Viewer, moment: Moment) -> PoliciesPage:
    """At most `MOST_QUERIES` queries."""
    found = _versions(viewer, moment)
    there = list(
        repositories_of(viewer, moment)
        .order_by("full_name", "id")
        .values_list("pk", "full_name", "source__team")[:MOST_REPOSITORIES]
    )
    force = in_force(viewer.teams, moment)
    covers = [(pk, name, _best(force, team, name)) for pk, name, team in there]
    bare = [(pk, name) for pk, name, cover in covers if cover is None]
    tags = of_tags([pk for pk, _ in bare], moment)
    counts: dict[int, int] = {}
    for _, _, cover in covers:
        if cover is not None:
            counts[cover.policy_id] = counts.get(cover.policy_id, 0) + 1
    lines = tuple(_policy_line(row, counts) for row in found)
    return PoliciesPage(
        sign="none" if bare or not lines else "ok",
        title=_title(len(lines), len(bare)),
        lead="A policy says whose signatures a repository's images must bear. What none covers is never verified.",
        policies=lines,
        materials=materials(viewer, moment, found),
        uncovered=tuple(
            Uncovered(
                pk,
                visible(name, 300),
                reverse("image-repository", args=[pk]),
                tags.get(pk, Share()),
            )
            for pk, name in bare[:MOST_VERSIONS]
        ),
        more_uncovered=max(0, len(bare) - MOST_VERSIONS),
    )


def _title(count: int, bare: int) -> str:
    if not count:
        return "No policy yet"
    told = "1 policy" if count == 1 else f"{count:,} policies"
    if bare:
        return f"{told}, {'1 repository is' if bare == 1 else f'{bare:,} repositories are'} not covered"
    return f"{told}, every repository is covered"


def _best(force: Sequence[InForce], team: int, name: str) -> Cover | None:
    return best([one for one in force if one.team_id == team], name)


def _versions(viewer: Viewer, moment: Moment) -> list[ImagePolicyVersion]:
    """Those in force, by name: one query."""
    rows = ImagePolicyVersion.objects.filter(
        policy__team__in=viewer.teams, set_at__lte=moment.at
    ).select_related("policy__team")
    if moment.at == moment.now:
        rows = rows.filter(is_current=True)
    newest = {row.policy_id: row for row in rows.order_by("policy__name", "policy", "number")}
    return list(newest.values())


def _policy_line(row: ImagePolicyVersion, counts: dict[int, int]) -> PolicyLine:
    language, document, problem = read(row.policy.language, bytes(row.body))
    return PolicyLine(
        policy_id=row.policy_id,
        policy=visible(row.policy.name, 200),
        team=row.policy.team.name,
        language=str(Written(row.policy.language).label),
        number=row.number,
        set_at=row.set_at,
        set_by=visible(row.set_by_name, 100),
        patterns=tuple(visible(one, 200) for one in _patterns(document)),
        covers=counts.get(row.policy_id, 0),
        lints=0 if language is None else sum(1 for _ in language.lint(document)),
        problem=problem,
        href=reverse("policy", args=[row.policy_id]),
    )


def _patterns(document: Any) -> Iterator[str]:
    for policy in document.policies if isinstance(document, PolicyDocument) else ():
        yield from policy.repositories


# One version ------------------------------------------------------------------------------------


def policy(
    viewer: Viewer, moment: Moment, policy_id: int, number: int | None = None
) -> PolicyPage | None:
    """The version in force, or one of a number; None for what this person does not see."""
    row = (
        ImagePolicy.objects.select_related("team")
        .filter(pk=policy_id, team__in=viewer.teams)
        .first()
    )
    if row is None:
        return None
    versions = list(
        ImagePolicyVersion.objects.filter(policy=policy_id, set_at__lte=moment.at).order_by(
            "-number"
        )[:MOST_VERSIONS]
    )
    shown = next((one for one in versions if number in {None, one.number}), None)
    if shown is None:
        return None
    newest = versions[0]
    is_in_force = shown == newest and (newest.is_current or moment.at != moment.now)
    language, found, problem = read(row.language, bytes(shown.body))
    document = found if isinstance(found, PolicyDocument) else None
    names = _covered(viewer, moment, row.team_id, policy_id, document) if is_in_force else {}
    return PolicyPage(
        policy_id=policy_id,
        team_id=row.team_id,
        policy=visible(row.name, 200),
        team=row.team.name,
        language=str(Written(row.language).label),
        number=shown.number,
        sha256=shown.sha256,
        set_at=shown.set_at,
        set_by=visible(shown.set_by_name, 100),
        reason=visible(shown.reason, 500),
        is_in_force=is_in_force,
        title=f"{visible(row.name, 200)}, version {shown.number:,}",
        lead=_lead(language, document, sum(map(len, names.values())), is_in_force=is_in_force),
        rules=_rules(document, names),
        lints=_lints(language, found),
        problem=problem,
        text=indented(bytes(shown.body)),
        versions=tuple(version_line(one, shown) for one in versions),
        materials=named(
            viewer, moment, row.team_id, () if language is None else language.files(found)
        ),
    )


def _lead(
    language: Language | None,
    document: PolicyDocument | None,
    covered: int,
    *,
    is_in_force: bool,
) -> str:
    if language is None:
        return "It cannot be read here."
    if document is None:
        return f"It is written as {language.title}; its text is below."
    patterns = sum(len(one.repositories) for one in document.policies)
    told = f"{counted(patterns, 'pattern')} of repositories"
    if not is_in_force:
        return f"{told}. This version is no longer in force."
    where = "1 repository" if covered == 1 else f"{covered:,} repositories"
    return f"{told}; it applies to {where} that were seen."


def _covered(
    viewer: Viewer,
    moment: Moment,
    team_id: int,
    policy_id: int,
    document: PolicyDocument | None,
) -> dict[int, list[tuple[str, str]]]:
    """By the rule's position, the repositories that it applies to: two queries."""
    if document is None:
        return {}
    force = in_force([team_id], moment)
    positions = {id(one): n for n, one in enumerate(document.policies)}
    there = repositories_of(viewer, moment).filter(source__team=team_id)
    found: dict[int, list[tuple[str, str]]] = {}
    rows = there.order_by("full_name", "id").values_list("pk", "full_name")
    for pk, name in rows[:MOST_REPOSITORIES]:
        cover = best(force, name)
        if cover is not None and cover.policy_id == policy_id:
            own = covering(document, name)
            if own is not None:
                told = visible(name, 300), reverse("image-repository", args=[pk])
                found.setdefault(positions[id(own.policy)], []).append(told)
    return found


_SHOWN = 20


def _rules(
    document: PolicyDocument | None, names: dict[int, list[tuple[str, str]]]
) -> tuple[RuleLine, ...]:
    if document is None:
        return ()
    return tuple(_rule(one, names.get(n, [])) for n, one in enumerate(document.policies))


def _rule(one: Policy, covers: list[tuple[str, str]]) -> RuleLine:
    return RuleLine(
        tuple(visible(pattern, 300) for pattern in one.repositories),
        tuple(_requirement(each) for each in one.require),
        tuple(covers[:_SHOWN]),
        max(0, len(covers) - _SHOWN),
    )


def _requirement(one: Requirement) -> RequirementLine:
    words = "this signer" if len(one.of) == 1 else f"{one.words} signers, each another one"
    if len(one.of) > 1 and one.at_least == len(one.of):
        words = f"all of these {len(one.of):,}, each by another signer"
    return RequirementLine(words, tuple(_expectation(each) for each in one.of))


def _expectation(one: Expectation) -> ExpectationLine:
    what = (
        f"an attestation of {visible(one.predicate_type, 200)}"
        if one.predicate_type
        else "a signature"
    )
    return ExpectationLine(visible(one.who, 400), what, tuple(_demands(one)))


def _demands(one: Expectation) -> Iterator[Labelled]:
    for name in ("trusted_root", "certificate_chain", "ca_roots", "timestamp_certificate_chain"):
        if getattr(one, name):
            yield Labelled(name.replace("_", " "), visible(getattr(one, name), 200))
    for name in GITHUB:
        if getattr(one, name):
            yield Labelled(name.replace("_", " "), visible(getattr(one, name), 200))
    yield Labelled("log entry", "demanded" if one.needs_log else "not demanded")
    if one.names_a_person:
        yield Labelled("certificate in a log", "demanded" if one.needs_sct else "not demanded")
    if one.needs_timestamp:
        yield Labelled("signed timestamp", "demanded")
    if not one.checks_claims:
        yield Labelled("claims", "not compared")
    if one.tag_format_only:
        yield Labelled("format", "cosign's tag format only")
    for name, text in list(one.annotations.items())[:20]:
        yield Labelled(f"annotation {visible(name, 60)}", visible(text, 200))


def _lints(language: Language | None, document: Any) -> tuple[LintLine, ...]:
    if language is None:
        return ()
    pages = load_pages()
    return tuple(
        LintLine(
            one.id,
            pages[one.id].title if one.id in pages else one.id,
            visible(one.because, 400),
            one.id in pages,
        )
        for one in language.lint(document)
    )


def lint(text: str) -> Linted:
    """What a text would mean as a policy; nothing is stored and nobody is asked."""
    body = text.encode("utf-8", "replace")[: MAX_POLICY + 1]
    language, document, problem = read(Written.EXPECTATIONS, body)
    return Linted(problem, _rules(document, {}), _lints(language, document))
