"""`/identities/…/`: who signs, by certificates: where, how often, and which policies expect it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec
from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet
from django.urls import reverse

from trustui.core.primitives.text import counted, visible
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trust_policy.patterns import matches
from trustui.core.trust_policy.policies import PolicyDocument
from trustui.images.models import Certificate, Identity, ImageRepository, ImageSignature
from trustui.pages.images.attached import FORMS
from trustui.pages.images.policies import in_force
from trustui.pages.moment import Moment
from trustui.pages.paging import ROWS, sliced
from trustui.pages.viewer import Viewer

ORDER = ("-id",)
LIST_ORDER = ("subject", "id")
MOST_REPOSITORIES = 100
MOST_COUNTED = 500
"""Signatures of one identity that are counted by repository, the newest: a release workflow may have
signed a hundred thousand times."""
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
    is_cut: bool
    """There are more than were counted: signatures, certificates and places are of the newest ones."""
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
    is_cut = len(newest) > MOST_COUNTED
    counted_ones = ImageSignature.objects.filter(pk__in=newest[:MOST_COUNTED])
    places = list(_places(counted_ones))
    shown = sliced(mine.select_related("repository", "manifest"), ORDER, after, size)
    total = sum(one.signatures for one in places)
    expected = tuple(_expected(viewer, moment, row))
    return IdentityPage(
        identity_id=identity_id,
        subject=visible(row.subject, 500),
        issuer=visible(row.issuer, 500),
        title=_title(len(places), total, is_cut=is_cut),
        lead=_lead(expected),
        signatures=total,
        certificates=_certificates(counted_ones),
        is_cut=is_cut,
        first_at=_first_at(mine) if is_cut else min(one.first_at for one in places),
        newest_at=max(one.newest_at for one in places),
        places=tuple(places[:MOST_REPOSITORIES]),
        more_places=len(places) > MOST_REPOSITORIES,
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
    rows = Identity.objects.filter(Exists(_mine(viewer, moment).filter(identity=OuterRef("pk"))))
    return rows.filter(subject__icontains=text) if text else rows


def _lines(viewer: Viewer, moment: Moment, rows: list[Identity]) -> Iterator[IdentityLine]:
    counts = {
        pk: rest
        for pk, *rest in _mine(viewer, moment)
        .filter(identity__in=rows)
        .values_list("identity")
        .annotate(Count("repository", distinct=True), Count("pk"), Max("pk"))
        .order_by("identity")
    }
    newest = ImageSignature.objects.filter(pk__in=[last for *_, last in counts.values()])
    seen_at = dict(newest.values_list("pk", "manifest__first_seen_at"))
    for row in rows:
        repositories, signatures, last = counts.get(row.pk, (0, 0, None))
        yield IdentityLine(
            row.identity_id,
            visible(row.subject, 300),
            visible(row.issuer, 200),
            repositories,
            signatures,
            None if last is None else seen_at[last],
            reverse("identity", args=[row.identity_id]),
        )


def _places(mine: "QuerySet[ImageSignature]") -> Iterator[Place]:
    """The one with the newest signature first: two queries.

    Names are read apart: joined in, they lead PostgreSQL through the whole table of repositories.
    """
    rows = mine.values_list("repository").annotate(
        count=Count("pk"),
        first=Min("manifest__first_seen_at"),
        newest=Max("manifest__first_seen_at"),
    )
    newest_first = list(rows.order_by("-newest", "repository"))
    there = ImageRepository.objects.filter(pk__in=[pk for pk, *_ in newest_first])
    names = dict(there.values_list("pk", "full_name"))
    for pk, count, first, newest in newest_first:
        href = reverse("image-repository", args=[pk])
        yield Place(pk, visible(names[pk], 300), href, count, first, newest)


def _first_at(mine: "QuerySet[ImageSignature]") -> datetime | None:
    return mine.order_by("pk").values_list("manifest__first_seen_at", flat=True).first()


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


def _title(places: int, signatures: int, *, is_cut: bool) -> str:
    where = "1 repository" if places == 1 else f"{places:,} repositories"
    if is_cut:
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
