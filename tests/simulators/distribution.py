"""A TUF repository in a directory that gives a trusted root, crawled and concluded as in use."""

from datetime import datetime
from pathlib import Path

from tests.simulators.expecting import WHY, delivery
from tests.simulators.imaged import HOUR
from tests.simulators.kind_runs import claim, run_once
from tests.simulators.sigstore_stack import NOW
from tests.simulators.watched import DAY, Watched, look_closely
from trustui.demo.layout import write_files
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan
from trustui.images.models import FollowedRoot
from trustui.jobs.models import Worker
from trustui.policies.models import TrustMaterial
from trustui.verdicts.clock import Clock
from trustui.verdicts.root_following import follow_root
from trustui.verdicts.root_job import FOLLOW, RootsFollow

NAME = "trusted_root.json"


def clock_at(at: datetime) -> Clock:
    """A clock that stands still."""
    return Clock("one.example", wall=lambda: at, running=lambda: 0.0, database=lambda: None)


class Distribution:
    """A TUF repository in a directory that gives a trusted root, crawled and concluded."""

    def __init__(self, folder: Path, root: bytes) -> None:
        self.repo = Publisher("sigstore", NOW, plans={"timestamp": RolePlan(lifetime=90 * DAY)})
        self.repo.add_target("targets", NAME, root)
        self.repo.publish(NOW)
        self.watched = Watched(self.repo)
        self.folder = folder
        source = self.watched.source
        source.kind, source.location = "directory", str(folder)
        source.save()
        self.source = source
        self.serve(NOW)

    def serve(self, at: datetime) -> None:
        write_files(self.repo.files, self.folder)
        look_closely()
        self.watched.crawl(at)

    def rotate(self, root: bytes, at: datetime) -> None:
        self.repo.add_target("targets", NAME, root)
        self.repo.publish(at)
        self.serve(at)

    def follow(self, now: datetime = NOW, path: str = NAME) -> FollowedRoot:
        return follow_root(
            team=delivery(),
            material=NAME,
            source=self.source,
            path=path,
            by_name="alice",
            reason=WHY,
            now=now,
        )

    def clock(self, at: datetime) -> Clock:
        """One that is believed: something was recorded an hour before."""
        Worker.objects.update_or_create(
            name="one", defaults={"started_at": at, "beat_at": at - HOUR}
        )
        return clock_at(at)

    def look(self, at: datetime = NOW) -> list[TrustMaterial]:
        """One run of the job; gives all versions of the material."""
        run_once(RootsFollow(self.clock(at), (self.folder,)), claim(FOLLOW))
        return list(TrustMaterial.objects.filter(name=NAME).order_by("number"))
