"""The job that compares followed roots with what their TUF sources vouch for."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from trustui.crawl.source import Options
from trustui.images.models import FollowedRoot
from trustui.inventory.models import Source
from trustui.inventory.sources import place_options
from trustui.jobs.kinds import Claim, Crew, Result, Task
from trustui.policies.models import TrustMaterial
from trustui.verdicts.clock import Clock
from trustui.verdicts.remembering import Remembered, load
from trustui.verdicts.root_following import Rotated, keep_rotated, look_at, open_files

FOLLOW = "roots.follow"


class Followed(msgspec.Struct, frozen=True):
    """A followed root with all that a look at it takes."""

    id: int
    path: str
    sha256: str
    """Of the material in force; empty where there is none yet."""
    source: Source
    options: Options
    remembered: Remembered


class RootsFollow:
    """The kind `roots.follow`: all followed roots in one run; there are few."""

    name = FOLLOW
    at_once = 1
    seconds = 120.0
    together = 1

    def __init__(self, clock: Clock, local_roots: tuple[Path, ...] | None) -> None:
        self._clock = clock
        self._local_roots = local_roots

    def prepare(self, claims: Sequence[Claim]) -> Sequence[Task]:
        """Nothing to do while the clock is in doubt: what has expired could count, or hide."""
        if self._clock.believed() is None:
            return []
        return [Task(claim, self._read()) for claim in claims]

    def _read(self) -> list[Followed]:
        rows = list(
            FollowedRoot.objects.filter(ended_at=None, source__removed_at=None)
            .select_related("source")
            .order_by("pk")
        )
        materials = TrustMaterial.objects.filter(
            is_current=True, team__in={row.team_id for row in rows}
        )
        in_force = {
            (team, name): sha256
            for team, name, sha256 in materials.values_list("team", "name", "sha256")
        }
        remembered = {
            one.order.source_id: one for one in load(sorted({row.source_id for row in rows}))
        }
        return [
            Followed(
                row.pk,
                row.path,
                in_force.get((row.team_id, row.material), ""),
                row.source,
                place_options(row.source.allow_addresses, self._local_roots),
                remembered[row.source_id],
            )
            for row in rows
        ]

    def run(self, tasks: Sequence[Task], crew: Crew) -> None:
        """Verify what each source vouches for, and fetch what is another."""
        for task in tasks:
            found = []
            for one in task.work:
                if crew.is_stopping:
                    break
                found.append(self._look(one))
            crew.deliver(Result(task.claim, found, again=len(found) < len(task.work)))

    def _look(self, one: Followed) -> Rotated:
        with closing(open_files(one.source, one.options)) as files:
            return look_at(one.id, one.path, one.sha256, one.remembered, files, self._clock.now())

    def record(self, results: Sequence[Result]) -> None:
        """Write new versions of materials."""
        found = [one for result in results for one in result.value or ()]
        now = self._clock.believed()
        if found and now is not None:
            keep_rotated(found, now)
