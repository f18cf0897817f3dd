"""`trustui rebuild`: the same rows again, from the stored bytes."""

import pytest

from tests.simulators.command_line import Trustui
from tests.simulators.served_folder import ServedFolder
from trustui.inventory.models import RoleState, RoleVersion

pytestmark = pytest.mark.django_db


def test_it_makes_every_projection_again(trustui: Trustui, place: ServedFolder) -> None:
    trustui("source", "add", "vendor", place.served)
    trustui("import", place.history, "--source", "vendor")
    before = versions()
    RoleState.objects.all().delete()
    RoleVersion.objects.all().delete()
    answer = trustui("rebuild", "--json")
    assert answer.status == 0
    assert answer.json["role_versions"] == len(before) == len(place.repo.versions)
    assert versions() == before
    assert trustui("rebuild").out.startswith(f"{len(before)} documents read, ")


def versions() -> list[tuple[str, str]]:
    return sorted(RoleVersion.objects.values_list("role", "version"))
