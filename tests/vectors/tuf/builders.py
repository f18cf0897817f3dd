"""The repositories that the vectors start from, and ways to spoil them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tests.simulators.tuf_places import Client
from trustui.core.formats.tuf.repository import AnchorOrigin
from trustui.core.limits import TufLimits
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
YESTERDAY = NOW - DAY

PLANS = {
    "root": RolePlan(keys=3, threshold=2),
    "targets": RolePlan(keys=3, threshold=2, lifetime=90 * DAY),
    "snapshot": RolePlan(lifetime=21 * DAY),
    "timestamp": RolePlan(lifetime=3 * DAY),
}


def staged(seed: str = "small", **options: Any) -> Publisher:
    """A repository with one target that has published nothing yet."""
    repo = Publisher(seed, YESTERDAY, **{"plans": PLANS, **options})
    repo.add_target("targets", "top.txt", b"listed by targets itself")
    return repo


def small(seed: str = "small", **options: Any) -> Publisher:
    """A sound repository without delegations."""
    repo = staged(seed, **options)
    repo.publish()
    return repo


def delegating(seed: str = "delegating", **options: Any) -> Publisher:
    """A sound repository: targets trusts team for team/*, team trusts squad for team/s-*."""
    repo = staged(seed, **options)
    repo.add_delegation("targets", "team", keys=3, threshold=2, paths=["team/*"])
    repo.add_delegation("team", "squad", paths=["team/s-*"])
    repo.add_target("team", "team/a.bin", b"of the team")
    repo.add_target("squad", "team/s-1.bin", b"of the squad")
    repo.publish()
    return repo


def client(
    repo: Publisher,
    *,
    at: datetime = NOW,
    origin: AnchorOrigin = AnchorOrigin.PINNED,
    goes_on: bool = True,
    **limits: int,
) -> Client:
    """A client that was given the first root of the repository."""
    root = repo.document("root", 1)
    return Client(root, at, origin=origin, goes_on=goes_on, limits=TufLimits(**limits))


def up_to_date(repo: Publisher) -> Client:
    """A client that has verified the repository as it is, all delegations too."""
    known = client(repo)
    known.verify(repo.files)
    return known


def file_name(repo: Publisher, role: str) -> str:
    """Where the newest document of a role is served."""
    return repo.archive.latest[role].file_name


def rewrite(repo: Publisher, role: str, edit: Callable[[Any], object]) -> None:
    """Change the newest document of a role after it was signed: envelope, signatures, anything."""
    document = msgspec.json.decode(repo.document(role))
    edit(document)
    repo.serve(file_name(repo, role), msgspec.json.encode(document))


def publish_with(repo: Publisher, role: str, edit: Callable[[Any], object]) -> Publisher:
    """Publish a version of a role whose signed part was changed before it was signed."""
    repo.edit_next(role, edit)
    repo.publish()
    return repo
