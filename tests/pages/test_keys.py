"""The inventory of keys."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.keyed import give_another_id, held_by, of_role, spared, twins
from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast, make_cast, new_user
from tests.simulators.seen import viewer_of as viewer_of_source
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.accounts.models import Role
from trustui.inventory.models import RoleState, Source, SourceKey
from trustui.pages import keys as key_pages
from trustui.pages.keys import ORDERS, Filter, filter_of, keys
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


def fingerprints(viewer: Viewer, chosen: Filter) -> set[str]:
    return {line.fingerprint for line in keys(viewer, PRESENT, chosen).lines}


def test_the_inventory_tells_each_key_with_its_roles(cast: Cast, viewer: Viewer) -> None:
    page = keys(viewer, PRESENT)
    known = {
        one.key.fingerprint
        for one in SourceKey.objects.select_related("key").filter(source=cast.own.source)
    }
    assert {line.fingerprint for line in page.lines} == known
    assert page.title == f"{len(known)} keys in 1 source"
    lines = {line.fingerprint: line for line in page.lines}
    timestamp = lines[of_role(cast.own.source, "timestamp").key.fingerprint]
    assert (timestamp.roles, timestamp.sources, timestamp.more_roles) == (("timestamp",), 1, 0)
    assert (timestamp.source, timestamp.source_id) == (OWN_NAME, cast.own.source.pk)
    assert (timestamp.has_signed, timestamp.is_unused) == (True, False)
    assert not page.is_cut
    assert page.matrix is None  # one source shares nothing


def test_a_key_that_no_role_in_force_lists_has_no_role(cast: Cast, viewer: Viewer) -> None:
    RoleState.objects.filter(source=cast.own.source).update(is_listed=False)
    assert {line.roles for line in keys(viewer, PRESENT).lines} == {()}
    assert len(fingerprints(viewer, Filter(kind="retired"))) == 4


@pytest.mark.django_db
def test_what_may_sign_and_never_did_is_found() -> None:
    watched = spared()
    viewer = viewer_of_source(watched)
    idle = [of_role(watched.source, "root", number=2), of_role(watched.source, "targets", number=1)]
    wanted = {one.key.fingerprint for one in idle}
    assert fingerprints(viewer, Filter(kind="unused")) == wanted
    lines = keys(viewer, PRESENT).lines
    assert {line.fingerprint for line in lines if line.is_unused} == wanted
    assert fingerprints(viewer, Filter(kind="retired")) == set()


def test_a_key_under_several_ids_is_found(cast: Cast, viewer: Viewer) -> None:
    name = of_role(cast.own.source, "timestamp")
    give_another_id(name, "timestamp", "another \u202e id")
    assert fingerprints(viewer, Filter(kind="aliased")) == {name.key.fingerprint}
    (line,) = keys(viewer, PRESENT, Filter(kind="aliased")).lines
    assert line.ids == 2
    assert fingerprints(viewer, Filter(text="another ")) == {name.key.fingerprint}


def test_it_is_found_by_how_its_fingerprint_or_key_id_begins(cast: Cast, viewer: Viewer) -> None:
    name = of_role(cast.own.source, "root")
    wanted = {name.key.fingerprint}
    assert fingerprints(viewer, Filter(text=name.key.fingerprint[:12].upper())) == wanted
    assert fingerprints(viewer, Filter(text=name.keyid[:12])) == wanted
    assert fingerprints(viewer, Filter(text="no such")) == set()


@pytest.mark.django_db
def test_keys_that_sources_share_stand_in_a_matrix(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    east, west = twins()
    viewer = viewer_of_source(east)
    with django_assert_max_num_queries(20):
        page = keys(viewer, PRESENT)
    matrix = page.matrix
    assert matrix is not None
    assert matrix.sources == ((east.source.pk, "east"), (west.source.pk, "west"))
    assert (len(matrix.rows), matrix.more_sources, matrix.is_cut) == (4, 0, False)
    timestamp = of_role(east.source, "timestamp").key.fingerprint
    (row,) = [one for one in matrix.rows if one.fingerprint == timestamp]
    assert [(cell.source, cell.roles) for cell in row.cells] == [
        ("east", ("timestamp",)),
        ("west", ("timestamp",)),
    ]
    assert row.sources == 2
    shared = fingerprints(viewer, Filter(kind="shared"))
    assert shared == {one.fingerprint for one in matrix.rows}
    assert fingerprints(viewer, Filter(kind="shared", source=east.source.pk)) == set()
    assert keys(viewer, PRESENT, Filter(kind="shared")).matrix is None


@pytest.mark.django_db
def test_a_source_that_only_names_a_shared_key_says_so() -> None:
    east, west = twins()
    RoleState.objects.filter(source=west.source).update(is_listed=False)
    matrix = keys(viewer_of_source(east), PRESENT).matrix
    assert matrix is not None
    assert {(cell.is_named, cell.roles) for row in matrix.rows for cell in row.cells[1:]} == {
        (True, ())
    }


def test_pages_follow_one_another(
    viewer: Viewer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    whole = [line.fingerprint for line in keys(viewer, PRESENT).lines]
    found: list[str] = []
    after = None
    for _ in whole:
        with django_assert_num_queries(10):
            page = keys(viewer, PRESENT, None, after, 1)
        found += [line.fingerprint for line in page.lines]
        after = page.after
    assert (found, after) == (whole, None)
    for wrong in ("x", write_cursor([7]), write_cursor(["zz"]), write_cursor(["zz", 7])):
        for order in ORDERS:
            with pytest.raises(PagingError):
                keys(viewer, PRESENT, Filter(order=order), wrong)


def test_keys_of_the_most_important_roles_come_first(viewer: Viewer) -> None:
    by_role = keys(viewer, PRESENT)
    assert [line.roles for line in by_role.lines] == [
        ("root",), ("targets",), ("snapshot",), ("timestamp",)
    ]  # fmt: skip
    by_fingerprint = keys(viewer, PRESENT, Filter(order="fingerprint"))
    assert list(by_fingerprint.lines) == sorted(by_role.lines, key=lambda one: one.fingerprint)
    assert (by_role.order, by_fingerprint.order) == ("", "fingerprint")


@pytest.mark.django_db
def test_keys_alike_stand_repository_by_repository_with_who_holds_them() -> None:
    spare, held = spared("east"), held_by("@lind", "timestamp")
    teams = {one.source.team_id: Role.VIEWER for one in (spare, held)}
    mira = Viewer("mira", 1, teams, dict.fromkeys(teams, "Delivery"))
    lines = keys(mira, PRESENT).lines
    assert [line.source for line in lines if line.roles == ("root",)] == ["east"] * 3 + ["held"]
    owners = {(line.source, *line.roles): line.owner for line in lines if line.owner}
    assert owners == {("held", "timestamp"): "@lind"}


def test_too_many_keys_stand_by_fingerprint(
    viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_pages, "MOST_RANKED", 3)
    page = keys(viewer, PRESENT, size=3)
    shown = [line.fingerprint for line in page.lines]
    assert (shown, page.order) == (sorted(shown), "fingerprint")
    assert len(keys(viewer, PRESENT, None, page.after).lines) == 1


@pytest.mark.django_db
def test_keys_of_the_top_level_are_told_from_those_of_delegated_roles() -> None:
    repo = vendor()
    repo.add_delegation("targets", "eu", paths=["eu/*"])
    repo.publish(START)
    watched = Watched(repo)
    watched.crawl(START + DAY)
    viewer = viewer_of_source(watched)
    last = keys(viewer, PRESENT).lines[-1]
    assert last.roles == ("eu",)
    everything = fingerprints(viewer, Filter())
    assert fingerprints(viewer, Filter(kind="top")) == everything - {last.fingerprint}
    RoleState.objects.filter(source=watched.source).update(is_listed=False)
    assert fingerprints(viewer, Filter(kind="top")) == set()


def test_the_keys_of_others_do_not_exist(cast: Cast, viewer: Viewer) -> None:
    theirs = SourceKey.objects.select_related("key").filter(source=cast.other.source)
    hidden = {one.key.fingerprint for one in theirs}
    assert hidden
    assert not hidden & fingerprints(viewer, Filter())
    assert fingerprints(viewer, Filter(source=cast.other.source.pk)) == set()
    assert keys(viewer_of(new_user("nobody")), PRESENT).title == "No keys yet"


def test_narrowed_to_a_source_the_title_counts_its_keys(cast: Cast, viewer: Viewer) -> None:
    own = Filter(source=cast.own.source.pk)
    count = len(fingerprints(viewer, own))
    page = keys(viewer, PRESENT, own)
    assert (page.title, page.source) == (f"{count} keys of {OWN_NAME}", OWN_NAME)
    SourceKey.objects.filter(source=cast.own.source).delete()
    assert keys(viewer, PRESENT, own).title == f"No keys of {OWN_NAME}"
    theirs = keys(viewer, PRESENT, Filter(source=cast.other.source.pk))
    assert (theirs.title, theirs.source) == ("No keys of such a source", "")


def test_a_key_that_two_teams_use_tells_each_its_own(cast: Cast, viewer: Viewer) -> None:
    name = of_role(cast.own.source, "timestamp")
    SourceKey.objects.create(
        source=cast.other.source, keyid=name.keyid, keyid_id=name.keyid_id, key=name.key
    )
    page = keys(viewer, PRESENT)
    assert HIDDEN_NAME not in repr(page)
    assert {line.sources for line in page.lines} == {1}


def test_a_source_that_was_removed_takes_its_keys_along(cast: Cast, viewer: Viewer) -> None:
    Source.objects.filter(pk=cast.own.source.pk).update(removed_at=START)
    assert keys(viewer, PRESENT).lines == ()


def test_unknown_choices_narrow_nothing() -> None:
    assert filter_of({"kind": "odd", "source": "x", "text": " a\0b "}) == Filter(text="ab")
    assert filter_of({"kind": "unused", "source": "7"}) == Filter("unused", 7)
    assert filter_of({"source": "9" * 30}) == Filter()
