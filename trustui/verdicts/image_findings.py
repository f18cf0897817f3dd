"""What is noticed about artefacts and about the past of their repositories, from when to when.

A finding about an artefact has its digest, one about the repository as a whole has none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeAlias

import msgspec
from django.db.models import Exists, OuterRef, QuerySet

from trustui.core.images.history import RepositoryPast, TagPast, noticed
from trustui.core.images.kinds import ManifestKind
from trustui.core.oci.places import Place
from trustui.core.trace import Finding as Noticed
from trustui.core.trace import Trace
from trustui.images.models import Attachment, ImageRepository, Look, TagMove
from trustui.inventory import sql
from trustui.inventory.models import NAME
from trustui.inventory.text import identity, storable
from trustui.policies.trust import TeamTrust, trust_of
from trustui.verdicts.findings import MAX_BECAUSE
from trustui.verdicts.models import Finding

MAX_OF_ARTEFACT = 100
MAX_OF_REPOSITORY = 1_000
LINT = "policy.lint."
"""How findings begin that are about a policy: told once a repository, not once an artefact."""

_COLUMNS = (
    "source", "check_id", "on_id", "repository", "digest", "on", "severity", "because",
    "first_seen_at", "last_seen_at",
)  # fmt: skip
_STILL_SO = (
    "ON CONFLICT (source_id, check_id, on_id) WHERE gone_at IS NULL DO UPDATE SET"
    ' "on" = excluded."on", severity = excluded.severity, because = excluded.because,'
    " last_seen_at = excluded.last_seen_at"
)

Key: TypeAlias = tuple[int, str, str]
"""Source, check, and what it is about."""


class About(msgspec.Struct, frozen=True):
    """One thing that was noticed, and where."""

    repository: ImageRepository
    digest: str
    on_id: str
    found: Noticed

    @property
    def key(self) -> Key:
        """What it is found by while it is open."""
        return self.repository.source_id, self.found.id, self.on_id


def keep_noticed(verified: Sequence[tuple[ImageRepository, str, Trace]], now: datetime) -> None:
    """Keep what verifications of artefacts noticed; three statements at most."""
    there = [
        About(repository, digest, identity(f"{repository.full_name}@{digest} {one.on}"), one)
        for repository, digest, found in verified
        for one in [one for one in found.findings if not one.id.startswith(LINT)][:MAX_OF_ARTEFACT]
    ]
    open_ones = Finding.objects.filter(
        repository__in={repository.pk for repository, _, _ in verified},
        digest__in={digest for _, digest, _ in verified},
    )
    scope = {(repository.pk, digest) for repository, digest, _ in verified}
    _keep(there, open_ones, scope, now)


def keep_history(repository_ids: Sequence[int], now: datetime) -> None:
    """Keep what the past and the policies of these repositories give cause for.

    As many statements for all as for one.
    """
    if not repository_ids:
        return
    found = ImageRepository.objects.filter(pk__in=repository_ids).select_related("source")
    repositories = {row.pk: row for row in found.order_by("pk")}
    trusts = trust_of(sorted({row.source.team_id for row in repositories.values()}))
    pasts = pasts_of(repositories.values())
    there = [
        about
        for pk, row in repositories.items()
        for about in (
            *_of_past(row, pasts[pk]),
            *_of_policies(row, trusts[row.source.team_id]),
        )
    ]
    open_ones = Finding.objects.filter(repository__in=list(repositories), digest="")
    _keep(there, open_ones, {(pk, "") for pk in repositories}, now)


def _of_past(row: ImageRepository, past: RepositoryPast) -> list[About]:
    found = list(noticed(past))[:MAX_OF_REPOSITORY]
    return [About(row, "", identity(one.on), one) for one in found]


def _of_policies(row: ImageRepository, trust: TeamTrust) -> Iterator[About]:
    applied = trust.covering(row.full_name)
    for lint in () if applied is None else applied.cover.lints:
        one = Noticed(lint.id, row.full_name, lint.words, lint.severity)
        yield About(row, "", identity(f"{row.full_name} {lint.words}"), one)


def _keep(
    there: Sequence[About],
    open_ones: "QuerySet[Finding]",
    scope: Collection[tuple[int, str]],
    now: datetime,
) -> None:
    """Open what is new, carry on what is still so, close what is gone within the scope."""
    by_key = {one.key: one for one in there}
    rows = [_row(one, now) for _, one in sorted(by_key.items(), key=lambda item: item[0])]
    sql.insert(Finding, _COLUMNS, rows, _STILL_SO)
    known = open_ones.filter(gone_at=None).values_list(
        "pk", "repository", "digest", "source", "check_id", "on_id"
    )
    gone = [
        pk
        for pk, repository, digest, *key in known
        if (repository, digest) in scope and tuple(key) not in by_key
    ]
    if gone:
        Finding.objects.filter(pk__in=gone).update(gone_at=now)


def _row(one: About, now: datetime) -> tuple[object, ...]:
    where = one.repository.full_name
    on = f"{where}@{one.digest}: {one.found.on}" if one.digest else one.found.on
    return (
        *one.key,
        one.repository.pk,
        one.digest,
        storable(on, NAME),
        one.found.severity.value,
        storable(one.found.because, MAX_BECAUSE),
        now,
        now,
    )


# The past of a repository -----------------------------------------------------------------------


def pasts_of(rows: Iterable[ImageRepository]) -> dict[int, RepositoryPast]:
    """What is known of these repositories; five statements, however many there are."""
    repositories = {row.pk: row for row in rows}
    tags = _tags(repositories)
    signing = _Signing(repositories)
    present = {pk: {tag.digests[-1] for tag in tags.get(pk, ())} for pk in repositories}
    unsigned = {
        (pk, digest)
        for pk, digests in present.items()
        for digest in digests
        if signing.of(pk).get(digest) is False
    }
    elsewhere = _elsewhere(repositories, unsigned)
    lost = _lost(repositories)
    return {
        pk: RepositoryPast(
            row.full_name,
            tuple(tags.get(pk, ())),
            signing.of(pk),
            frozenset(signing.ever.get(pk, ())),
            elsewhere.get(pk, {}),
            {
                digest: tuple(entries)
                for digest, entries in lost.get(pk, {}).items()
                if digest in present[pk]
            },
        )
        for pk, row in repositories.items()
    }


def _tags(ids: Collection[int]) -> dict[int, list[TagPast]]:
    moves = TagMove.objects.filter(
        tag__repository__in=list(ids), tag__gone_at=None, tag__is_helper=False
    ).order_by("tag", "ordinal")
    rows = moves.values_list("tag__repository", "tag", "tag__name", "digest", "first_seen_at")
    found: dict[int, list[TagPast]] = {}
    for (repository, _, name), some in groupby(rows, key=lambda row: row[:3]):
        *earlier, (digest, moved_at) = [row[3:] for row in some]
        digests = (*(one for one, _ in earlier), digest)
        found.setdefault(repository, []).append(TagPast(name, digests, moved_at))
    return found


class _Signing:
    """Which artefacts of some repositories have a signature, and which ever had one."""

    def __init__(self, ids: Collection[int]) -> None:
        self._now: dict[int, set[str]] = {}
        self.ever: dict[int, set[str]] = {}
        attached = _signatures().filter(repository__in=list(ids))
        for repository, digest, gone_at in attached.values_list(
            "repository", "subject_digest", "gone_at"
        ):
            self.ever.setdefault(repository, set()).add(digest)
            if gone_at is None:
                self._now.setdefault(repository, set()).add(digest)
        self._looks: dict[int, dict[str, bool]] = {}
        looks = Look.objects.filter(repository__in=list(ids))
        for repository, digest, is_complete in looks.values_list(
            "repository", "digest", "is_complete"
        ):
            self._looks.setdefault(repository, {})[digest] = is_complete

    def of(self, repository: int) -> dict[str, bool]:
        """By digest; one that was not looked at to the end, and has none, is left out."""
        signed = self._now.get(repository, set())
        return {
            digest: digest in signed
            for digest, is_complete in self._looks.get(repository, {}).items()
            if is_complete or digest in signed
        }


def _signatures() -> "QuerySet[Attachment]":
    return Attachment.objects.filter(manifest__kind=ManifestKind.SIGNATURE.value, is_lost=False)


def _elsewhere(
    repositories: Mapping[int, ImageRepository], unsigned: Collection[tuple[int, str]]
) -> dict[int, dict[str, tuple[str, ...]]]:
    """Where the same digests are signed, as far as the same team sees it."""
    teams = {row.source.team_id for row in repositories.values()}
    rows = _signatures().filter(
        subject_digest__in={digest for _, digest in unsigned},
        gone_at=None,
        repository__source__team__in=teams,
        repository__gone_at=None,
    )
    signed: dict[tuple[int, str], set[str]] = {}
    for team, digest, name in rows.values_list(
        "repository__source__team", "subject_digest", "repository__full_name"
    ):
        signed.setdefault((team, digest), set()).add(name)
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for pk, digest in unsigned:
        names = signed.get((repositories[pk].source.team_id, digest))
        if names:
            found.setdefault(pk, {})[digest] = tuple(sorted(names))
    return found


def _lost(ids: Collection[int]) -> dict[int, dict[str, list[str]]]:
    """What a fallback index listed once and no place lists now."""
    same = Attachment.objects.filter(
        repository=OuterRef("repository"),
        subject_digest=OuterRef("subject_digest"),
        digest=OuterRef("digest"),
        gone_at=None,
    )
    gone = Attachment.objects.filter(
        ~Exists(same),
        repository__in=list(ids),
        place=Place.FALLBACK.value,
        gone_at__isnull=False,
        is_lost=False,
    )
    rows = gone.order_by("digest").values_list("repository", "subject_digest", "digest").distinct()
    found: dict[int, dict[str, list[str]]] = {}
    for repository, subject, digest in rows:
        found.setdefault(repository, {}).setdefault(subject, []).append(digest)
    return found
