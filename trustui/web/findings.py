"""`/findings/`: what is open, narrowed by severity and check."""

from django.http import HttpResponse
from django.shortcuts import render

from trustui.pages import findings as pages
from trustui.pages.components import Field
from trustui.pages.paging import PagingError, size_of
from trustui.web.asking import Asking, page, wants_part


@page
def findings(request: Asking) -> HttpResponse:
    """The list of `?severity=` and `?check=`."""
    chosen, wrong, status = pages.filter_of(request.GET.dict()), "", 200
    viewer, moment = request.viewer, request.moment
    try:
        size = size_of(request.GET.get("size"))
        shown = pages.findings(viewer, moment, chosen, request.GET.get("after"), size)
    except PagingError as error:
        wrong, status = str(error), 400
        shown = pages.findings(viewer, moment, chosen)
    given = {"page": shown, "fields": _fields(chosen, shown), "wrong": wrong}
    name = "findings/_list.html" if wants_part(request) else "findings/show.html"
    return render(request, name, given, status=status)


def _fields(chosen: pages.Filter, shown: pages.FindingsPage) -> tuple[Field, ...]:
    severities = [(one, f"{one} ({count:,})") for one, count in shown.severities]
    checks = [(one, f"{title} ({count:,})") for one, title, count in shown.checks]
    if chosen.check and chosen.check not in {one for one, _ in checks}:
        checks.append((chosen.check, f"{pages.check_title(chosen.check)} (0)"))
    return (
        Field("severity", "Severity", chosen.severity, (("", "every severity"), *severities)),
        Field("check", "Finding", chosen.check, (("", "every finding"), *checks)),
    )
