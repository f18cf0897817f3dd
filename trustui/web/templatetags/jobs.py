"""The rows of the list of jobs, written by hand as those of `rows` are; foreign text is escaped here."""

from datetime import datetime

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from trustui.pages.jobs import JobLine, JobsPage
from trustui.web.markup import escaped
from trustui.web.templatetags.trust import name, state_word, when

register = template.Library()

LONGEST_ERROR = 160
"""Characters of what went wrong last; the page of the job has all of them."""


@register.simple_tag(takes_context=True)
def job_rows(context: template.Context, page: JobsPage) -> SafeString:
    """Each job: what it does, how it stands, when it is due, and what went wrong."""
    now, jobs = context["moment"].now, escaped(reverse("jobs"))
    query = escaped(context["moment_query"])
    rows = "\n    ".join(_job(one, f"{jobs}{one.job_id}/{query}", now) for one in page.lines)
    return SafeString(rows)  # each is safe


def _job(one: JobLine, href: str, now: datetime) -> str:
    every = f" {escaped(one.every)}" if one.every else ""
    return _JOB.format(
        href, name(one.title), escaped(one.kind), every, state_word(one.sign, one.state),
        _NOT_DUE if one.due_at is None else when(one.due_at, now), _trouble(one),
    )  # fmt: skip


_JOB = """<tr>
      <th scope="row" data-label="Job"><a href="{}">{}</a><span class="sub"><span class="mono">{}</span>{}</span></th>
      <td data-label="State">{}</td>
      <td data-label="Due">{}</td>
      <td data-label="Trouble">{}</td>
    </tr>"""
_NOT_DUE = '<span class="muted">not due</span>'


def _trouble(one: JobLine) -> str:
    if not (one.trouble or one.last_error):
        return '<span class="muted">none</span>'
    last = ""
    if one.last_error:
        last = f'<span class="sub">{name(Truncator(one.last_error).chars(LONGEST_ERROR))}</span>'
    return f"{escaped(one.trouble)}{last}"
