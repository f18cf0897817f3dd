"""The routes of the pages. Each passes through `page` or `public` (asking.py), which says who may.

Names of parameters are the same everywhere: `source_id` and `verdict_id` are numbers, `role_id`,
`sha256` and `fingerprint` are 64 hexadecimal digits (converters.py). The permission matrix of the tests makes an
example of each, so a new name needs its example there (tests/simulators/people.py).
"""

from django.urls import URLPattern, path

from trustui.web import (
    calendar,
    document,
    events,
    expiries,
    findings,
    history,
    instant,
    keys,
    report,
    repository,
    role,
    search,
    styleguide,
    verdict,
    verify,
)
from trustui.web.account_routes import ROUTES as ACCOUNT_ROUTES
from trustui.web.exports import ROUTES as EXPORT_ROUTES
from trustui.web.help import check as help_check
from trustui.web.help import index as help_index
from trustui.web.image_routes import ROUTES as IMAGE_ROUTES
from trustui.web.watch_routes import ROUTES as WATCH_ROUTES

urlpatterns: list[URLPattern] = [
    # ---- look
    *EXPORT_ROUTES,
    *WATCH_ROUTES,
    *IMAGE_ROUTES,
    path("verify/", verify.verify, name="verify"),
    path("search/", search.search, name="search"),
    path("sources/<int:source_id>/", repository.repository, name="repository"),
    path("sources/<int:source_id>/report/", report.report, name="repository-report"),
    path("sources/<int:source_id>/tree.svg", repository.tree_svg, name="repository-tree"),
    path("sources/<int:source_id>/keys/", keys.of_repository, name="repository-keys"),
    path("sources/<int:source_id>/roles/<hex:role_id>/", role.role, name="role"),
    path("sources/<int:source_id>/documents/<hex:sha256>/", document.document, name="document"),
    path(
        "sources/<int:source_id>/documents/<hex:sha256>/bytes/",
        document.raw,
        name="document-bytes",
    ),
    path("sources/<int:source_id>/history/", history.history, name="history"),
    path("sources/<int:source_id>/verdicts/<int:verdict_id>/", verdict.verdict, name="verdict"),
    path(
        "sources/<int:source_id>/verdicts/<int:verdict_id>/text/",
        verdict.as_text,
        name="verdict-text",
    ),
    path(
        "sources/<int:source_id>/verdicts/<int:verdict_id>/json/",
        verdict.as_json,
        name="verdict-json",
    ),
    path("expiries/", expiries.expiries, name="expiries"),
    path("expiries/timeline.svg", expiries.svg, name="expiries-svg"),
    path("expiries/calendars/", calendar.calendars, name="calendars"),
    path("expiries/calendars/<int:calendar_id>/revoke/", calendar.revoke, name="calendar-revoke"),
    path("calendar/<str:calendar_secret>.ics", calendar.feed, name="calendar"),
    path("sources/<int:source_id>/timeline/", expiries.source_timeline, name="timeline"),
    path("sources/<int:source_id>/timeline.svg", expiries.source_svg, name="timeline-svg"),
    path("keys/", keys.keys, name="keys"),
    path("keys/<hex:fingerprint>/", keys.key, name="key"),
    path("findings/", findings.findings, name="findings"),
    # ---- record
    path("events/", events.events, name="events"),
    path("events/checkpoint/", events.checkpoint, name="checkpoint"),
    path("events/checkpoint/text/", events.checkpoint_text, name="checkpoint-text"),
    path("events/export/", events.export, name="events-export"),
    path("events/<int:event_id>/", events.event, name="event"),
    path("help/", help_index, name="help"),
    path("help/checks/<str:check_id>/", help_check, name="help-check"),
    # ---- the frame
    path("instant/", instant.instant, name="instant"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    *ACCOUNT_ROUTES,
]
