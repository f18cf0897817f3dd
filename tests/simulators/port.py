"""A team with policies and a registry, lived through; and another team that sees nothing of it."""

from dataclasses import dataclass
from functools import cache

from tests.simulators.images import NOW, Registered, expect
from tests.simulators.people import new_user
from trustui.accounts.models import Role, Team
from trustui.demo.images.stories import (
    berth_planner,
    crane_controller,
    port_simulator,
    terminal_suite,
)
from trustui.demo.images.story import ImageStory
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer, viewer_of
from trustui.policies.models import ImagePolicyVersion

PRESENT = Moment(NOW, NOW, NOW)
STORIES = {
    one.__name__: one for one in (terminal_suite, berth_planner, crane_controller, port_simulator)
}


@cache
def told(name: str) -> ImageStory:
    """A story; telling one signs a lot."""
    return STORIES[name](NOW)


@dataclass(frozen=True)
class Port:
    """Who looks, by which policy, and at what."""

    viewer: Viewer
    stranger: Viewer
    team: Team
    policy: ImagePolicyVersion
    told: Registered
    now: Moment = PRESENT

    @property
    def repository_id(self) -> int:
        return self.told.repository.pk

    def digest(self, tag: str) -> str:
        """What a tag points to, by how its name begins."""
        move = self.told.tag(tag).move
        assert move is not None
        return move.digest

    def then(self, story: ImageStory, day: int) -> Moment:
        """The instant right after one of the story's pushes."""
        at = story.past[day].since
        return Moment(NOW, at, at)


def make_port(name: str) -> Port:
    team = Team.objects.create(name=f"port of {name}", created_at=NOW)
    other = Team.objects.create(name=f"others of {name}", created_at=NOW)
    policy = expect(team)
    registered = Registered(team, told(name)).live()
    return Port(
        viewer_of(new_user(f"mira-{name}", team, Role.ADMINISTRATOR)),
        viewer_of(new_user(f"otto-{name}", other, Role.ADMINISTRATOR)),
        team,
        policy,
        registered,
    )
