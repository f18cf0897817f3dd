"""Whole lists of images for CSV and JSON: each row that a page would show, however many."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from trustui.pages.exporting import Given, Rows, portions
from trustui.pages.images import identity as identities_pages
from trustui.pages.images import registry as registries
from trustui.pages.images import repository as repositories
from trustui.pages.images.artefact import artefact
from trustui.pages.images.listed_repositories import filter_of
from trustui.pages.images.policy import policies as policies_page
from trustui.pages.images.standing import repository_of
from trustui.pages.images.tag import tag
from trustui.pages.images.verdicts import artefact_verdicts
from trustui.pages.moment import Moment
from trustui.pages.paging import MOST_ROWS
from trustui.pages.viewer import Viewer


class MoveRow(msgspec.Struct, frozen=True):
    """One stay of a tag at a digest. Times in UTC."""

    repository: str
    tag: str
    digest: str
    kind: str
    since: datetime
    until: datetime | None
    is_back: bool
    state_then: str
    state_now: str
    signers: tuple[str, ...]


class AttachedRow(msgspec.Struct, frozen=True):
    """One thing that hangs on an artefact. Times in UTC."""

    repository: str
    subject_digest: str
    """What it hangs on."""
    kind: str
    what: str
    digest: str
    content: str
    place: str
    signer: str
    outcome: str
    """What the verdict in force says of it; empty for what is no signature."""
    first_failing: str
    logged_at: datetime | None
    first_seen_at: datetime
    gone_at: datetime | None
    because: str


def images(viewer: Viewer, moment: Moment, given: Given) -> Rows:
    """As `/images/`."""
    return registries.exported(viewer, moment, filter_of(given))


def registry(viewer: Viewer, moment: Moment, given: Given, source_id: int) -> Rows | None:
    """As `/sources/…/` of a registry; of another kind of source nothing."""
    chosen = msgspec.structs.replace(filter_of(given), source=source_id)
    if not registries.is_seen(viewer, source_id):
        return None
    return registries.exported(viewer, moment, chosen)


def tags(viewer: Viewer, moment: Moment, given: Given, repository_id: int) -> Rows | None:
    """As `/images/…/`."""
    return repositories.exported(viewer, moment, repository_id, repositories.filter_of(given))


def attached(
    viewer: Viewer, moment: Moment, given: Given, repository_id: int, oci_digest: str
) -> Rows | None:
    """Everything that hangs on an artefact."""
    del given
    page = artefact(viewer, moment, repository_id, oci_digest)
    if page is None:
        return None
    return (
        AttachedRow(
            repository=page.full_name,
            subject_digest=line.of or page.digest,
            kind=line.kind,
            what=line.what,
            digest=line.digest,
            content=line.content,
            place=line.place,
            signer="" if line.signer is None else line.signer.words,
            outcome="" if line.judged is None else line.judged.word,
            first_failing="" if line.judged is None else line.judged.first_failing,
            logged_at=line.logged_at,
            first_seen_at=line.first_seen_at,
            gone_at=line.gone_at,
            because=line.because,
        )
        for group in page.attached
        for line in group.lines
    )


def verdicts(
    viewer: Viewer, moment: Moment, given: Given, repository_id: int, oci_digest: str
) -> Rows | None:
    """Every verdict of an artefact."""
    del given
    if repository_of(viewer, repository_id) is None:
        return None

    def portion(after: str | None) -> tuple[Sequence[msgspec.Struct], str | None]:
        page = artefact_verdicts(viewer, moment, repository_id, oci_digest, after, MOST_ROWS)
        return ((), None) if page is None else (page.lines, page.after)

    return portions(portion)


def moves(
    viewer: Viewer, moment: Moment, given: Given, repository_id: int, tag_id: int
) -> Rows | None:
    """As `/images/…/tags/…/`."""
    del given
    if tag(viewer, moment, repository_id, tag_id, size=1) is None:
        return None

    def portion(after: str | None) -> tuple[Sequence[msgspec.Struct], str | None]:
        page = tag(viewer, moment, repository_id, tag_id, after=after, size=MOST_ROWS)
        if page is None:
            return (), None
        rows = [
            MoveRow(
                repository=page.full_name,
                tag=page.tag,
                digest=one.digest,
                kind=one.kind,
                since=one.since,
                until=one.until,
                is_back=one.is_back,
                state_then=one.state_then.word,
                state_now=one.state_now.word,
                signers=tuple(who.words for who in one.signers),
            )
            for one in page.lines
        ]
        return rows, page.after

    return portions(portion)


def identities(viewer: Viewer, moment: Moment, given: Given) -> Rows:
    """As `/identities/`."""
    return identities_pages.exported(viewer, moment, given)


def identity(viewer: Viewer, moment: Moment, given: Given, identity_id: str) -> Rows | None:
    """Every signature of an identity."""
    del given
    return identities_pages.signed(viewer, moment, identity_id)


def policies(viewer: Viewer, moment: Moment, given: Given) -> Rows:
    """As `/policies/`."""
    del given
    return iter(policies_page(viewer, moment).policies)
