"""The verdict of an image by Notation's own rules: its policy, its list, its order.

Order: the statement that applies (`notation.policy`, `.skip`), what the reference names (`.resolve`),
what is listed (`.list`, `.limit`), then each signature in a group of its own, and the bills of
materials that are attached. One good signature is enough. But a signature that is listed before it and cannot be fetched ends the verification, as it
does for every client: nobody knows what was lost.
"""

from collections.abc import Iterator, Sequence

import msgspec

from trustui.core.facts import Document, Problem
from trustui.core.formats.notation.verify import IDENTITY
from trustui.core.images.notation.causes import ONLY_IN_FALLBACK, Cause, causes_of
from trustui.core.images.notation.listing import Listing, judge_listed, list_for, opened
from trustui.core.images.notation.question import (
    LIMIT,
    LIST,
    POLICY,
    RESOLVE,
    SKIP,
    NotationQuestion,
    NotationVerdict,
)
from trustui.core.images.notation.sboms import verify_listed_sboms
from trustui.core.images.notation.signatures import Tried, Trust, miss_of, try_signature
from trustui.core.oci.discovery import (
    DIGEST,
    FALLBACK,
    MEDIA_TYPE,
    REFERRERS,
    Artefact,
    judge_digest,
    judge_media_type,
    judge_place,
    judge_resolved,
)
from trustui.core.oci.references import digest_of
from trustui.core.oci.requests import Ask, manifest_request
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import (
    Chain,
    Event,
    Finding,
    Judgement,
    Outcome,
    Planned,
    Severity,
    Verification,
    failed,
    noted,
    passed,
)
from trustui.core.trust_policy.notation.configuration import (
    ReadDocument,
    read_document,
    stores_of,
)
from trustui.core.trust_policy.notation.rules import named
from trustui.core.trust_policy.notation.selection import Selection, for_repository
from trustui.core.trust_policy.notation.statements import Statement

GROUP = "policy"
REGISTRY = "registry"

SKIPPED = "notation.finding.skipped"
HIDDEN = "notation.finding.hidden_by_retrieval"


def verify_notation_image(question: NotationQuestion, ask: Ask) -> Verification[NotationVerdict]:
    """Everything that can be said about an image and a Notation configuration."""
    verdict = NotationVerdict()
    name = question.reference.name
    read = read_document(question.configuration, "oci")
    if read.document is not None:
        verdict.selection = for_repository(read.document, name)
    yield from judge_statement(verdict, read, name)
    statement = None if verdict.selection is None else verdict.selection.statement
    found = yield from _resolved(verdict, question, ask)
    if found is None or verdict.is_skipped:
        return verdict
    listing, chain = found
    assert verdict.artefact is not None
    yield from _listed(verdict, listing, chain, question, ask)
    trust = None
    if statement is not None:
        trust = Trust(statement, stores_of(statement, question.configuration.stores))
        yield from _tried(verdict, listing, chain, question, trust, ask)
    sboms = verify_listed_sboms(verdict.artefact, listing, question, trust, ask)
    verdict.sboms = yield from sboms
    return verdict


def _tried(
    verdict: NotationVerdict,
    listing: Listing,
    chain: Chain,
    question: NotationQuestion,
    trust: Trust,
    ask: Ask,
) -> Verification[None]:
    """Each listed signature, as far as the limit goes, and what all of them come to."""
    assert verdict.artefact is not None
    chosen = listing.signatures[: question.max_signatures]
    tried = [try_signature(one, question, verdict.artefact, trust, ask) for one in chosen]
    if tried:
        yield chain.judge(LIMIT, judge_limit, tried, len(listing.signatures))
    verdict.turns.update(turn for one in tried if one.result for turn in one.result.turns)
    yield from _concluded(verdict, tried, trust.statement)


# What was asked -------------------------------------------------------------------------------


def judge_statement(verdict: NotationVerdict, read: ReadDocument, on: str) -> Verification[None]:
    """The steps of the policy: which statement applies, and whether it verifies anything."""
    chain = Chain(GROUP, on)
    yield Planned(GROUP, on, (POLICY.id, SKIP.id) if verdict.selection else (POLICY.id,))
    yield chain.judge(POLICY, judge_policy, read, verdict.selection)
    statement = None if verdict.selection is None else verdict.selection.statement
    yield from _lints(read, statement)
    if statement is None:
        return
    yield chain.judge(SKIP, judge_skip, statement)
    if statement.is_skipped:
        because = f"the statement {visible(statement.name, 80)!r} has the level skip: nothing was verified"
        yield Finding(SKIPPED, on, because, Severity.HIGH)


def _lints(read: ReadDocument, statement: Statement | None) -> Iterator[Finding]:
    """What stands beside a verdict: of the document and of the statement that applies, unless it is
    small; `policy lint` tells everything.
    """
    told = set() if statement is None else {named(statement, 0)}
    for lint in read.lints:
        is_about = lint.refuses or lint.on in told
        if is_about and lint.severity in {Severity.MEDIUM, Severity.HIGH}:
            yield Finding(lint.id, lint.on, lint.because, lint.severity)


def judge_policy(read: ReadDocument, selection: Selection | None) -> Judgement:
    """There is a trust policy, it breaks no rule, and one of its statements applies."""
    if selection is None:
        return failed(
            read.problem,
            expected="a trust policy document that keeps its rules",
            found=visible(read.name, 80),
            stage=read.stage,
        )
    considered = [f"{visible(one.name, 80)}: {one.because}" for one in selection.considered]
    if selection.statement is None:
        wanted = visible(selection.wanted, 120) or "no name, which asks for a global statement"
        return failed(
            f"no statement applies to {wanted}",
            expected="a statement that names it, or one for everything",
            found="; ".join(considered[:3]),
            stage="selection",
            considered=considered[:50],
        )
    return passed(
        f"the statement {visible(selection.statement.name, 80)!r} applies, by {visible(selection.by, 120)}",
        found=visible(selection.statement.name, 80),
        considered=considered[:50],
    )


def judge_skip(statement: Statement) -> Judgement:
    """Whether the statement has signatures verified at all; `skip` never looks good."""
    if statement.is_skipped:
        return noted("the level is skip: no signature is looked for", found="skip")
    return passed(
        f"the level is {visible(statement.level_words, 200)}", found=visible(statement.level, 40)
    )


# What is there --------------------------------------------------------------------------------


def _resolved(
    verdict: NotationVerdict, question: NotationQuestion, ask: Ask
) -> Verification[tuple[Listing, Chain] | None]:
    """The image, and what is listed for it, where the reference names anything."""
    reference = question.reference
    chain = Chain(REGISTRY, str(reference))
    rest = () if verdict.is_skipped else (REFERRERS.id, FALLBACK.id, LIST.id)
    yield Planned(REGISTRY, chain.on, (RESOLVE.id, DIGEST.id, MEDIA_TYPE.id, *rest))
    name = reference.digest or reference.tag
    answer = None if name is None else ask(manifest_request(name))
    yield chain.judge(RESOLVE, judge_reference, answer, name)
    if not isinstance(answer, Document):
        return None
    yield chain.judge(DIGEST, judge_digest, answer.body, reference.digest)
    yield chain.judge(MEDIA_TYPE, judge_media_type, answer)
    digest = reference.digest or digest_of(answer.body)
    verdict.artefact = Artefact(digest, answer, opened(answer))
    return (Listing() if verdict.is_skipped else list_for(digest, ask)), chain


def judge_reference(answer: Document | Problem | None, name: str | None) -> Judgement:
    """The reference has a tag or a digest, and that names a manifest."""
    if answer is None or name is None:
        return failed(
            "the reference has neither tag nor digest",
            expected="HOST/NAME:TAG or HOST/NAME@DIGEST",
            found="HOST/NAME",
        )
    return judge_resolved(answer, name)


def _listed(
    verdict: NotationVerdict,
    listing: Listing,
    chain: Chain,
    question: NotationQuestion,
    ask: Ask,
) -> Verification[None]:
    verdict.places = listing.places
    assert verdict.artefact is not None
    for check, place in zip((REFERRERS, FALLBACK), listing.places, strict=True):
        yield chain.judge(check, judge_place, place)
    causes = list(_ignored(listing))
    if not listing.signatures:
        causes += causes_of(verdict.artefact, listing, question, ask)
    verdict.causes = tuple(one.id for one in causes)
    words = tuple(one.because for one in causes)
    yield chain.judge(LIST, judge_listed, listing, words)
    for one in causes:
        yield Finding(one.id, chain.on, one.because, Severity.MEDIUM)


def _ignored(listing: Listing) -> Iterator[Cause]:
    number = sum(one.is_signature for one in listing.ignored)
    if number:
        because = (
            f"the fallback tag lists {counted(number, 'signature')} that the referrers interface of this "
            "registry does not: clients ask the interface only and do not find them"
        )
        yield Cause(ONLY_IN_FALLBACK, because)


def judge_limit(tried: Sequence[Tried], listed: int) -> Judgement:
    """No signature was left out before a good one was found."""
    untried = listed - len(tried)
    if untried and not any(one.outcome is Outcome.PASSED for one in tried):
        return failed(
            f"the limit was reached: {counted(untried, 'signature')} not looked at, and none of the others is good",
            expected=f"a limit of {listed}",
            found=f"a limit of {len(tried)}",
        )
    return passed(f"{len(tried)} of {counted(listed, 'signature')} looked at")


# The verdict ----------------------------------------------------------------------------------


def _concluded(
    verdict: NotationVerdict, tried: Sequence[Tried], statement: Statement
) -> Verification[None]:
    """Emit every group in the order listed, needed where the verdict rests on it."""
    needed = {one.group for one in needed_ones(tried)}
    for one in tried:
        yield from _with_need(one.events, needed=one.group in needed)
        verdict.signatures.append(one.told)
    good = [one for one in tried if one.outcome is Outcome.PASSED]
    if not good:
        nearest = min(tried, key=lambda one: one.distance, default=None)
        verdict.nearest = None if nearest is None else nearest.group
        _find_miss(verdict, nearest, statement)
    elif any(one.is_lost for one in tried if one.group in needed):
        because = (
            f"it is good, and stands behind one that cannot be fetched in the list: Notation gives up there "
            f"and does not come to it ({counted(len(good), 'good signature')})"
        )
        yield Finding(HIDDEN, good[0].told.on, because, Severity.HIGH)


def needed_ones(tried: Sequence[Tried]) -> list[Tried]:
    """Those that the verdict rests on: the good ones, or those lost before the first good one."""
    first = next((n for n, one in enumerate(tried) if one.outcome is Outcome.PASSED), len(tried))
    lost = [one for one in tried[:first] if one.is_lost]
    if first < len(tried):
        return lost or [one for one in tried if one.outcome is Outcome.PASSED]
    undecided = [one for one in tried if one.outcome is Outcome.UNDECIDED]
    return undecided or list(tried)


def _with_need(events: Sequence[Event], *, needed: bool) -> Verification[None]:
    for event in events:
        is_plan = isinstance(event, Planned)
        yield msgspec.structs.replace(event, needed=needed) if is_plan else event


def _find_miss(verdict: NotationVerdict, nearest: Tried | None, statement: Statement) -> None:
    """Where no identity matched: that which came closest, attribute by attribute."""
    first = None if nearest is None else nearest.trace.first_failing
    if nearest is not None and first is not None and first.check == IDENTITY.id:
        verdict.miss = miss_of(statement.identities, nearest.content, nearest.media_type)
