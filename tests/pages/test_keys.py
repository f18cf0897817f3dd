"""The inventory of keys, and one of them."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast, make_cast, new_user
from tests.simulators.watched import DAY, START
from trustui.inventory.models import Delegation, ListedKey, RoleState, Source, SourceKey
from trustui.inventory.text import identity
from trustui.pages.keys import KeyPage, key, keys
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError, write_cursor
from trustui.pages.viewer import Viewer, viewer_of

NOW = START + 2 * DAY
PRESENT = Moment(NOW, NOW, NOW)


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    return make_cast()


@pytest.fixture
def viewer(cast: Cast) -> Viewer:
    return viewer_of(cast.own.administrator)


def of_role(cast: Cast, role: str) -> SourceKey:
    """The first key that root lists for a role."""
    root = RoleState.objects.select_related("served").get(source=cast.own.source, role="root")
    edge = Delegation.objects.get(delegation_set=root.served.delegation_set_id, name=role)
    return SourceKey.objects.select_related("key").get(source=cast.own.source, keyid=edge.keyids[0])


def shown(viewer: Viewer, fingerprint: str) -> KeyPage:
    page = key(viewer, PRESENT, fingerprint)
    assert page is not None
    return page


def test_the_inventory_tells_each_key_with_its_roles(cast: Cast, viewer: Viewer) -> None:
    page = keys(viewer, PRESENT)
    fingerprints = {
        one.key.fingerprint
        for one in SourceKey.objects.select_related("key").filter(source=cast.own.source)
    }
    assert {line.fingerprint for line in page.lines} == fingerprints
    assert page.title == f"{len(fingerprints)} keys in 1 source"
    lines = {line.fingerprint: line for line in page.lines}
    timestamp = lines[of_role(cast, "timestamp").key.fingerprint]
    assert (timestamp.roles, timestamp.sources, timestamp.more_roles) == (("timestamp",), 1, 0)
    assert not page.is_cut


def test_a_key_that_no_role_in_force_lists_has_no_role(cast: Cast, viewer: Viewer) -> None:
    RoleState.objects.filter(source=cast.own.source).update(is_listed=False)
    assert {line.roles for line in keys(viewer, PRESENT).lines} == {()}
    assert shown(viewer, of_role(cast, "root").key.fingerprint).uses == ()


def test_pages_follow_one_another(
    viewer: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    whole = [line.fingerprint for line in keys(viewer, PRESENT).lines]
    found: list[str] = []
    after = None
    for _ in whole:
        with django_assert_num_queries(5):
            page = keys(viewer, PRESENT, after, 1)
        found += [line.fingerprint for line in page.lines]
        after = page.after
    assert (found, after) == (whole, None)
    for wrong in ("x", write_cursor([7]), write_cursor(["zz"])):
        with pytest.raises(PagingError):
            keys(viewer, PRESENT, wrong)


def test_one_key_tells_its_id_its_role_and_what_it_signed(
    cast: Cast, viewer: Viewer, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    name = of_role(cast, "timestamp")
    with django_assert_max_num_queries(8):
        page = shown(viewer, name.key.fingerprint)
    assert [one.keyid for one in page.names] == [name.keyid]
    assert not page.has_several_ids
    (use,) = page.uses
    assert (use.source, use.role, use.delegator) == (OWN_NAME, "timestamp", "root")
    assert use.role_id == identity("timestamp")
    assert use.keyids == (name.keyid,)
    assert {(one.role, one.source) for one in page.signed} == {("timestamp", OWN_NAME)}


def test_several_ids_of_one_key_are_flagged(cast: Cast, viewer: Viewer) -> None:
    name = of_role(cast, "timestamp")
    other = "another \u202e id"
    SourceKey.objects.create(
        source=cast.own.source, keyid=other, keyid_id=identity(other), key=name.key
    )
    listed = ListedKey.objects.get(
        keyid=name.keyid, delegation_set__role_versions__source=cast.own.source
    )
    ListedKey.objects.create(
        delegation_set=listed.delegation_set,
        keyid=other,
        keyid_id=identity(other),
        keytype="x",
        scheme="x",
        key=name.key,
    )
    edge = Delegation.objects.get(delegation_set=listed.delegation_set, name="timestamp")
    edge.keyids = [*edge.keyids, other]
    edge.save()
    page = shown(viewer, name.key.fingerprint)
    assert page.has_several_ids
    assert {one.keyid for one in page.names} == {name.keyid, "another \\u{202E} id"}
    (use,) = page.uses
    assert use.keyids == (name.keyid, "another \\u{202E} id")


def test_what_it_signed_comes_a_page_at_a_time(cast: Cast, viewer: Viewer) -> None:
    fingerprint = of_role(cast, "root").key.fingerprint
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
    hidden = {one.key.fingerprint for one in theirs}
    assert hidden
    assert not hidden & {line.fingerprint for line in keys(viewer, PRESENT).lines}
    assert all(key(viewer, PRESENT, one) is None for one in hidden)
    assert key(viewer, PRESENT, "0" * 64) is None
    assert keys(viewer_of(new_user("nobody")), PRESENT).title == "No keys yet"


def test_a_key_that_two_teams_use_tells_each_its_own(cast: Cast, viewer: Viewer) -> None:
    name = of_role(cast, "timestamp")
    SourceKey.objects.create(
        source=cast.other.source, keyid=name.keyid, keyid_id=name.keyid_id, key=name.key
    )
    page = shown(viewer, name.key.fingerprint)
    assert page.sources == 1
    assert HIDDEN_NAME not in repr(page)
    assert HIDDEN_NAME not in repr(keys(viewer, PRESENT))


def test_a_source_that_was_removed_takes_its_keys_along(cast: Cast, viewer: Viewer) -> None:
    fingerprint = of_role(cast, "root").key.fingerprint
    Source.objects.filter(pk=cast.own.source.pk).update(removed_at=START)
    assert keys(viewer, PRESENT).lines == ()
    assert key(viewer, PRESENT, fingerprint) is None
