"""Trusted roots that are followed: a target of a TUF source becomes a version of a trust material.

What the source vouches for is verified from the store, as a client would; only the file itself is
fetched, and compared with what the trusted metadata says of it. So a place that lies changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from trustui.accounts.models import Team
from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.delegations import Lookup, look_up
from trustui.core.formats.tuf.metadata import TargetFile
from trustui.core.formats.tuf.repository import Anchor, Question
from trustui.core.formats.tuf.target_files import compare_file, served_names
from trustui.core.formats.tuf.verify import refresh
from trustui.core.primitives.digests import sha256 as digest_of
from trustui.core.primitives.text import visible
from trustui.core.trace import Outcome, Verification, collect, trace
from trustui.core.trust_policy.given import MAX_TRUST_FILE
from trustui.crawl.source import Options, TargetFiles
from trustui.events.services import PERSON, record
from trustui.images.models import FollowedRoot
from trustui.inventory.models import NAME, Source
from trustui.inventory.recognizing import kind_named
from trustui.inventory.text import storable
from trustui.policies.materials import FOLLOWER, set_material
from trustui.policies.models import TrustMaterial
from trustui.policies.stating import PolicyError, checked_name, checked_reason
from trustui.verdicts.remembering import Remembered

FOLLOWED, RELEASED = "material.followed", "material.released"
MAX_BECAUSE = 1_000


@transaction.atomic
def follow_root(
    *,
    team: Team,
    material: str,
    source: Source,
    path: str,
    by_name: str,
    reason: str,
    now: datetime,
) -> FollowedRoot:
    """Let a material be what this target of a TUF source is, from now on. Raises PolicyError."""
    by_name, reason = checked_reason(by_name, reason)
    material = checked_name(material, "the material")
    Team.objects.select_for_update().get(pk=team.pk)
    if source.team_id != team.pk:
        raise PolicyError(f"{source.name} is a source of another team")
    if kind_named(source.kind).files is None:
        raise PolicyError(
            f"{source.name} gives no target files: it is a source of kind {source.kind}"
        )
    if not path or len(path) > NAME or storable(path, NAME) != path:
        raise PolicyError(f"expected the path of a target, found {visible(path, 200)!r}")
    FollowedRoot.objects.filter(team=team, material=material, ended_at=None).update(ended_at=now)
    followed = FollowedRoot.objects.create(
        team=team,
        material=material,
        source=source,
        path=path,
        reason=reason,
        begun_by_name=by_name,
        begun_at=now,
    )
    _tell(FOLLOWED, followed, by_name, reason, now)
    return followed


@transaction.atomic
def release_root(*, followed: FollowedRoot, by_name: str, reason: str, now: datetime) -> None:
    """Follow it no more; the material stays as it is. Raises PolicyError."""
    by_name, reason = checked_reason(by_name, reason)
    if not FollowedRoot.objects.filter(pk=followed.pk, ended_at=None).update(ended_at=now):
        raise PolicyError(f"{followed.material} is not followed")
    _tell(RELEASED, followed, by_name, reason, now)


def _tell(kind: str, followed: FollowedRoot, by_name: str, reason: str, now: datetime) -> None:
    record(
        kind=kind,
        at=now,
        actor=f"{PERSON}{by_name}",
        subject=followed.material,
        team_id=followed.team_id,
        source_id=followed.source_id,
        reason=reason,
        detail={"source": followed.source.name, "path": followed.path},
    )


# Looking --------------------------------------------------------------------------------------


class Rotated(msgspec.Struct, frozen=True):
    """What a look at a followed root gave: its bytes where they are others, or why not.

    Both empty: what is in force is what the source vouches for.
    """

    followed_id: int
    body: bytes = b""
    origin: str = ""
    because: str = ""


def look_at(
    followed_id: int,
    path: str,
    sha256: str,
    remembered: Remembered,
    files: TargetFiles,
    at: datetime,
) -> Rotated:
    """What the source vouches for at an instant (UTC), beside what is in force. No database.

    `sha256` is that of the material in force, or "".
    """
    found = trusted_target(remembered, path, at)
    if isinstance(found, str):
        return Rotated(followed_id, because=found)
    target, is_consistent = found
    if target.hashes.get("sha256", "").lower() == sha256:
        return Rotated(followed_id)
    if target.length > MAX_TRUST_FILE:
        return Rotated(followed_id, because=f"the target has {target.length:,} bytes: too many")
    names = served_names(target) if is_consistent else (target.path,)
    answer: Document | Problem = files.get(names[0], target.length)
    events, _ = collect(compare_file, target, answer, is_consistent, None)
    compared = trace(path, at, at, events)
    first = compared.first_failing
    if compared.outcome is not Outcome.PASSED or isinstance(answer, Problem):
        because = "" if first is None else first.because
        return Rotated(followed_id, because=f"the file is not the target: {because}")
    if digest_of(answer.body) == sha256:
        return Rotated(followed_id)
    return Rotated(followed_id, answer.body, f"target {visible(path, 200)} of the source")


def trusted_target(
    remembered: Remembered, path: str, at: datetime
) -> tuple[TargetFile, bool] | str:
    """What trusted metadata says of a target, and whether snapshots are consistent; or why not."""
    order = remembered.order
    if order.root is None:
        return "no root is pinned for the source: nobody vouches for what it shows"
    question = Question(Anchor(order.root, order.root_origin), at, order.trusted)
    events, found = collect(_lookup, question, remembered, path)
    looked = trace(path, at, at, events)
    first = looked.first_failing
    if looked.outcome is not Outcome.PASSED:
        because = "not everything was reached" if first is None else first.because
        return f"the source does not verify: {because}"
    lookup, is_consistent = found
    if lookup.target is None:
        return "the source lists no such target"
    return lookup.target, is_consistent


def _lookup(
    question: Question, remembered: Remembered, path: str
) -> Verification[tuple[Lookup, bool]]:
    repository = yield from refresh(question, remembered.place.ask)
    lookup = yield from look_up(repository, path)
    return lookup, repository.root is not None and repository.root.consistent_snapshot


def open_files(source: Source, options: Options) -> TargetFiles:
    """The target files of a source. Raises PolicyError where its kind keeps none."""
    opening = kind_named(source.kind).files
    if opening is None:
        raise PolicyError(f"a source of kind {source.kind} gives no target files")
    return opening(source.location, options)


def keep_rotated(found: Sequence[Rotated], now: datetime) -> list[TrustMaterial]:
    """Write new versions of the materials and what came of the looks, in the caller's transaction."""
    rows = FollowedRoot.objects.select_for_update().select_related("team", "source")
    followed = {row.pk: row for row in rows.filter(pk__in=[one.followed_id for one in found])}
    made = []
    for one in found:
        row = followed.get(one.followed_id)
        if row is None or row.ended_at is not None:
            continue
        because = one.because
        if one.body:
            try:
                made.append(_new_version(row, one, now))
            except PolicyError as error:
                because = str(error)
        row.looked_at, row.because = now, storable(because, MAX_BECAUSE)
        row.save(update_fields=["looked_at", "because"])
    return made


def _new_version(row: FollowedRoot, one: Rotated, now: datetime) -> TrustMaterial:
    return set_material(
        team=row.team,
        name=row.material,
        body=one.body,
        origin=f"{one.origin} {row.source.name}",
        by=None,
        by_name=FOLLOWER,
        reason=f"target {row.path} of {row.source.name} is another, and {row.begun_by_name} follows it: {row.reason}",
        now=now,
        is_followed=True,
    )
