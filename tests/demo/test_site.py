"""Who watches the demo world."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from pytest_django import Settings

from trustui.accounts.models import Membership, Role, User
from trustui.accounts.services import AccountError
from trustui.demo.site import TEAM, Login, found_site, metadata_folder, watch
from trustui.demo.sound import releases
from trustui.events.models import Event
from trustui.jobs.models import Job

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
LOGIN = Login("demo", "berth 7 tide 12 crane")

pytestmark = pytest.mark.django_db


def test_the_login_is_the_administrator_of_its_team(tmp_path: Path) -> None:
    site = found_site(tmp_path, LOGIN, NOW)
    membership = Membership.objects.select_related("user", "team").get()
    assert (membership.user, membership.team.name) == (site.user, TEAM)
    assert membership.role == Role.ADMINISTRATOR
    assert site.user.check_password(LOGIN.password)
    assert (site.user.is_superuser, site.user.is_staff) == (False, False)
    assert User.objects.get().date_joined == NOW
    kinds = Event.objects.order_by("id").values_list("kind", "at", "actor")
    assert list(kinds) == [
        ("team.created", NOW, "person:demo"),
        ("user.created", NOW, "person:demo"),
    ]


def test_a_weak_password_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AccountError):
        found_site(tmp_path, Login("demo", "demo"), NOW)
    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_a_repository_is_watched_from_its_first_root(tmp_path: Path, settings: Settings) -> None:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, local_roots=(tmp_path,))
    site, story = found_site(tmp_path, LOGIN, NOW), releases(NOW)
    metadata_folder(site, story).mkdir(parents=True)
    source = watch(site, story, NOW)
    assert source.team == site.team
    assert source.location == str(tmp_path / story.name / "metadata")
    source.refresh_from_db()
    assert source.anchor is not None
    assert bytes(source.anchor.body) == story.repo.document("root", 1)
    assert Job.objects.get(kind="crawl").key == str(source.pk)
    assert Event.objects.filter(kind="anchor.pinned", at=NOW).exists()
