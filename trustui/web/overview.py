"""`/`: the overview."""

from django.http import HttpResponse
from django.shortcuts import render

from trustui.accounts.permissions import Act
from trustui.pages.overview import overview as overview_page
from trustui.pages.upcoming import DAYS, HEIGHT, STEP, WIDTH
from trustui.web.asking import Asking, page

MOST_CAUSES = 6
"""Of what fails: what expires and what changed below it are seen on the first screen too."""


@page
def overview(request: Asking) -> HttpResponse:
    """Everything that this person looks after."""
    shown = overview_page(request.viewer, request.moment)
    causes = shown.failing.causes
    given = {
        "page": shown,
        "causes": causes,
        "shown_causes": causes[:MOST_CAUSES],
        "most": MOST_CAUSES,
        "may_add": request.moment.is_now and request.viewer.may_anywhere(Act.EDIT_SOURCE),
        "picture": {
            "width": STEP * (DAYS + 1),
            "height": HEIGHT + 1,
            "floor": HEIGHT,
            "bar": WIDTH,
        },
    }
    return render(request, "overview/show.html", given)
