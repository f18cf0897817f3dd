"""The trust state of a verified repository, in the words used everywhere."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from trustui.core.formats.tuf.delegations import edge_group
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES, Metadata
from trustui.core.formats.tuf.repository import Repository
from trustui.core.trace import Outcome, Trace, TrustState

SOON = 5
"""A document expires soon when less than this part of its lifetime is left."""


EXPIRY_CHECK = ".freeze.expired"
"""How the ids of the checks of expiry end, one for each kind of document."""

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
    at = repository.question.valid_at
    return [
        name
        for name, metadata, signing_began_at in _documents(repository)
        if expires_soon(metadata, at, signing_began_at)
    ]


def _documents(repository: Repository) -> Iterator[tuple[str, Metadata, datetime | None]]:
    """Each role's document, and when it is to be signed anew."""
    top = {
        "root": repository.root,
        "timestamp": repository.timestamp,
        "snapshot": repository.snapshot,
    }
    for name, metadata in {**top, **repository.roles}.items():
        if metadata is not None:
            yield name, metadata, signing_begins(repository.root, name, metadata)


def expires_soon(metadata: Metadata, at: datetime, signing_began_at: datetime | None) -> bool:
    """Whether less than a fifth of the lifetime is left, or its signing period has begun.

    The lifetime is the time from when it was first seen or published to its expiry; a document of
    which that is not known is judged by its signing period alone. All times in UTC.
    """
    return is_soon(metadata.seen_at, metadata.expires, at, signing_began_at)


def is_soon(
    seen_at: datetime | None, expires: datetime, at: datetime, signing_began_at: datetime | None
) -> bool:
    """As `expires_soon`, of a document that is known by its instants alone."""
    if signing_began_at is not None and signing_began_at <= at < expires:
        return True
    if seen_at is None:
        return False
    return timedelta() < (expires - at) * SOON < expires - seen_at


def signing_begins(root: Metadata | None, name: str, metadata: Metadata) -> datetime | None:
    """When a document is to be signed anew (UTC), where it or its root states a period."""
    stated = metadata.signed.get(SIGNING_PERIOD)
    if stated is None and root is not None:
        stated = root.signed["roles"].get(name, {}).get(SIGNING_PERIOD)
    return renewal_begins(stated, metadata.expires)


def renewal_begins(period: object, expires: datetime) -> datetime | None:
    """So many days before an expiry (UTC); None where the period is no usable number of days."""
    since_year_one = (expires - datetime.min.replace(tzinfo=UTC)).days
    if type(period) is not int or not 0 < period < since_year_one:
        return None
    return expires - timedelta(days=period)


def next_change(trace: Trace, repository: Repository) -> datetime | None:
    """The next instant (UTC) at which time alone changes what this evidence means; None: never.

    What it means is the outcome, the trust state and the first failing check. The instant is
    exact: judged then it is another, judged at any instant between `valid_at` and then it is
    the same.
    """
    instants = list(_deciding_lapses(trace, repository))
    if trace.outcome is Outcome.PASSED and not expiring_soon(repository):
        for _, metadata, signing_began_at in _documents(repository):
            instants += _soon_begins(metadata, signing_began_at)
    at = repository.question.valid_at
    return min((instant for instant in instants if instant > at), default=None)


def instants_of_roles(repository: Repository) -> Iterator[datetime]:
    """Every instant (UTC) at which time alone changes what holds of one of its documents.

    They expire, or come to expire soon; some instants come twice, and some have passed.
    """
    root = repository.root
    of_edges = (
        (edge.delegated.role.name, edge.metadata)
        for edge in repository.edges.values()
        if edge.metadata is not None
    )
    documents = ((name, metadata) for name, metadata, _ in _documents(repository))
    for name, metadata in (*documents, *of_edges):
        yield metadata.expires
        yield from _soon_begins(metadata, signing_begins(root, name, metadata))


def _deciding_lapses(trace: Trace, repository: Repository) -> Iterator[datetime]:
    """Expiries of which the check passes now and will be the first failing one.

    A moot check decides nothing, before as after; one below a failed check does not come first.
    """
    expiries, first = _expiries(repository), trace.first_failing
    for step in trace.steps:
        if step is first and step.outcome is Outcome.FAILED:
            return
        if step.check.endswith(EXPIRY_CHECK) and step.outcome is Outcome.PASSED and step.decides:
            yield from expiries.get(step.group, ())


def _expiries(repository: Repository) -> dict[str, list[datetime]]:
    """When the documents of each group of steps expire; long hostile names may share a group."""
    found = {
        name: [metadata.expires]
        for name, metadata, _ in _documents(repository)
        if name in TOP_LEVEL_ROLES
    }
    for edge in repository.edges.values():
        if edge.metadata is not None:
            group = edge_group(edge.delegator, edge.delegated.role.name)
            found.setdefault(group, []).append(edge.metadata.expires)
    return found


def _soon_begins(metadata: Metadata, signing_began_at: datetime | None) -> Iterator[datetime]:
    """The first instants at which `expires_soon` holds, to the microsecond."""
    if signing_began_at is not None:
        yield signing_began_at
    if metadata.seen_at is not None:
        lifetime = metadata.expires - metadata.seen_at
        begins = metadata.expires - (lifetime - timedelta.resolution) // SOON
        if begins < metadata.expires:
            yield begins
