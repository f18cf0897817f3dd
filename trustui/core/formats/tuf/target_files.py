"""Is this file the target that the metadata describes (TUF 1.0.34 §5.7.3)?"""

import re

from trustui.core.checks.content import judge_hashes, judge_length
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.metadata import TargetFile
from trustui.core.formats.tuf.wellformed import SPEC
from trustui.core.primitives.text import visible
from trustui.core.trace import Chain, Check, Judgement, Planned, Verification, failed, noted, passed

NAME = Check("tuf.target.name", f"{SPEC} §5.7.3")
LENGTH = Check("tuf.target.length", f"{SPEC} §5.7.3")
HASH = Check("tuf.target.hash", f"{SPEC} §5.7.3")

_DIGEST = re.compile(r"[0-9a-fA-F]{32,}")


def compare_file(
    target: TargetFile, artifact: Document | Problem, is_consistent: bool, rests_on: str | None
) -> Verification[None]:
    """Compare a file with what a trusted role says about the target."""
    group = f"file of {visible(target.path)}"
    yield Planned(group, visible(target.path), (NAME.id, LENGTH.id, HASH.id))
    chain = Chain(group, visible(target.path), rests_on)
    yield chain.judge(NAME, _name_fits, target, artifact, is_consistent)
    yield chain.judge(LENGTH, _length_matches, target, artifact)
    if isinstance(artifact, Document):
        yield chain.judge(HASH, judge_hashes, "the file", artifact.body, target.hashes)


def _name_fits(target: TargetFile, artifact: Document | Problem, is_consistent: bool) -> Judgement:
    """§6.2: with consistent snapshots a place serves a file under one of its hashes."""
    if not is_consistent:
        return noted(
            "no consistent snapshots: the file is asked for by its path", found=visible(target.path)
        )
    expected, found = visible(served_names(target)[0]), visible(artifact.location)
    digest, _, name = artifact.location.rpartition("/")[2].partition(".")
    if name != target.path.rpartition("/")[2] or _DIGEST.fullmatch(digest) is None:
        because = "the file was not given by a name that carries its hash"
        return noted(because, expected=expected, found=found)
    if digest.lower() in {stated.lower() for stated in target.hashes.values()}:
        because = "the name of the file carries a hash that is listed"
        return passed(because, expected=expected, found=found)
    because = "the name of the file carries another hash than those listed"
    return failed(because, expected=expected, found=found)


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
