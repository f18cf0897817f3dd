"""What every page shows around its content: the rail with its counts, the instant, who looks."""

from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from trustui.accounts.permissions import Act
from trustui.core.primitives.instants import write_instant
from trustui.pages.counts import Counts, counts
from trustui.pages.keeping import Keeper
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.web.returning import way_back


class Entry(msgspec.Struct, frozen=True):
    """One line of the rail: its words, its route, and which of the counts stands beside it."""

    words: str
    route: str
    count: str = ""
    is_bad: bool = False
    act: Act | None = None
    """Only for whom it is allowed somewhere."""


RAIL: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry("Overview", "overview"),
            Entry("Now", "now", "failing", is_bad=True),
            Entry("Verify anything", "verify"),
            Entry("Sources", "sources", "sources"),
            Entry("Images", "images"),
            Entry("Expiries", "expiries", "expiring"),
            Entry("Keys", "keys", "keys"),
            Entry("Findings", "findings", "findings"),
        ),
    ),
    ("Change trust", (Entry("Policies", "policies"),)),
    (
        "Record",
        (
            Entry("Events", "events"),
            Entry("Jobs", "jobs", "quarantined", is_bad=True, act=Act.MANAGE_JOBS),
            Entry("Help", "help"),
        ),
    ),
)
"""Groups, each with its head. A page that deserves a place here adds a line."""


class Item(msgspec.Struct, frozen=True):
    """A line as it is shown."""

    name: str
    href: str
    count: int
    is_bad: bool
    is_here: bool


class Group(msgspec.Struct, frozen=True):
    """Lines under one head."""

    head: str
    items: list[Item]


NOBODY = Viewer("", 0, {}, {})


def frame(request: HttpRequest) -> dict[str, object]:
    """For every template; before signing in there is neither rail nor count."""
    now = datetime.now(UTC)
    viewer: Viewer = getattr(request, "viewer", None) or NOBODY
    moment: Moment = getattr(request, "moment", None) or Moment(now, now, now)
    shown = {
        "viewer": viewer,
        "moment": moment,
        "moment_query": moment_query(moment),
        "htmx_version": settings.HTMX_VERSION,
        "this_page": _this_page(request),
    }
    if not viewer.user_id:
        return shown
    # Templates call it; a part of a page does not, and costs no counts.
    return {**shown, "rail": cache(lambda: rail(request.path, viewer, recent_counts(viewer, now)))}


_counts: Keeper[Counts] = Keeper(lambda _: True)


def recent_counts(viewer: Viewer, now: datetime, keeper: Keeper[Counts] = _counts) -> Counts:
    """The counts of what this person sees, a few seconds old where counting is slow."""
    key = (viewer.may_anywhere(Act.MANAGE_JOBS), *sorted(viewer.teams))
    return keeper.get(key, lambda: counts(viewer, now))


def _this_page(request: HttpRequest) -> str:
    """The page whose instants are chosen; where they are chosen, the one that it was asked from."""
    if request.path == reverse("instant"):
        return way_back(request.GET.get("next", ""), "/")
    return request.get_full_path()


def moment_query(moment: Moment) -> str:
    """What keeps the instants in a link, such as `?at=2026-06-01T00:00:00Z`; empty for now."""
    pairs = {}
    if moment.at != moment.now:
        pairs["at"] = write_instant(moment.at)
    if moment.valid_at != moment.at:
        pairs["valid_at"] = write_instant(moment.valid_at)
    return f"?{urlencode(pairs)}" if pairs else ""


def rail(path: str, viewer: Viewer, found: Counts) -> list[Group]:
    """The rail of a page: what this person may open, with how much there is."""
    return [
        Group(
            head,
            [
                _item(path, entry, found)
                for entry in entries
                if entry.act is None or viewer.may_anywhere(entry.act)
            ],
        )
        for head, entries in RAIL
    ]


def _item(path: str, entry: Entry, found: Counts) -> Item:
    href = _href(entry.route)
    is_here = path == href or (href != "/" and path.startswith(href))
    count = getattr(found, entry.count) if entry.count else 0
    return Item(entry.words, href, count, entry.is_bad, is_here)


@cache
def _href(route: str) -> str:
    return reverse(route)
