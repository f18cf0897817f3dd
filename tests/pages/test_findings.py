"""What is open, what people live with, what was repaired."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast, make_cast, new_user
from tests.simulators.planted_findings import plant
from tests.simulators.watched import DAY, START
from trustui.accounts.models import Role
from trustui.check_pages import load_pages
from trustui.inventory.models import Source
from trustui.pages.findings import Filter, check_title, filter_of, findings, of_source
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError
from trustui.pages.viewer import viewer_of
from trustui.verdicts.accepting import accept
from trustui.verdicts.models import Finding

NOW = START + 12 * DAY
PRESENT = Moment(NOW, NOW, NOW)
UNTIL = date(2026, 5, 31)
KNOWN = min(one.id for one in load_pages().values() if one.kind == "finding")


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    cast = make_cast()
    Finding.objects.all().delete()
    plant(cast.own.source, KNOWN, "high", 2)
    plant(cast.own.source, KNOWN, "low", 3)
    plant(cast.own.source, "other.of.old", "low", 4)
    plant(cast.own.source, KNOWN, "low", 5, gone=6)
    plant(cast.other.source, KNOWN, "high", 2)
    return cast


def subjects(cast: Cast, chosen: Filter, moment: Moment = PRESENT) -> list[str]:
    page = findings(viewer_of(cast.own.administrator), moment, chosen)
    return [line.on for line in page.lines]


@pytest.mark.parametrize("state", ["open", "ended"])
def test_of_much_a_search_finds_the_same(
    cast: Cast, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ("role", "ROLE-3", OWN_NAME, "two", "nothing of it")
    few = [subjects(cast, Filter(text=text, state=state)) for text in texts]
    monkeypatch.setattr("trustui.pages.findings.MUCH", 0)
    assert [subjects(cast, Filter(text=text, state=state)) for text in texts] == few
    assert few[0] == few[2] != []


def test_a_search_is_paged(cast: Cast) -> None:
    viewer = viewer_of(cast.own.administrator)
    first = findings(viewer, PRESENT, Filter(text="role"), size=2)
    rest = findings(viewer, PRESENT, Filter(text="role"), first.after, 2)
    told = [line.on for page in (first, rest) for line in page.lines]
    assert told == ["role-4", "role-3", "role-2"]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (Filter(), ["role-4", "role-3", "role-2"]),
        (Filter(severity="low"), ["role-4", "role-3"]),
        (Filter(check=KNOWN), ["role-3", "role-2"]),
        (Filter("high", KNOWN), ["role-2"]),
        (Filter("high", "other.of.old"), []),
        (Filter(text="ROLE-3"), ["role-3"]),
        (Filter(text=load_pages()[KNOWN].title[3:9].upper()), ["role-3", "role-2"]),
        (Filter(text="other.of"), ["role-4"]),
        (Filter(text=OWN_NAME), ["role-4", "role-3", "role-2"]),
        (Filter(source=2**60), []),
        (Filter(state="accepted"), []),
        (Filter(state="ended"), ["role-5"]),
    ],
    ids=repr,
)
def test_it_is_narrowed_the_newest_first(cast: Cast, chosen: Filter, found: list[str]) -> None:
    assert subjects(cast, chosen) == found


def test_the_title_and_the_choices_are_of_all_that_is_open(cast: Cast) -> None:
    page = findings(viewer_of(cast.own.administrator), PRESENT, Filter(severity="high"))
    assert page.title == "3 findings are open, 1 of them high"
    assert page.severities == (("high", 1), ("medium", 0), ("low", 2), ("info", 0))
    assert {(one, count) for one, _, count in page.checks} == {(KNOWN, 2), ("other.of.old", 1)}
    (line,) = page.lines
    assert (line.title, line.has_help, line.sign) == (load_pages()[KNOWN].title, True, "bad")
    assert (line.source, line.since) == (OWN_NAME, START + 2 * DAY)
    assert line.because == "two \\u{202E} roles"


def test_a_finding_of_another_version_goes_by_its_id(cast: Cast) -> None:
    page = findings(viewer_of(cast.own.administrator), PRESENT, Filter(check="other.of.old"))
    assert [(line.title, line.has_help) for line in page.lines] == [("other.of.old", False)]
    assert check_title("a\u202eb") == "a\\u{202E}b"


def test_pages_follow_one_another(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer, after, found = viewer_of(cast.own.administrator), None, list[str]()
    for _ in range(3):
        with django_assert_num_queries(6):
            page = findings(viewer, PRESENT, None, after, 1)
        found += [line.on for line in page.lines]
        after = page.after
    assert (found, after) == (["role-4", "role-3", "role-2"], None)
    with pytest.raises(PagingError):
        findings(viewer, PRESENT, None, "x")


def test_the_past_is_told_as_it_was(cast: Cast) -> None:
    at = START + 5 * DAY
    Source.objects.update(created_at=START)
    found = subjects(cast, Filter(), Moment(NOW, at, at))
    assert found == ["role-5", "role-4", "role-3", "role-2"]
    at = START + 2 * DAY
    assert subjects(cast, Filter(), Moment(NOW, at, at)) == ["role-2"]


def test_strangers_see_nothing(cast: Cast) -> None:
    assert HIDDEN_NAME not in repr(findings(viewer_of(cast.own.administrator), PRESENT))
    page = findings(viewer_of(new_user("nobody")), PRESENT)
    assert (page.title, page.lines, page.checks) == ("No finding is open", (), ())


def test_one_high_finding_is_told_as_one(cast: Cast) -> None:
    Finding.objects.exclude(severity="high").delete()
    page = findings(viewer_of(cast.own.administrator), PRESENT)
    assert page.title == "1 finding is open, it is high"


# What people live with ---------------------------------------------------------------------------


def accept_all(cast: Cast, severity: str, until: date = UNTIL, now: datetime = NOW) -> None:
    rows = Finding.objects.filter(source=cast.own.source, severity=severity, gone_at=None)
    accept(
        finding_ids=list(rows.values_list("pk", flat=True)),
        reason="the vendor \u202e ends in March",
        until=until,
        by="mira",
        now=now,
    )


def test_what_is_accepted_is_open_no_more_and_says_by_whom(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    accept_all(cast, "low")
    viewer = viewer_of(cast.own.administrator)
    assert subjects(cast, Filter()) == ["role-2"]
    assert subjects(cast, Filter(state="accepted")) == ["role-4", "role-3"]
    with django_assert_max_num_queries(7):
        page = findings(viewer, PRESENT, Filter(state="accepted"))
    assert page.title == "2 findings are accepted for a while, 1 is open"
    assert (page.open, page.accepted, page.all) == (1, 2, 2)
    assert page.severities == (("high", 0), ("medium", 0), ("low", 2), ("info", 0))
    assert page.sources == ((cast.own.source.pk, OWN_NAME, 3),)
    told = page.lines[0].accepted
    assert told is not None
    assert (told.by, told.until, told.reason) == (
        "mira",
        UNTIL,
        "the vendor \\u{202E} ends in March",
    )


def test_it_is_open_again_after_its_last_day(cast: Cast) -> None:
    accept_all(cast, "low")
    last = datetime(UNTIL.year, UNTIL.month, UNTIL.day, 23, 59, tzinfo=UTC)
    assert subjects(cast, Filter(), Moment(last, last, last)) == ["role-2"]
    later = last + timedelta(minutes=1)
    assert subjects(cast, Filter(), Moment(later, later, later)) == ["role-4", "role-3", "role-2"]
    assert subjects(cast, Filter(state="accepted"), Moment(later, later, later)) == []


def test_it_is_open_again_when_it_becomes_graver(cast: Cast) -> None:
    accept_all(cast, "low")
    Finding.objects.filter(on="role-3").update(severity="high")
    assert subjects(cast, Filter()) == ["role-3", "role-2"]


def test_what_is_gone_and_comes_back_stays_accepted(cast: Cast) -> None:
    accept_all(cast, "high")
    Finding.objects.filter(on="role-2", source=cast.own.source).update(gone_at=NOW)
    plant(cast.own.source, KNOWN, "high", 2)
    assert subjects(cast, Filter(severity="high")) == []


def test_before_it_was_accepted_it_was_open(cast: Cast) -> None:
    accept_all(cast, "low")
    Source.objects.update(created_at=START)
    at = NOW - DAY
    assert subjects(cast, Filter(), Moment(NOW, at, at)) == ["role-4", "role-3", "role-2"]
    page = findings(viewer_of(cast.own.administrator), Moment(NOW, at, at))
    assert not page.may_accept  # the past is not changed


def test_only_whose_role_allows_it_may_accept(cast: Cast) -> None:
    for role in Role:
        page = findings(viewer_of(cast.people[role]), PRESENT)
        assert page.may_accept == (role in {Role.SECURITY_ENGINEER, Role.ADMINISTRATOR})
    ended = findings(viewer_of(cast.own.administrator), PRESENT, Filter(state="ended"))
    assert not ended.may_accept
    assert ended.title == "1 finding was repaired"
    assert [line.ended_at for line in ended.lines] == [START + 6 * DAY]


def test_the_page_of_a_source_has_the_open_and_gravest_first(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = viewer_of(cast.own.administrator)
    accept_all(cast, "high")
    with django_assert_max_num_queries(3):
        found = of_source(viewer, PRESENT, cast.own.source.pk)
    assert (found.open, found.accepted) == (2, 1)
    assert [line.on for line in found.lines] == ["role-4", "role-3", "role-2"]
    assert [line.accepted is None for line in found.lines] == [True, True, False]
    assert of_source(viewer, PRESENT, cast.other.source.pk).lines == ()


def test_unknown_choices_narrow_nothing() -> None:
    assert filter_of({"state": "odd", "source": "x", "text": " a\0b "}) == Filter(text="ab")
    assert filter_of({"state": "ended", "source": "7"}) == Filter(state="ended", source=7)
    assert filter_of({"severity": "dire", "check": "a\0b"}) == Filter("", "ab")
    assert filter_of({"severity": "high"}) == Filter("high", "")
