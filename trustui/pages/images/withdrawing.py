"""What taking a policy out of force would do; nothing is stored."""

import msgspec

from trustui.core.primitives.text import visible
from trustui.pages.images.coverage import there
from trustui.pages.images.policies import in_force
from trustui.pages.images.proposing import MOST_MOVES, Move, moves
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.policies.models import ImagePolicy

MOST_QUERIES = 4


class Withdrawal(msgspec.Struct, frozen=True):
    """A policy and the repositories that it decides about."""

    policy_id: int
    team_id: int
    policy: str
    team: str
    number: int
    """The version in force; 0: none is."""
    lost: tuple[Move, ...] = ()
    """What would cover each from then on."""
    more: int = 0
    """Repositories that are not told."""
    bare: int = 0
    """Those that nothing would cover any more."""

    @property
    def is_in_force(self) -> bool:
        """Whether there is anything to take out of force."""
        return self.number > 0

    @property
    def covers(self) -> int:
        """How many repositories it decides about."""
        return len(self.lost) + self.more


def withdrawal(viewer: Viewer, moment: Moment, policy_id: int) -> Withdrawal | None:
    """None for what this person does not see. At most `MOST_QUERIES`."""
    rows = ImagePolicy.objects.select_related("team")
    row = rows.filter(pk=policy_id, team__in=viewer.teams).first()
    if row is None:
        return None
    force = in_force([row.team_id], moment)
    number = next((one.number for one in force if one.policy_id == policy_id), 0)
    told = Withdrawal(
        policy_id, row.team_id, visible(row.name, 200), visible(row.team.name, 200), number
    )
    if not number:
        return told
    then = [one for one in force if one.policy_id != policy_id]
    repositories = there(viewer, moment, row.team_id)
    lost = [move for _, move in moves(repositories, force, then, policy_id)]
    return msgspec.structs.replace(
        told,
        lost=tuple(lost[:MOST_MOVES]),
        more=max(0, len(lost) - MOST_MOVES),
        bare=sum(not move.is_covered for move in lost),
    )
