"""Who watches the demo world: a team, one login, and a pinned root for each repository."""

from datetime import datetime
from pathlib import Path

import msgspec
from django.db import transaction

from trustui.accounts.models import Role, Team, User
from trustui.accounts.services import create_user, join, team_of
from trustui.demo.story import Story
from trustui.events.services import record
from trustui.inventory.anchoring import anchor_source
from trustui.inventory.models import Source
from trustui.inventory.sources import add_source
from trustui.policies.models import Origin

TEAM = "Nordhaven"
REASON = "read out by Quayline over the phone"


class Login(msgspec.Struct, frozen=True):
    """Who may look at the demo; the password is made anew for each run."""

    name: str
    password: str


class Site(msgspec.Struct, frozen=True):
    """Who watches the world, and where it stands on disk, below a local root of the settings."""

    folder: Path
    team: Team
    user: User

    @property
    def actor(self) -> str:
        """As events name the login."""
        return f"person:{self.user.username}"


@transaction.atomic
def found_site(folder: Path, login: Login, at: datetime) -> Site:
    """Write the team and its login into an empty database, as of `at` (aware UTC)."""
    team, _ = team_of(TEAM, at)
    user = create_user(name=login.name, password=login.password)
    user.date_joined = at
    user.save(update_fields=["date_joined"])
    join(user=user, team=team, role=Role.ADMINISTRATOR)
    site = Site(folder, team, user)
    told: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("team.created", TEAM, {}),
        ("user.created", login.name, {"role": str(Role.ADMINISTRATOR)}),
    )
    for kind, subject, detail in told:
        record(kind=kind, at=at, actor=site.actor, subject=subject, team_id=team.pk, detail=detail)
    return site


@transaction.atomic
def watch(site: Site, story: Story, at: datetime) -> Source:
    """Watch a repository from `at` (aware UTC) on, its first root pinned."""
    source = add_source(
        team=site.team,
        name=story.name,
        location=str(metadata_folder(site, story)),
        actor=site.actor,
        now=at,
    )
    anchor_source(
        source=source,
        body=story.repo.document("root", 1),
        origin=Origin.FILE,
        by=site.user,
        by_name=site.user.username,
        reason=REASON,
        now=at,
    )
    return source


def metadata_folder(site: Site, story: Story) -> Path:
    """What is crawled: the folder that the repository is served from."""
    return site.folder / story.name / "metadata"
