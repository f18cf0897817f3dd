"""The rows of the list of jobs."""

from datetime import UTC, datetime

import msgspec
from django.template import Context, Template

from trustui.pages.jobs import JobLine, JobsPage
from trustui.pages.moment import Moment

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>'
LINE = JobLine(
    job_id=7, kind="crawl", title=f"Crawl {HOSTILE}", subject=HOSTILE, source_id=1, sign="noted",
    state="queued", due_at=NOW, every="every 15 minutes", trouble="1 attempt",
    last_error=f"{HOSTILE} {'long ' * 100}", is_aside=False,
)  # fmt: skip


def rows_of(*lines: JobLine) -> str:
    page = JobsPage(title="", aside=0, lines=lines, after=None, kinds=())
    given = {"page": page, "moment": Moment(NOW, NOW, NOW), "moment_query": "?at=x&y"}
    return Template("{% load jobs %}{% job_rows page %}").render(Context(given))


def test_a_job_tells_what_it_does_and_what_went_wrong_in_short() -> None:
    html = rows_of(LINE)
    assert '<a href="/jobs/7/?at=x&amp;y"><bdi>Crawl &lt;script&gt;' in html
    assert '<span class="mono">crawl</span> every 15 minutes</span>' in html
    assert 'data-label="Trouble">1 attempt<span class="sub"><bdi>&lt;script&gt;' in html
    assert "<script" not in html
    assert html.count("long") < 40
    assert "…</bdi>" in html


def test_what_is_not_there_is_said_in_words() -> None:
    quiet = msgspec.structs.replace(LINE, due_at=None, every="", trouble="", last_error="")
    html = rows_of(quiet, LINE)
    assert '<span class="muted">not due</span>' in html
    assert '<span class="muted">none</span>' in html
    assert '<span class="mono">crawl</span></span></th>' in html
    assert html.count("<tr>") == 2
