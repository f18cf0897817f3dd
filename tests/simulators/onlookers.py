"""Who looks at a source of `Watched`, and when."""

from datetime import datetime, timedelta

from tests.simulators.people import new_user
from tests.simulators.watched import Watched
from trustui.accounts.models import Role
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer, viewer_of
from trustui.verdicts.models import Cause
from trustui.verdicts.reverifying import reverify

STRANGER = Viewer("stranger", 10_000, {10_000: Role.ADMINISTRATOR}, {10_000: "Elsewhere"})
"""Administrator of a team that has nothing to do with it."""


def onlooker(watched: Watched, role: Role = Role.ON_CALL, name: str = "olive") -> Viewer:
    """Somebody in the team of a source."""
    return viewer_of(new_user(name, watched.source.team, role))


def present(now: datetime) -> Moment:
    """The present, at an instant."""
    return Moment(now, now, now)


def past(at: datetime, now: datetime | None = None) -> Moment:
    """Looking back at an instant."""
    return Moment(now or at + timedelta(days=400), at, at)


def time_passes(watched: Watched, at: datetime) -> None:
    """Conclude again from what is stored, as the job does when a verdict lapses."""
    reverify([watched.source.pk], Cause.TIME, at)
