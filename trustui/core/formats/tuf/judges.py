"""The judges of the client workflow (TUF 1.0.34 §5), each answering one question of a Case.

Which runs when, under which id and clause, stands in `verify`.
"""

from trustui.core.checks.content import judge_hashes, judge_length
from trustui.core.checks.expiry import judge_expiry
from trustui.core.checks.threshold import judge_threshold
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.reading import Case
from trustui.core.limits import MAX_LISTED
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted, quoted, visible
from trustui.core.trace import Judgement, Outcome, Severity, failed, noted, passed, undecided


def place_answered(case: Case) -> Judgement:
    """The place has the document; how long and how fast is judged apart."""
    match case.answer:
        case Document(location=location):
            return passed(f"{case.what} was read", found=visible(location))
        case Problem(kind=ProblemKind.ABSENT, location=location, because=because):
            return failed(
                f"there is no {case.what}: {because}",
                expected=f"metadata of {case.what}",
                found=visible(location),
            )
        case Problem(kind=ProblemKind.TOO_LONG | ProblemKind.TOO_SLOW, location=location):
            return passed(f"the place began to send {case.what}", found=visible(location))
        case problem:
            because = f"{case.what} could not be read: {problem.because}"
            return undecided(because, found=visible(problem.location))


def fast_enough(case: Case) -> Judgement:
    """A place that dribbles keeps a client waiting for ever (slow retrieval)."""
    if isinstance(case.answer, Problem) and case.answer.kind is ProblemKind.TOO_SLOW:
        return undecided(f"{case.what} came too slowly: {case.answer.because}")
    return passed(f"nothing about {case.what} was slower than the minimum rate")


def length_allowed(case: Case) -> Judgement:
    """Not longer than allowed, and exactly as long as is listed."""
    if isinstance(case.answer, Problem):
        if case.answer.kind is ProblemKind.TOO_LONG:
            return failed(
                f"{case.what} is longer than allowed: {case.answer.because}",
                expected=f"at most {case.max_bytes:,} bytes",
            )
        return noted(f"there is no {case.what} whose length could be judged")
    stated = None if case.listed is None else case.listed.length
    judgement = judge_length(case.what, case.answer.body, stated, case.max_bytes)
    return _of_another_form(case.answer, judgement)


def hashes_match(case: Case) -> Judgement:
    """The bytes are those that the parent lists, where it lists hashes."""
    if isinstance(case.answer, Problem):
        return noted(f"there are no bytes of {case.what} to hash")
    stated = None if case.listed is None else case.listed.hashes
    return _of_another_form(case.answer, judge_hashes(case.what, case.answer.body, stated))


def _of_another_form(document: Document, judgement: Judgement) -> Judgement:
    """A past that kept one of several forms of a version cannot show the form that was listed.

    Version and signatures are still judged on the form that was kept.
    """
    if judgement.outcome is not Outcome.FAILED or not document.other_forms:
        return judgement
    return noted(
        f"not comparable: {counted(document.other_forms + 1, 'document')} had this name, and the one kept "
        "is not the one that was listed",
        finding=Severity.MEDIUM,
        expected=judgement.expected,
        found=judgement.found,
    )


def threshold_reached(case: Case) -> Judgement:
    """Enough keys of the role, as its delegator lists them, have signed."""
    return judge_threshold(case.tallies[0])


def new_threshold_reached(case: Case) -> Judgement:
    """Enough keys of the root's own list have signed it."""
    return judge_threshold(case.tallies[-1])


def not_expired(case: Case) -> Judgement:
    """Still valid at the instant that was fixed at the start."""
    return judge_expiry(
        f"{case.what} v{case.metadata.version}", case.metadata.expires, case.valid_at
    )


def version_is_listed(case: Case) -> Judgement:
    """The document is of the version that its parent lists."""
    assert case.listed is not None
    return _same_version(case, case.listed.version)


def version_is_next(case: Case) -> Judgement:
    """A root is exactly one version above the one that it replaces."""
    trusted: Metadata = case.context["root"]
    return _same_version(case, trusted.version + 1)


def _same_version(case: Case, expected: int) -> Judgement:
    found = case.metadata.version
    words = {"expected": f"version {quoted(expected)}", "found": f"version {quoted(found)}"}
    if found != expected:
        return failed(f"{case.what} is of another version than asked for", **words)
    return passed(f"{case.what} is of the version asked for", **words)


def version_not_lower(case: Case) -> Judgement:
    """Never older than what was trusted before."""
    if case.previous is None:
        return noted(f"no {case.what} was trusted before, so there is nothing to fall behind")
    expected = f"version {quoted(case.previous.version)} or later"
    found = f"version {quoted(case.metadata.version)}"
    if case.metadata.version < case.previous.version:
        return failed(
            f"{case.what} is older than the one trusted before", expected=expected, found=found
        )
    return passed(
        f"{case.what} is not older than the one trusted before", expected=expected, found=found
    )


def version_unchanged(case: Case) -> Judgement:
    """An equal version ends the update quietly: the client goes on with the one it has."""
    if case.previous is None or case.previous.version != case.metadata.version:
        return noted(f"this {case.what} is new to the client")
    case.settled = case.previous
    return noted(f"{case.what} is unchanged since the client last looked; the one it has is used")


def snapshot_version_not_lower(case: Case) -> Judgement:
    """The snapshot that a new timestamp lists is not older than before."""
    listed = case.metadata.meta("snapshot.json")
    assert listed is not None
    before = case.previous and case.previous.meta("snapshot.json")
    if not before:
        return noted("no timestamp was trusted before, so no snapshot version is known")
    expected = f"snapshot {quoted(before.version)} or later"
    found = f"snapshot {quoted(listed.version)}"
    if listed.version < before.version:
        return failed("timestamp leads back to an older snapshot", expected=expected, found=found)
    return passed(
        "timestamp leads to no older snapshot than before", expected=expected, found=found
    )


def listed_versions_not_lower(case: Case) -> Judgement:
    """No metadata file that snapshot lists has become older."""
    if case.previous is None:
        return noted("no snapshot was trusted before, so no versions are known")
    now = dict(case.metadata.meta_versions)
    older = [
        f"{visible(name, 60)}: {quoted(version)} → {quoted(now[name])}"
        for name, version in case.previous.meta_versions
        if name in now and now[name] < version
    ]
    if older:
        return failed(
            f"snapshot leads back to older metadata: {older[0]}",
            expected="versions that never fall",
            found=counted(len(older), "older file"),
            files=older[:MAX_LISTED],
        )
    return passed("no file that snapshot lists has become older")


def no_role_removed(case: Case) -> Judgement:
    """No metadata file that snapshot listed before is missing now."""
    if case.previous is None:
        return noted("no snapshot was trusted before, so nothing can be missing")
    now = case.metadata.signed["meta"]
    gone = [visible(name, 60) for name, _ in case.previous.meta_versions if name not in now]
    if gone:
        return failed(
            f"snapshot no longer lists {gone[0]}",
            expected="every file that it listed before",
            found=f"{counted(len(gone), 'file')} missing",
            files=gone[:MAX_LISTED],
        )
    return passed("snapshot still lists every file that it listed before")


def same_as_seen(case: Case) -> Judgement:
    """One role and version is one document; two of them mean that somebody signs two truths."""
    previous = case.previous
    if isinstance(case.answer, Document) and case.answer.other_forms:
        return noted(
            f"{counted(case.answer.other_forms + 1, 'document')} were published as {case.what} version "
            f"{quoted(case.metadata.version)}; the place kept the last one",
            finding=Severity.MEDIUM,
            expected="one document for one version",
            found=f"SHA-256 {case.metadata.digest}",
        )
    if previous is None or previous.version != case.metadata.version:
        return passed(f"no other {case.what} of this version was seen")
    if previous.digest == case.metadata.digest:
        return passed(f"{case.what} of this version is the very document seen before")
    return noted(
        f"two different documents were seen for {case.what} version {quoted(previous.version)}: "
        "somebody who can sign it tells different clients different things",
        finding=Severity.HIGH,
        expected=f"SHA-256 {previous.digest}",
        found=f"SHA-256 {case.metadata.digest}",
    )


def listed_in_snapshot(case: Case) -> Judgement:
    """Snapshot lists the role's file, so its version is fixed."""
    if case.listed is None:
        return failed(
            f"snapshot does not list {case.what}.json",
            expected=f"{case.what}.json in the snapshot's meta",
            found="no such entry",
        )
    return passed(f"snapshot lists {case.what}", found=f"version {quoted(case.listed.version)}")


def clock_is_fixed(case: Case) -> Judgement:
    """§5.1: one instant for the whole verification."""
    return noted("every expiry is judged at this one instant", found=write_instant(case.valid_at))


def root_is_kept(case: Case) -> Judgement:
    """§5.3.8: a verified root stays trusted, whatever fails later."""
    return noted(
        f"root v{quoted(case.metadata.version)} is trusted from here on, even if a later step fails"
    )
