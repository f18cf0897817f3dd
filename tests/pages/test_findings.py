"""What is open."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast, make_cast, new_user
from tests.simulators.watched import DAY, START
from trustui.check_pages import load_pages
from trustui.inventory.models import Source
from trustui.inventory.text import identity
from trustui.pages.findings import Filter, check_title, filter_of, findings
from trustui.pages.moment import Moment
from trustui.pages.paging import PagingError
from trustui.pages.viewer import viewer_of
from trustui.verdicts.models import Finding

NOW = START + 12 * DAY
PRESENT = Moment(NOW, NOW, NOW)
KNOWN = min(one.id for one in load_pages().values() if one.kind == "finding")


def add(source: Source, check: str, severity: str, day: int, gone: int | None = None) -> None:
    since = START + day * DAY
    Finding.objects.create(
        source=source,
        check_id=check,
        on=f"role-{day}",
        on_id=identity(f"role-{day}"),
        severity=severity,
        because="two \u202e roles",
        first_seen_at=since,
        last_seen_at=since,
        gone_at=None if gone is None else START + gone * DAY,
    )


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    cast = make_cast()
    Finding.objects.all().delete()
    add(cast.own.source, KNOWN, "high", 2)
    add(cast.own.source, KNOWN, "low", 3)
    add(cast.own.source, "other.of.old", "low", 4)
    add(cast.own.source, KNOWN, "low", 5, gone=6)
    add(cast.other.source, KNOWN, "high", 2)
    return cast


def subjects(cast: Cast, chosen: Filter, moment: Moment = PRESENT) -> list[str]:
    page = findings(viewer_of(cast.own.administrator), moment, chosen)
    return [line.on for line in page.lines]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (Filter(), ["role-4", "role-3", "role-2"]),
        (Filter(severity="low"), ["role-4", "role-3"]),
        (Filter(check=KNOWN), ["role-3", "role-2"]),
        (Filter("high", KNOWN), ["role-2"]),
        (Filter("high", "other.of.old"), []),
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
        with django_assert_num_queries(2):
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


def test_unknown_choices_narrow_nothing() -> None:
    assert filter_of({"severity": "dire", "check": "a\0b"}) == Filter("", "ab")
    assert filter_of({"severity": "high"}) == Filter("high", "")
