"""Who has to sign a role's next document."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import HIDDEN_NAME
from tests.simulators.seen import moment, viewer_of, with_bins
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.core.diff.signers import KEY_OWNER
from trustui.core.formats.tuf.states import SIGNING_PERIOD
from trustui.inventory.models import RoleState
from trustui.pages import signers as module
from trustui.pages.due import Asked, documents
from trustui.pages.keeping import Remembered
from trustui.pages.moment import Moment
from trustui.pages.signers import SHOWN, Listed, Signer, Signers, listed

pytestmark = pytest.mark.django_db
NOW = START + 2 * DAY


def asked(watched: Watched, at: Moment | None = None) -> tuple[Listed, dict[str, Signers]]:
    when = at or moment(NOW)
    found = documents(viewer_of(watched), when, Asked(), [watched.source.pk])
    rows = found.page((None, None), None, 100)
    about = listed(rows, None if when.at == when.now else when.at)
    return about, {row.role: about.signers[row.id] for row in rows if row.id in about.signers}


def test_each_role_is_signed_by_the_keys_that_its_delegator_lists() -> None:
    repo = vendor()
    repo.add_delegation("targets", "team", paths=["team/*"], keys=3, threshold=2)
    repo.publish(START)
    watched = Watched(repo)
    watched.crawl(START + DAY)
    _, who = asked(watched)
    assert {role: (one.delegator, one.threshold, one.keys) for role, one in who.items()} == {
        "root": ("root", "1", 1),
        "timestamp": ("root", "1", 1),
        "snapshot": ("root", "1", 1),
        "targets": ("root", "1", 1),
        "team": ("targets", "2", 3),
    }
    assert all(len(key.fingerprint) == 64 for one in who.values() for key in one.named)


def test_bins_are_signed_by_the_keys_of_all_bins() -> None:
    _, who = asked(with_bins(2))
    assert {who[f"bin-{number}"].delegator for number in range(4)} == {"pool"}
    assert who["eu"].delegator == "releases"


def test_what_a_client_trusts_counts_and_not_what_is_served() -> None:
    repo = vendor()
    watched = Watched(repo)
    watched.crawl(START + DAY)
    _, before = asked(watched)
    state = RoleState.objects.get(source=watched.source, role="root")
    state.trusted = None
    state.save()
    _, untrusted = asked(watched)
    assert untrusted == before
    RoleState.objects.filter(pk=state.pk).delete()
    assert asked(watched)[1] == {}


def test_in_the_past_those_of_then_had_to_sign() -> None:
    repo = vendor()
    watched = Watched(repo)
    watched.crawl(START + DAY)
    _, first = asked(watched)
    repo.rotate("timestamp")
    repo.publish(NOW)
    watched.crawl(NOW)
    later = NOW + DAY
    _, now = asked(watched, Moment(later, later, later))
    _, then = asked(watched, Moment(later, START + DAY, START + DAY))
    assert then["timestamp"] == first["timestamp"] != now["timestamp"]


def test_owners_and_periods_are_had_where_the_publisher_states_them() -> None:
    repo = vendor()

    def own(signed: dict[str, Any]) -> None:
        (keyid,) = signed["roles"]["targets"]["keyids"]
        signed["keys"][keyid][KEY_OWNER] = "@lind"
        signed[SIGNING_PERIOD] = 60

    repo.edit_next("root", own)
    repo.publish(START + DAY)
    watched = Watched(repo)
    watched.crawl(START + DAY)
    about, who = asked(watched)
    assert [key.name for key in who["targets"].named] == ["@lind"]
    assert about.roots[watched.source.pk].period == 60


def test_few_queries_do_for_any_number_of_roles(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = with_bins(4)
    found = documents(viewer_of(watched), moment(NOW), Asked())
    rows = found.page((None, None), None, 100)
    top = [row for row in rows if row.role in {"timestamp", "targets", "releases"}]
    for some, queries in ((rows, 6), (rows[-2:], 6), (top, 4), (top[:1], 4)):
        Remembered.forget_everything()
        with django_assert_num_queries(queries):
            listed(some, None)
    with django_assert_num_queries(0):
        assert listed([], None).signers == {}


def test_what_documents_delegate_and_state_is_asked_for_once(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    watched = with_bins(4)
    found = documents(viewer_of(watched), moment(NOW), Asked())
    rows = found.page((None, None), None, 100)
    first = listed(rows, None)
    with django_assert_num_queries(2):
        again = listed(rows, None)
    assert again == first
    watched.repo.rotate("timestamp")
    watched.repo.publish(NOW)
    watched.crawl(NOW)
    _, who = asked(watched, moment(NOW + DAY))
    before = {row.role: first.signers[row.id] for row in rows if row.id in first.signers}
    assert {role for role, one in who.items() if before[role] != one} == {"timestamp"}


def test_where_many_documents_delegate_nothing_is_remembered(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(module, "FEW", 0)
    watched = with_bins(4)
    rows = documents(viewer_of(watched), moment(NOW), Asked()).page((None, None), None, 100)
    first = listed(rows, None)
    with django_assert_num_queries(4):
        assert listed(rows, None) == first


def test_words() -> None:
    keys = tuple(Signer(f"{n:064x}", "", "" if n else "Lind") for n in range(SHOWN))
    assert Signers("root", "2", 7, keys).words == (
        "2 of 7 keys: Lind, 00000000…, 00000000…, 00000000…, 00000000… and 2 more"
    )
    assert HIDDEN_NAME not in Signers("root", "1", 1, keys[:1]).words
