"""`/styleguide/`: every component in every state, made of invented values."""

from datetime import UTC, datetime, timedelta
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from trustui.accounts.needs import Whom
from trustui.core.trace import Outcome, Severity, TrustState
from trustui.pages.accepted import Accepted
from trustui.pages.alerts import Alert
from trustui.pages.before import Segment, Strip
from trustui.pages.comparing import TextLine
from trustui.pages.components import (
    ChangeLine,
    Fact,
    Field,
    Labelled,
    Part,
    Progress,
    StepGroup,
    StepLine,
    TreeRow,
)
from trustui.pages.moment import Moment
from trustui.pages.words import SEVERITY_SIGNS, SIGN_WORDS
from trustui.verdicts.accepting import last_day
from trustui.web.asking import Asking, page
from trustui.web.styleguide_images import DIGEST, HOSTILE, image_components

NOW = datetime(2025, 11, 20, 12, 4, tzinfo=UTC)
"""When everything here is looked at."""


@page(get=Whom.PERSON)
def styleguide(request: Asking) -> HttpResponse:
    """Nothing of a team is shown."""
    made = _components if settings.DEBUG else components
    return render(request, "styleguide/show.html", {"components": made()})


def _components() -> SafeString:
    shown = {
        "moment": Moment(NOW, NOW, NOW),
        "request": HttpRequest(),  # an address without a query
        "states": list(TrustState),
        "signs": SIGN_WORDS.items(),
        "severities": [(severity.value, SEVERITY_SIGNS[severity]) for severity in Severity],
        "digest": DIGEST,
        "hostile": HOSTILE,
        "expiries": [
            NOW + timedelta(days=212),
            NOW + timedelta(days=3),
            NOW + timedelta(hours=5),
            NOW - timedelta(days=2),
            None,
        ],
        "lives": [(0.9, "ok"), (0.5, "ok"), (0.1, "soon"), (0.0, "bad")],
        "groups": _groups(),
        "changes": _changes(),
        "text": (
            TextLine("", '  "version": 3,'),
            TextLine("del", '-  "threshold": 3,'),
            TextLine("ins", '+  "threshold": 2,'),
        ),
        "facts": _facts(),
        "fields": _fields(),
        "works": _works(NOW),
        "strip": _strip(NOW),
        "alerts": _alerts(),
        **image_components(NOW),
        "rows": _rows(),
        "accepted": Accepted(
            "L. Okafor", NOW, last_day(NOW), f"the vendor rotates in March {HOSTILE}"
        ),
    }
    return render_to_string("styleguide/_components.html", shown)


components = cache(_components)
"""Made once in a process: they are the same for everybody, at any time."""


def _groups() -> list[StepGroup]:
    more = (
        Labelled("Found", "expires 18 Nov 03:00:00 UTC, 57 h ago"),
        Labelled("Attack it answers", "Freeze: a mirror keeps serving an old, still signed view."),
        Labelled("Likely causes", "The signing job stopped, or it lost its key."),
        Labelled("What to do", "Run the online signer, then crawl now."),
    )
    root = (
        StepLine(1, Outcome.PASSED, "Trusted root is the pinned one", "tuf.root.anchor", "sha256 5e1b…a04c", ""),
        StepLine(2, Outcome.NOTED, "Root lists a key that signs nothing", "tuf.lint.key.unused", "key ci-old", "§4.3"),
    )  # fmt: skip
    timestamp = (
        StepLine(3, Outcome.PASSED, "Version did not go back", "tuf.timestamp.rollback.version", "412, trusted before 412", "§5.4.3"),
        StepLine(4, Outcome.FAILED, "Timestamp has not expired", "tuf.timestamp.freeze.expired", "expected an instant after 20 Nov 12:00", "§5.4.4", more=more, excerpt='"_type": "timestamp", "version": 412,\n"expires": "2026-11-18T03:00:00Z"', href="#waterfall"),
    )  # fmt: skip
    snapshot = (
        StepLine(5, Outcome.PASSED, "Hash and length as the timestamp says", "tuf.snapshot.hash", "", "§5.5.2", rests_on="tuf.timestamp.freeze.expired"),
        StepLine(6, Outcome.FAILED, "Signed by the snapshot key", "tuf.snapshot.signature.threshold", "0 of 1", "§5.5.3", rests_on="tuf.timestamp.freeze.expired"),
    )  # fmt: skip
    targets = (
        StepLine(7, Outcome.UNDECIDED, "Targets was read", "tuf.targets.fetch", "the place answered 429", "§5.6.1", more=more[2:]),
    )  # fmt: skip
    return [
        StepGroup("Root, v1 to v3", "ok", "expires in 212 days", root),
        StepGroup("Timestamp, v412", "bad", "expired", timestamp),
        StepGroup("Snapshot, v412", "moot", "rests on the timestamp", snapshot),
        StepGroup("Targets", "unknown", "not read", targets),
    ]


def _changes() -> list[ChangeLine]:
    return [
        ChangeLine("+", (Part("base-images", "name"), Part(": path "), Part("*", "code"), Part(" for role releases")), "widens", "bad"),
        ChangeLine("-", (Part("tools", "name"), Part(": key "), Part("ci-old", "name"), Part(" removed")), "narrows", "ok"),
        ChangeLine("~", (Part("vendor-updates", "name"), Part(": threshold of targets 3 to 2")), "widens", "bad", "2 days ago"),
        ChangeLine("~", (Part("tools", "name"), Part(": expiry moved by 90 days")), "neutral", "none"),
        ChangeLine("~", (Part("root v3", "name"), Part(": timestamp key rotated")), "look here", "soon"),
        ChangeLine("+", (Part(HOSTILE, "name"), Part(" added")), "neutral", "none"),
    ]  # fmt: skip


def _facts() -> list[Fact]:
    return [
        Fact("Signatures", "ok", "sound", "every threshold met"),
        Fact("Anchor", "ok", "root v3 pinned", "by L. Okafor, 4 Mar"),
        Fact("Freshness", "bad", "expired 18 Nov 03:00", "2 days 9 hours ago"),
        Fact("Reach", "unknown", "2 of 3 files answered", "2 minutes ago"),
    ]


def _strip(now: datetime) -> Strip:
    segments = (
        Segment("0", "600", "ok", "verified"),
        Segment("600", "100", "unknown", "could not check"),
        Segment("700", "60", "soon", "expires soon"),
        Segment("760", "240", "bad", "failing"),
    )
    return Strip(segments, "failing since yesterday", now - timedelta(days=9))


def _alerts() -> tuple[Alert, ...]:
    return (
        Alert("TrustuiSourceFailing", "critical", "bad", "failing for 2 days"),
        Alert("TrustuiRoleExpires", "warning", "soon", f"{HOSTILE} expires in 3 days"),
    )


def _fields() -> list[Field]:
    states = (("", "any"), ("failing", "failing"), ("verified", "verified"))
    return [Field("q", "Name"), Field("state", "State", "failing", states)]


def _works(now: datetime) -> list[Progress]:
    return [
        Progress("Crawling", 3, 5, "snapshot.json", now - timedelta(minutes=2)),
        Progress("Waiting for a worker"),
    ]


def _rows() -> list[TreeRow]:
    return [
        TreeRow("row-1", 1, 1, 1, "root", "ok", "verified", "#tree", threshold="3 of 5", version="3", expires="in 212 days", is_open=True),
        TreeRow("row-2", 2, 1, 2, "timestamp", "bad", "expired", "#tree", threshold="1 of 1", version="412", expires="2 days ago"),
        TreeRow("row-3", 2, 2, 2, "targets", "ok", "verified", "#tree", threshold="2 of 3", version="88", expires="in 84 days", is_open=True, is_walked=True),
        TreeRow("row-4", 3, 1, 2, "nightly", "soon", "expires soon", "#tree", "terminating", "1 of 1", "406", "in 3 days", "nightly/*"),
        TreeRow("row-5", 3, 2, 2, HOSTILE, "unknown", "not checked", "", "see above", "2 of 2", "", "", HOSTILE),
    ]  # fmt: skip
