"""`/identities/…/`: who signs, by certificates: where, how often, and which policies expect it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet, Sum
from django.urls import reverse

from trustui.core.primitives.text import counted, visible
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.patterns import matches
from trustui.core.trust_policy.policies import PolicyDocument
from trustui.images.models import (
    Certificate,
    Identity,
    ImageRepository,
    ImageSignature,
    RepositorySigner,
)
from trustui.images.names import folded
from trustui.pages.images.attached import FORMS
from trustui.pages.images.policies import in_force
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, sliced
from trustui.pages.viewer import Viewer

ORDER = ("-id",)
LIST_ORDER = ("subject", "id")
MOST_REPOSITORIES = 100
MOST_COUNTED = 500
"""Signatures of one identity that are looked at one by one, the newest: a release workflow may have
signed a hundred thousand times. Of the present, numbers and places are kept; certificates are not."""
LONGEST_TEXT = 200
MOST_QUERIES = 10


class Place(msgspec.Struct, frozen=True):
    """A repository in which it signs. Times in UTC."""

    repository_id: int
    full_name: str
    href: str
    signatures: int
    first_at: datetime
    newest_at: datetime


class SignedLine(msgspec.Struct, frozen=True):
    """One signature. Times in UTC."""

    repository_id: int
    full_name: str
    subject_digest: str
    kind: str
    form: str
    predicate_type: str
    logged_at: datetime | None
    first_seen_at: datetime
    href: str


class Expected(msgspec.Struct, frozen=True):
    """A policy that asks for its signature."""

    policy_id: int
    policy: str
    patterns: tuple[str, ...]
    how: str
    """`by name`, or by which pattern."""


class IdentityPage(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page says; `title` is the answer. Times in UTC."""

    identity_id: str
    subject: str
    issuer: str
    title: str
    lead: str
    signatures: int
    certificates: int
    certificates_of: int
    """Of so many signatures, the newest ones."""
    is_cut: bool
    """There are more than were counted: signatures and places are of the newest ones."""
    first_at: datetime | None
    newest_at: datetime | None
    places: tuple[Place, ...]
    more_places: bool
    expected: tuple[Expected, ...]
    lines: tuple[SignedLine, ...]
    after: str | None


class IdentityLine(msgspec.Struct, frozen=True):
    """One identity. Times in UTC."""

    identity_id: str
    subject: str
    issuer: str
    repositories: int
    signatures: int
    newest_at: datetime | None
    href: str


class IdentitiesPage(msgspec.Struct, frozen=True):
    """Everybody who signs something that this person sees."""

    title: str
    lines: tuple[IdentityLine, ...]
    after: str | None
    text: str


def identity(
    viewer: Viewer,
    moment: Moment,
    identity_id: str,
    after: str | None = None,
    size: int = ROWS,
) -> IdentityPage | None:
    """None for what signs nothing that this person sees. At most `MOST_QUERIES`. Raises PagingError."""
    row = Identity.objects.filter(identity_id=identity_id).first()
    if row is None:
        return None
    mine = _mine(viewer, moment).filter(identity=row.pk)
    newest = list(mine.order_by(*ORDER).values_list("pk", flat=True)[: MOST_COUNTED + 1])
    if not newest:
        return None
    looked_at = ImageSignature.objects.filter(pk__in=newest[:MOST_COUNTED])
    if moment.at == moment.now:
        signs = _signs(viewer, row)
    else:
        signs = _signed_then(mine, looked_at, is_cut=len(newest) > MOST_COUNTED)
    shown = sliced(mine.select_related("repository", "manifest"), ORDER, after, size)
    expected = tuple(_expected(viewer, moment, row))
    return IdentityPage(
        identity_id=identity_id,
        subject=visible(row.subject, 500),
        issuer=visible(row.issuer, 500),
        title=_title(signs),
        lead=_lead(expected),
        signatures=signs.signatures,
        certificates=_certificates(looked_at),
        certificates_of=min(len(newest), MOST_COUNTED),
        is_cut=signs.is_cut,
        first_at=signs.first_at,
        newest_at=signs.newest_at,
        places=signs.places,
        more_places=signs.repositories > len(signs.places),
        expected=expected,
        lines=tuple(_line(one) for one in shown.rows),
        after=shown.after,
    )


def identities(
    viewer: Viewer, moment: Moment, text: str = "", after: str | None = None, size: int = ROWS
) -> IdentitiesPage:
    """Four queries. Raises PagingError."""
    wanted = text.replace("\0", "").strip()[:LONGEST_TEXT]
    shown = sliced(_found(viewer, moment, wanted), LIST_ORDER, after, size)
    return IdentitiesPage(
        "Who signs" if not wanted else f"Who signs, with {visible(wanted, 60)}",
        tuple(_lines(viewer, moment, shown.rows)),
        shown.after,
        wanted,
    )


def exported(viewer: Viewer, moment: Moment, given: Mapping[str, str]) -> Iterator[IdentityLine]:
    """Every identity of the list."""
    after: str | None = None
    while True:
        page = identities(viewer, moment, given.get("text", ""), after, 200)
        yield from page.lines
        after = page.after
        if after is None:
            return


def signed(viewer: Viewer, moment: Moment, identity_id: str) -> Iterator[SignedLine] | None:
    """Every signature of it; None for what signs nothing that this person sees."""
    mine = _mine(viewer, moment).filter(identity__identity_id=identity_id)
    if not mine.exists():
        return None
    rows = mine.select_related("repository", "manifest").order_by(*ORDER)
    return (_line(one) for one in rows.iterator(500))


def _mine(viewer: Viewer, moment: Moment) -> "QuerySet[ImageSignature]":
    mine = ImageSignature.objects.filter(repository__source__team__in=viewer.teams)
    return mine if moment.at == moment.now else mine.filter(manifest__first_seen_at__lte=moment.at)


def _found(viewer: Viewer, moment: Moment, text: str) -> "QuerySet[Identity]":
    rows = Identity.objects.filter(signs_there(viewer, moment))
    return rows.filter(folded__contains=folded(text)) if text else rows


def signs_there(viewer: Viewer, moment: Moment) -> Exists:
    """Whether an identity had signed by then something that this person sees."""
    return Exists(_signers(viewer).filter(identity=OuterRef("pk"), first_at__lte=moment.at))


def _signers(viewer: Viewer) -> "QuerySet[RepositorySigner]":
    return RepositorySigner.objects.filter(source__team__in=viewer.teams)


def _lines(viewer: Viewer, moment: Moment, rows: list[Identity]) -> Iterator[IdentityLine]:
    """Of the present what is kept, of a past what is counted: one query."""
    cells: QuerySet[Any, Any]
    if moment.at == moment.now:
        found = _signers(viewer).filter(identity__in=rows).values_list("identity")
        cells = found.annotate(Count("pk"), Sum("signatures"), Max("newest_at"))
    else:
        signed_then = _mine(viewer, moment).filter(identity__in=rows).values_list("identity")
        cells = signed_then.annotate(
            Count("repository", distinct=True), Count("pk"), Max("manifest__first_seen_at")
        )
    counts = {
        pk: (places, count, newest) for pk, places, count, newest in cells.order_by("identity")
    }
    for row in rows:
        repositories, signatures, newest_at = counts.get(row.pk, (0, 0, None))
        yield IdentityLine(
            row.identity_id,
            visible(row.subject, 300),
            visible(row.issuer, 200),
            repositories,
            signatures,
            newest_at,
            reverse("identity", args=[row.identity_id]),
        )


class _Signs(msgspec.Struct, frozen=True):
    """Where somebody signs, and how often. Times in UTC."""

    repositories: int
    signatures: int
    first_at: datetime | None
    newest_at: datetime | None
    places: tuple[Place, ...]
    is_cut: bool = False


def _signs(viewer: Viewer, row: Identity) -> _Signs:
    """As it is kept: three queries."""
    mine = _signers(viewer).filter(identity=row.pk)
    sums = mine.aggregate(
        repositories=Count("pk"),
        signatures=Sum("signatures", default=0),
        first_at=Min("first_at"),
        newest_at=Max("newest_at"),
    )
    cells = mine.order_by("-newest_at", "repository").values_list(
        "repository", "signatures", "first_at", "newest_at"
    )
    return _Signs(**sums, places=tuple(_places(list(cells[:MOST_REPOSITORIES]))))


def _signed_then(
    mine: "QuerySet[ImageSignature]", looked_at: "QuerySet[ImageSignature]", *, is_cut: bool
) -> _Signs:
    """Counted among the signatures that were seen by then: three queries."""
    rows = looked_at.values_list("repository").annotate(
        count=Count("pk"),
        first=Min("manifest__first_seen_at"),
        newest=Max("manifest__first_seen_at"),
    )
    cells = list(rows.order_by("-newest", "repository"))
    oldest = mine.order_by("pk").values_list("manifest__first_seen_at", flat=True)
    return _Signs(
        repositories=len(cells),
        signatures=sum(count for _, count, _, _ in cells),
        first_at=oldest.first() if is_cut else min(first for _, _, first, _ in cells),
        newest_at=cells[0][-1],
        places=tuple(_places(cells[:MOST_REPOSITORIES])),
        is_cut=is_cut,
    )


def _places(cells: Sequence[tuple[int, int, datetime, datetime]]) -> Iterator[Place]:
    """One query.

    Names are read apart: joined in, they lead PostgreSQL through the whole table of repositories.
    """
    there = ImageRepository.objects.filter(pk__in=[pk for pk, *_ in cells])
    names = dict(there.values_list("pk", "full_name"))
    for pk, count, first, newest in cells:
        href = reverse("image-repository", args=[pk])
        yield Place(pk, visible(names[pk], 300), href, count, first, newest)


def _certificates(mine: "QuerySet[ImageSignature]") -> int:
    return Certificate.objects.filter(pk__in=mine.values("certificate")).count()


def _line(row: ImageSignature) -> SignedLine:
    return SignedLine(
        repository_id=row.repository_id,
        full_name=visible(row.repository.full_name, 300),
        subject_digest=row.subject_digest,
        kind=row.kind,
        form=FORMS.get(row.format, row.format),
        predicate_type=visible(row.predicate_type, 200),
        logged_at=row.logged_at,
        first_seen_at=row.manifest.first_seen_at,
        href=reverse(
            "image-signature", args=[row.repository_id, row.manifest.digest, row.position]
        ),
    )


def _title(signs: _Signs) -> str:
    places, signatures = signs.repositories, signs.signatures
    where = "1 repository" if places == 1 else f"{places:,} repositories"
    if signs.is_cut:
        return f"Signs in at least {where}, more than {signatures:,} times"
    return f"Signs in {where}, {counted(signatures, 'time')}"


def _lead(expected: tuple[Expected, ...]) -> str:
    if not expected:
        return "No policy asks for its signature: what it signs counts nowhere."
    names = ", ".join(dict.fromkeys(one.policy for one in expected))
    return f"Asked for by {visible(names, 300)}. Whether a signature is good, the verdict of each artefact says."


def _expected(viewer: Viewer, moment: Moment, row: Identity) -> Iterator[Expected]:
    """One query."""
    for one in in_force(viewer.teams, moment):
        for policy in one.document.policies if isinstance(one.document, PolicyDocument) else ():
            how = next(
                (
                    told
                    for requirement in policy.require
                    for expectation in requirement.of
                    if (told := _how(expectation, row.subject, row.issuer))
                ),
                "",
            )
            if how:
                patterns = tuple(visible(each, 200) for each in policy.repositories)
                yield Expected(one.policy_id, visible(one.policy, 200), patterns, how)


def _how(expectation: Expectation, subject: str, issuer: str) -> str:
    """How an expectation asks for an identity; empty where it does not."""
    if expectation.issuer and expectation.issuer != issuer:
        return ""
    if expectation.issuer_regexp and not matches(expectation.issuer_regexp, issuer):
        return ""
    if expectation.identity:
        return "by name" if expectation.identity == subject else ""
    if expectation.identity_regexp and matches(expectation.identity_regexp, subject):
        return f"by the pattern {visible(expectation.identity_regexp, 200)}"
    return ""
