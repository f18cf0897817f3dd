"""The values of the pages of jobs."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast, make_cast
from tests.simulators.watched import START
from trustui import pipeline
from trustui.accounts.models import Role
from trustui.jobs.models import Job, State
from trustui.pages.jobs import WORDS, in_words, job, jobs
from trustui.pages.viewer import viewer_of


@pytest.fixture
def cast(db: None) -> Cast:
    del db
    return make_cast()


def own_crawl(cast: Cast) -> Job:
    return Job.objects.get(kind="crawl", key=str(cast.own.source.pk))


def test_an_administrator_sees_the_own_crawls_and_what_is_of_everybody(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Job.objects.create(
        kind="lapse", key="", state=State.QUEUED, due_at=START, created_at=START, every_seconds=60
    )
    viewer = viewer_of(cast.own.administrator)
    with django_assert_num_queries(3):
        page = jobs(viewer)
    assert page.title == "2 jobs, none in quarantine"
    assert [(line.kind, line.subject, line.every) for line in page.lines] == [
        ("lapse", "", "every minute"),
        ("crawl", OWN_NAME, ""),
    ]
    assert page.kinds == ("crawl", "lapse")
    assert HIDDEN_NAME not in repr(page)
    assert jobs(viewer_of(cast.people[Role.SECURITY_ENGINEER])).title == "No job has been asked for"


def test_what_was_put_aside_comes_first_and_what_is_idle_last(cast: Cast) -> None:
    for key, state, hours in (
        ("later", State.QUEUED, 2), ("soon", State.RUNNING, 1),
        ("aside", State.QUARANTINED, 3), ("idle", State.IDLE, 0),
    ):  # fmt: skip
        Job.objects.create(
            kind="lapse",
            key=key,
            state=state,
            due_at=START + timedelta(hours=hours),
            created_at=START,
        )
    page = jobs(viewer_of(cast.own.administrator), kind="lapse")
    assert [line.subject for line in page.lines] == ["aside", "soon", "later", "idle"]


def test_every_kind_of_job_says_in_words_what_it_does() -> None:
    names = {kind.name for kind in pipeline.KINDS}
    assert names == WORDS.keys()
    told = [in_words(name) for name in sorted(names)]
    assert in_words("crawl", "vendor-updates") == "Crawl vendor-updates"
    assert len(set(told)) == len(names)
    assert all("{" not in one and not one.endswith(" ") for one in told)


def test_a_kind_without_words_goes_by_its_name(cast: Cast) -> None:
    Job.objects.create(kind="odd{", key="a{b}", state=State.IDLE, due_at=START, created_at=START)
    (line,) = jobs(viewer_of(cast.own.administrator), kind="odd{").lines
    assert line.title == "odd{ a{b}"


def test_quarantine_is_the_headline(cast: Cast) -> None:
    crawl = own_crawl(cast)
    Job.objects.filter(pk=crawl.pk).update(
        state=State.QUARANTINED, deaths=2, losses=1, last_error="killed\x1b[2J"
    )
    viewer = viewer_of(cast.own.administrator)
    page = jobs(viewer, state="quarantined")
    assert (page.title, page.aside) == ("1 job in quarantine", 1)
    (line,) = page.lines
    assert (line.is_aside, line.sign, line.due_at) == (True, "bad", None)
    assert line.trouble == "1 lost lease, 2 deaths"
    assert "\x1b" not in line.last_error
    assert jobs(viewer, state="running").lines == ()
    assert jobs(viewer, kind="lapse").lines == ()


def test_one_job_shows_its_input(cast: Cast) -> None:
    crawl = own_crawl(cast)
    Job.objects.filter(pk=crawl.pk).update(payload={"b": [1], "a": "\x1b"})
    viewer = viewer_of(cast.own.administrator)
    page = job(viewer, crawl.pk)
    assert page is not None
    assert page.line.source_id == cast.own.source.pk
    assert page.input.startswith('{\n  "a": ')
    assert "\x1b" not in page.input
    other = Job.objects.get(kind="crawl", key=str(cast.other.source.pk))
    assert job(viewer, other.pk) is None


def test_pages_follow_one_another(cast: Cast) -> None:
    Job.objects.bulk_create(
        Job(kind="lapse", key=str(n), state=State.QUEUED, created_at=START,
            due_at=START + timedelta(minutes=n))
        for n in range(60)
    )  # fmt: skip
    viewer = viewer_of(cast.own.administrator)
    first = jobs(viewer)
    rest = jobs(viewer, after=first.after)
    found = [line.job_id for line in (*first.lines, *rest.lines)]
    assert len(found) == len(set(found)) == 61
    assert rest.after is None
