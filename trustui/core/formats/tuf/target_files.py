"""Is this file the target that the metadata describes (TUF 1.0.34 §5.7.3)?"""

from trustui.core.checks.content import judge_hashes, judge_length
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.metadata import TargetFile
from trustui.core.formats.tuf.wellformed import SPEC
from trustui.core.primitives.text import visible
from trustui.core.trace import Chain, Check, Judgement, Planned, Verification, failed, noted, passed

NAME = Check("tuf.target.name", f"{SPEC} §5.7.3")
LENGTH = Check("tuf.target.length", f"{SPEC} §5.7.3")
HASH = Check("tuf.target.hash", f"{SPEC} §5.7.3")


def compare_file(
    target: TargetFile, artifact: Document | Problem, is_consistent: bool, rests_on: str | None
) -> Verification[None]:
    """Compare a file with what a trusted role says about the target."""
    group = f"file of {visible(target.path)}"
    yield Planned(group, visible(target.path), (NAME.id, LENGTH.id, HASH.id))
    chain = Chain(group, visible(target.path), rests_on)
    yield chain.judge(NAME, _served_as, target, is_consistent)
    yield chain.judge(LENGTH, _length_matches, target, artifact)
    if isinstance(artifact, Document):
        yield chain.judge(HASH, judge_hashes, "the file", artifact.body, target.hashes)


def _served_as(target: TargetFile, is_consistent: bool) -> Judgement:
    """§6.2: with consistent snapshots a file is asked for by its hash."""
    if not is_consistent:
        return noted("no consistent snapshots: the file is asked for by its path", found=visible(target.path))
    return passed("the file is asked for by its hash", found=visible(served_names(target)[0]))


def served_names(target: TargetFile) -> tuple[str, ...]:
    """The paths under which a consistent repository serves a target, one for each hash (§6.2)."""
    folder, slash, name = target.path.rpartition("/")
    return tuple(f"{folder}{slash}{digest}.{name}" for digest in target.hashes.values())


def _length_matches(target: TargetFile, artifact: Document | Problem) -> Judgement:
    if isinstance(artifact, Problem):
        return failed(
            f"the file cannot be read: {artifact.because}",
            expected=f"{target.length:,} bytes",
            found=visible(artifact.location),
        )
    return judge_length("the file", artifact.body, target.length, target.length)
