"""The trust state of a verified repository, in the words used everywhere."""

from datetime import UTC, datetime, timedelta

from trustui.core.formats.tuf.metadata import Metadata
from trustui.core.formats.tuf.repository import Repository
from trustui.core.trace import Outcome, Trace, TrustState

SOON = 5
"""A document expires soon when less than this part of its lifetime is left."""


SIGNING_PERIOD = "x-tuf-on-ci-signing-period"
"""Days before the expiry in which tuf-on-ci signs anew."""


def trust_state(trace: Trace, repository: Repository) -> TrustState:
    """Sum up a trace and what it read."""
    if trace.outcome is Outcome.FAILED:
        return TrustState.FAILING
    if trace.outcome is not Outcome.PASSED:
        first = trace.first_failing
        nobody_vouches = first is not None and first.check == "tuf.root.anchor"
        return TrustState.NOT_TRUSTED if nobody_vouches else TrustState.COULD_NOT_CHECK
    return TrustState.EXPIRES_SOON if expiring_soon(repository) else TrustState.VERIFIED


def expiring_soon(repository: Repository) -> list[str]:
    """Roles whose documents need a successor soon, in the order of the workflow."""
    documents = {
        "root": repository.root,
        "timestamp": repository.timestamp,
        "snapshot": repository.snapshot,
        **repository.roles,
    }
    at = repository.question.valid_at
    return [
        name
        for name, metadata in documents.items()
        if metadata is not None
        and expires_soon(metadata, at, signing_begins(repository.root, name, metadata))
    ]


def expires_soon(metadata: Metadata, at: datetime, signing_began_at: datetime | None) -> bool:
    """Whether less than a fifth of the lifetime is left, or its signing period has begun.

    The lifetime is the time from when it was first seen or published to its expiry; a document of
    which that is not known is judged by its signing period alone. All times in UTC.
    """
    if signing_began_at is not None and signing_began_at <= at < metadata.expires:
        return True
    if metadata.seen_at is None:
        return False
    lifetime = metadata.expires - metadata.seen_at
    return timedelta() < (metadata.expires - at) * SOON < lifetime


def signing_begins(root: Metadata | None, name: str, metadata: Metadata) -> datetime | None:
    """When a document is to be signed anew (UTC), where it or its root states a period."""
    stated = metadata.signed.get(SIGNING_PERIOD)
    if stated is None and root is not None:
        stated = root.signed["roles"].get(name, {}).get(SIGNING_PERIOD)
    since_year_one = (metadata.expires - datetime.min.replace(tzinfo=UTC)).days
    if type(stated) is not int or not 0 < stated < since_year_one:
        return None
    return metadata.expires - timedelta(days=stated)
