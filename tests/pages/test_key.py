"""One key: what it may sign, what breaks without it, what a thief could do."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.keyed import give_another_id, held_by, of_role, spared, twins
from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast, make_cast
from tests.simulators.seen import viewer_of as viewer_of_source
from tests.simulators.seen import with_bins
from tests.simulators.watched import DAY, START, Watched
from trustui.core.trace import Outcome
from trustui.inventory.models import RoleState, Source, SourceKey
from trustui.inventory.text import identity
from trustui.pages import key as key_pages
from trustui.pages.key import QUERIES, QUERIES_OF_ONE, KeyPage, RoleWorth, Worth, awaited, key
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError, write_cursor
from trustui.pages.viewer import Viewer, viewer_of
from trustui.verdicts.models import Verdict

NOW = START + 2 * DAY
PRESENT = Moment(NOW, NOW, NOW)


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    return make_cast()


@pytest.fixture
def viewer(cast: Cast) -> Viewer:
    return viewer_of(cast.own.administrator)


def shown(viewer: Viewer, fingerprint: str, within: int | None = None) -> KeyPage:
    page = key(viewer, PRESENT, fingerprint, within=within)
    assert page is not None
    return page


def worth_of(
    watched: Watched, role: str, delegator: str = "root", number: int = 0
) -> tuple[Worth, dict[str, RoleWorth]]:
    name = of_role(watched.source, role, delegator, number)
    viewer = viewer_of_source(watched)
    (worth,) = shown(viewer, name.key.fingerprint, watched.source.pk).worth
    return worth, {one.role: one for one in worth.roles}


@pytest.mark.django_db
def test_who_holds_it_is_told_as_the_metadata_writes_it() -> None:
    assert worth_of(held_by("L. Lind (KMS)", "timestamp"), "timestamp")[0].owner == "L. Lind (KMS)"
    assert worth_of(spared(), "timestamp")[0].owner == ""


def test_it_tells_its_id_its_role_and_what_it_signed(
    cast: Cast, viewer: Viewer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    name = of_role(cast.own.source, "timestamp")
    with django_assert_max_num_queries(QUERIES + QUERIES_OF_ONE):
        page = shown(viewer, name.key.fingerprint)
    assert page.title == f"This key may sign timestamp of {OWN_NAME}"
    assert [one.keyid for one in page.names] == [name.keyid]
    assert not page.has_several_ids
    (use,) = page.uses
    assert (use.source, use.role, use.delegator) == (OWN_NAME, "timestamp", "root")
    assert use.role_id == identity("timestamp")
    assert use.keyids == (name.keyid,)
    assert {(one.role, one.source) for one in page.signed} == {("timestamp", OWN_NAME)}


# What it is worth --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_only_key_of_a_role_stops_it_when_lost_and_is_the_role_when_stolen() -> None:
    worth, roles = worth_of(spared(), "timestamp")
    assert worth.lost == "timestamp cannot be signed any more until the keys are replaced"
    assert worth.stolen.startswith("The thief can sign for timestamp alone: clients can be kept on")
    assert (worth.lost_sign, worth.stolen_sign) == ("bad", "bad")
    one = roles["timestamp"]
    assert (one.if_lost, one.lost_sign) == ("cannot sign; today it still verifies", "bad") or (
        one.if_lost == "cannot sign"
    )
    assert (one.threshold, one.keys, one.is_held) == (1, 1, True)
    assert one.signing is not None
    assert (one.signing.since, one.signing.documents) == (START + DAY, 1)


@pytest.mark.django_db
def test_one_of_three_keys_that_need_two_leaves_no_margin_and_forges_nothing() -> None:
    worth, roles = worth_of(spared(), "root", number=2)
    assert worth.lost == "Everything can still be signed; root has no margin left"
    assert worth.stolen.startswith("Alone it forges nothing")
    assert (worth.lost_sign, worth.stolen_sign) == ("soon", "ok")
    assert roles["root"].if_lost == "still 2 of 2, no margin"
    assert roles["root"].signing is None  # it never signed


@pytest.mark.django_db
def test_what_a_forged_role_names_falls_with_it() -> None:
    worth, roles = worth_of(spared(), "targets", number=1)
    assert (roles["targets"].stolen_sign, roles["team"].is_held) == ("bad", False)
    assert roles["team"].if_stolen == "falls with targets, which names its keys"
    assert "1 role below falls with it" in worth.stolen
    assert worth.stolen_sign in {"bad", "soon"}


@pytest.mark.django_db
def test_the_only_key_of_root_is_everything() -> None:
    watched = with_bins()
    worth, roles = worth_of(watched, "root")
    assert worth.lost.endswith("no new root can be published, and no key replaced")
    assert worth.stolen.startswith("The thief can publish a new root")
    assert {"timestamp", "targets", "releases"} <= set(roles)


@pytest.mark.django_db
def test_bins_are_one_role_without_a_page() -> None:
    _, roles = worth_of(with_bins(), "bin", "pool")
    assert (roles["bin-*"].role_id, roles["bin-*"].delegator) == ("", "pool")


@pytest.mark.django_db
def test_it_is_told_repository_by_repository_and_others_are_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    east, west = twins()
    viewer = viewer_of_source(east)
    fingerprint = of_role(east.source, "snapshot").key.fingerprint
    page = shown(viewer, fingerprint)
    assert page.title == "This key may sign 2 roles in 2 repositories"
    assert [one.source for one in page.worth] == ["east", "west"]
    assert page.others == ()
    alone = shown(viewer, fingerprint, west.source.pk)
    assert [one.source for one in alone.worth] == ["west"]
    assert alone.others == ((east.source.pk, "east"),)
    monkeypatch.setattr(key_pages, "MOST_REPOSITORIES", 1)
    cut = shown(viewer, fingerprint, 0)  # none of its repositories
    assert [one.source for one in cut.worth] == ["east"]
    assert cut.others == ((west.source.pk, "west"),)


@pytest.mark.django_db
def test_of_repositories_that_fail_the_one_that_is_asked_for_is_verified(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    east, west = twins()
    viewer = viewer_of_source(east)
    fingerprint = of_role(east.source, "snapshot").key.fingerprint
    told = {one.source: one for one in shown(viewer, fingerprint).worth}
    Verdict.objects.update(outcome=Outcome.FAILED)
    with django_assert_max_num_queries(QUERIES):
        page = shown(viewer, fingerprint)
    assert page.worth == ()
    assert page.others == ((east.source.pk, "east"), (west.source.pk, "west"))
    assert awaited(page) == (east.source.pk, "east")
    with django_assert_max_num_queries(QUERIES + QUERIES_OF_ONE):
        alone = shown(viewer, fingerprint, west.source.pk)
    assert alone.worth == (told["west"],)
    assert alone.others == ((east.source.pk, "east"),)
    Verdict.objects.filter(source=west.source).update(outcome=Outcome.PASSED)
    page = shown(viewer, fingerprint)
    assert page.worth == (told["west"],)
    assert awaited(page) == (east.source.pk, "east")
    Verdict.objects.update(outcome=Outcome.PASSED)
    page = shown(viewer, fingerprint)
    assert page.worth == (told["east"], told["west"])
    assert awaited(page) is None


def test_a_key_in_no_role_is_worth_nothing(cast: Cast, viewer: Viewer) -> None:
    RoleState.objects.filter(source=cast.own.source).update(is_listed=False)
    root = RoleState.objects.get(source=cast.own.source, role="root")
    assert root.served.delegation_set is not None
    name = SourceKey.objects.filter(source=cast.own.source).first()
    assert name is not None
    page = shown(viewer, name.key.fingerprint)
    assert (page.title, page.uses, page.worth) == ("No role lists this key now", (), ())


# Its names, what it signed, whose it is ----------------------------------------------------------


def test_several_ids_of_one_key_are_flagged(cast: Cast, viewer: Viewer) -> None:
    name = of_role(cast.own.source, "timestamp")
    give_another_id(name, "timestamp", "another \u202e id")
    page = shown(viewer, name.key.fingerprint)
    assert page.has_several_ids
    assert {one.keyid for one in page.names} == {name.keyid, "another \\u{202E} id"}
    (use,) = page.uses
    assert use.keyids == (name.keyid, "another \\u{202E} id")


def test_what_it_signed_comes_a_page_at_a_time(cast: Cast, viewer: Viewer) -> None:
    fingerprint = of_role(cast.own.source, "root").key.fingerprint
    whole = [one.id for one in shown(viewer, fingerprint).signed]
    found: list[int] = []
    after = None
    for _ in whole:
        page = key(viewer, PRESENT, fingerprint, after, 1)
        assert page is not None
        found += [one.id for one in page.signed]
        after = page.after
    assert (found, after) == (whole, None)
    with pytest.raises(PagingError):
        key(viewer, PRESENT, fingerprint, write_cursor([1, 2, 3]))


def test_the_keys_of_others_do_not_exist(cast: Cast, viewer: Viewer) -> None:
    theirs = SourceKey.objects.select_related("key").filter(source=cast.other.source)
    assert all(key(viewer, PRESENT, one.key.fingerprint) is None for one in theirs)
    assert key(viewer, PRESENT, "0" * 64) is None


def test_a_key_that_two_teams_use_tells_each_its_own(cast: Cast, viewer: Viewer) -> None:
    name = of_role(cast.own.source, "timestamp")
    SourceKey.objects.create(
        source=cast.other.source, keyid=name.keyid, keyid_id=name.keyid_id, key=name.key
    )
    page = shown(viewer, name.key.fingerprint, cast.other.source.pk)
    assert page.sources == 1
    assert HIDDEN_NAME not in repr(page)


def test_a_source_that_was_removed_takes_its_keys_along(cast: Cast, viewer: Viewer) -> None:
    fingerprint = of_role(cast.own.source, "root").key.fingerprint
    Source.objects.filter(pk=cast.own.source.pk).update(removed_at=START)
    assert key(viewer, PRESENT, fingerprint) is None
