"""The rows that say what each role is now."""

from collections.abc import Callable

import msgspec
import pytest
from django.test.utils import CaptureQueriesContext

from tests.simulators.inventoried import DAY, START, Inventoried, publisher
from trustui.inventory.models import RoleState, RoleVersion
from trustui.inventory.role_states import State, states_of, write_states
from trustui.inventory.text import identity, real_name

pytestmark = pytest.mark.django_db

ODD = "ro\x00le\ud800" + "x" * 600


@pytest.fixture
def state() -> State:
    vendor = Inventoried(publisher())
    vendor.crawl(START)
    version = RoleVersion.objects.get(role="team")
    return State(
        source_id=vendor.source.pk,
        role=ODD,
        role_id=identity(ODD),
        served_id=version.pk,
        origin="",
        place_id=identity("1.team.json"),
        trusted_id=None,
        expires_at=version.expires_at,
    )


def test_a_state_is_written_and_found_by_its_real_name(state: State) -> None:
    write_states([state])
    row = RoleState.objects.get(role_id=identity(ODD))
    assert real_name(row.role, row.role_bytes) == ODD
    assert row.is_listed
    before = states_of([state.key, (state.source_id, identity("nobody"))])
    assert list(before) == [state.key]
    assert (before[state.key].served_id, before[state.key].version) == (state.served_id, "1")


def test_a_state_is_replaced_and_stays_listed_or_not(state: State) -> None:
    write_states([state])
    RoleState.objects.filter(role_id=state.role_id).update(is_listed=False)
    later = state.expires_at + DAY
    write_states([msgspec.structs.replace(state, expires_at=later, trusted_id=state.served_id)])
    row = RoleState.objects.get(role_id=state.role_id)
    assert (row.expires_at, row.trusted_id, row.is_listed) == (later, state.served_id, False)


def test_any_number_of_states_is_one_statement(
    state: State, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    many = [
        msgspec.structs.replace(state, role=f"role {n}", role_id=identity(f"role {n}"))
        for n in range(500)
    ]
    with django_assert_num_queries(1):
        write_states(many)
    with django_assert_num_queries(1):
        assert len(states_of(one.key for one in many)) == 500
