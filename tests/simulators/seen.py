"""Repositories that pages look at, and who looks when."""

from datetime import datetime

from tests.simulators.kept import made_once
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.accounts.models import Role
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan
from trustui.pages.known import Known, known
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer

LATER = START + 2 * DAY
NOBODY = Viewer("x", 2, {}, {})


def moment(at: datetime) -> Moment:
    return Moment(LATER, at, at)


def viewer_of(watched: Watched) -> Viewer:
    team = watched.source.team_id
    return Viewer("mira", 1, {team: Role.VIEWER}, {team: "Delivery"})


@made_once
def published_twice() -> Watched:
    """The second time with another root."""
    repo = vendor()
    watched = Watched(repo)
    watched.crawl(START + DAY)
    repo.rotate("root")
    repo.publish(LATER)
    watched.crawl(LATER)
    return watched


def two_of_three() -> Watched:
    """Of the three keys of targets two have to sign, and did."""
    repo = Publisher("two of three", START, plans={"targets": RolePlan(keys=3, threshold=2)})
    repo.publish(START)
    watched = Watched(repo)
    watched.crawl(START + DAY)
    return watched


@made_once
def with_bins(bit_length: int = 4) -> Watched:
    """Two levels of named roles, and bins below a third."""
    repo = vendor()
    repo.add_delegation(
        "targets", "releases", paths=["releases/*", "releases/*/*"], terminating=True
    )
    repo.add_delegation("releases", "eu", paths=["releases/eu/*"])
    repo.add_delegation("targets", "pool", paths=["*"])
    repo.delegate_hash_bins("pool", bit_length=bit_length, prefix="bin")
    repo.add_target("eu", "releases/eu/agent", b"agent")
    repo.publish(START)
    watched = Watched(repo)
    watched.crawl(START + DAY)
    return watched


def with_roles(count: int) -> Publisher:
    """So many roles that targets delegates to."""
    repo = vendor()
    for number in range(count):
        repo.add_delegation("targets", f"team-{number}", paths=[f"{number}/*"])
    repo.publish(START + DAY)
    return repo


def known_now(watched: Watched, at: Moment | None = None) -> Known:
    found = known(viewer_of(watched), at or moment(LATER), watched.source.pk)
    assert found is not None
    return found
