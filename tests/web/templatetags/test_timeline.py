"""The timeline as SVG."""

from datetime import UTC, date, datetime, timedelta
from xml.etree.ElementTree import Element, fromstring

import msgspec
from django.template import Context, Template
from django.test import RequestFactory

from trustui.pages.expiries import Choice, Line
from trustui.pages.pictures.timeline_layout import Axis, Version
from trustui.pages.pictures.timeline_picture import Chosen, Given, Picture, timeline_picture
from trustui.pages.signers import Signer, Signers
from trustui.pages.timeline import LapseLine
from trustui.pages.upcoming import Bar

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOSTILE = '"><script>alert(1)</script>\u202e&'


def picture(role: str = "targets") -> Picture:
    versions = [
        Version("1", "aa" * 32, NOW - 40 * DAY, NOW - 20 * DAY),
        Version("2", "bb" * 32, NOW - 18 * DAY, NOW + DAY),
    ]
    given = Given(7, HOSTILE, role, "cd" * 32, NOW - DAY, versions)
    axis = Axis(NOW - 50 * DAY, NOW + 50 * DAY, NOW)
    chosen = Chosen(date(2026, 6, 1), date(2026, 6, 2))
    return timeline_picture(
        [given], axis, {date(2026, 6, 2): 1}, chosen, is_now=True, has_sources=True
    )


def shown(tag: str, role: str = "targets", **given: str) -> str:
    template = Template(f"{{% load timeline %}}<svg>{{% {tag} picture %}}</svg>")
    return template.render(Context({"picture": picture(role), **given}))


def links(of: Element) -> list[str]:
    return [one.attrib["href"] for one in of.iter("a")]


def test_bars_and_lapses_lead_to_their_documents() -> None:
    found = fromstring(shown("timeline_lanes", moment_query="?at=2026-06-01T12:00:00Z"))  # noqa: S314  our own
    at = "?at=2026-06-01T12:00:00Z"
    first, second = (
        f"/sources/7/documents/{'aa' * 32}/{at}",
        f"/sources/7/documents/{'bb' * 32}/{at}",
    )
    assert links(found) == [first, second, first]
    kinds = [one.attrib["class"] for one in found.iter("rect")]
    assert kinds == ["version", "version", "fill is-soon", "lapse", "ghost"]


def test_days_lead_to_what_expires_then() -> None:
    found = fromstring(shown("timeline_days", rest="role=a%26b&"))  # noqa: S314  our own
    assert links(found) == ["?role=a%26b&from=2026-06-02&to=2026-06-02"]
    assert [one.attrib["class"] for one in found.iter("rect")] == ["chosen", "fill is-soon"]


def now_word(share: str) -> Element:
    drawn = msgspec.structs.replace(picture(), now=share)
    template = Template("{% load timeline %}<svg>{% timeline_lanes picture %}</svg>")
    found = fromstring(template.render(Context({"picture": drawn})))  # noqa: S314  our own
    return next(one for one in found.iter("text") if one.attrib["class"] == "now-word")


def test_the_word_now_stays_within_the_picture() -> None:
    assert "text-anchor" not in now_word("40.00").attrib
    assert now_word("99.50").attrib["text-anchor"] == "end"


def test_the_line_of_now_crosses_no_date() -> None:
    found = fromstring(shown("timeline_lanes"))  # noqa: S314  our own
    (line,) = [one for one in found.iter("line") if one.attrib["class"] == "now"]
    dates = [one for one in found.iter("text") if one.attrib["class"].startswith("small")]
    assert dates
    assert all(int(one.attrib["y"]) < int(line.attrib["y1"]) for one in dates)


def test_a_file_has_no_links() -> None:
    for tag in ("timeline_days_alone", "timeline_lanes_alone"):
        found = fromstring(shown(tag))  # noqa: S314  our own
        assert links(found) == []
        assert list(found.iter("rect"))


def test_hostile_names_do_nothing() -> None:
    text = shown("timeline_lanes", HOSTILE)
    found = fromstring(text)  # noqa: S314  our own
    assert not list(found.iter("script"))
    assert "\u202e" not in text
    assert "<script" not in text
    (words,) = [one.text for one in found.iter("text") if one.attrib["class"] == "inner"]
    assert words is not None
    assert words.startswith('"><script>')


def test_a_query_cannot_leave_its_attribute() -> None:
    assert '"><b>' not in shown("timeline_days", rest='x="><b>&')


def test_the_days_of_the_overview_lead_to_what_expires_then() -> None:
    bars = (
        Bar(0, "100.0", "0.0", "bad", "nothing", date(2026, 6, 1)),
        Bar(12, "0.0", "100.0", "soon", HOSTILE, date(2026, 6, 2)),
    )
    template = Template("{% load timeline %}<svg>{% day_bars bars 10 %}</svg>")
    for query, kept in (("", ""), ("?at=2026-06-01T00:00:00Z", "at=2026-06-01T00:00:00Z&")):
        given = Context({"bars": bars, "moment_query": query})
        found = fromstring(template.render(given))  # noqa: S314  our own
        assert links(found) == [f"/expiries/?{kept}from=2026-06-02&to=2026-06-02"]
        assert [one.tag for one in found.iter() if one.tag == "script"] == []


def rows(of: str, **given: object) -> Element:
    template = Template(f"{{% load timeline %}}<table>{of}</table>")
    context = Context({"picture": picture(HOSTILE), **given})
    return fromstring(template.render(context))  # noqa: S314  our own


def test_names_of_lanes_lead_to_their_roles() -> None:
    found = rows("{% timeline_names picture %}", moment_query="?at=2026-06-01T12:00:00Z")
    assert links(found) == [f"/sources/7/roles/{'cd' * 32}/?at=2026-06-01T12:00:00Z"]
    assert [one.tag for one in found.iter() if one.tag == "script"] == []
    dates = rows("{% timeline_dates picture %}")
    assert [one.attrib for one in dates.iter("li")] == [{"class": "is-soon"}]


NAMED = (
    Signer("aa" * 32, "ab" * 32, HOSTILE),
    Signer(f"<{HOSTILE}", "", ""),
    Signer("ee" * 32, "ef" * 32, ""),
)
SIGNERS = Signers("root", HOSTILE, 1_004, NAMED)


def due(signers: Signers | None = SIGNERS, begins: datetime | None = NOW) -> Line:
    return Line(
        source_id=7,
        source=HOSTILE,
        role=HOSTILE,
        role_id="cd" * 32,
        version=HOSTILE,
        expires_at=NOW + 2 * DAY,
        left=2,
        left_word="2 days left",
        sign="soon",
        sha256="bb" * 32,
        signing_begins=begins,
        signers=signers,
    )


def test_the_row_of_a_document_leads_to_its_role_its_source_and_its_signers() -> None:
    at = "?at=2026-06-01T12:00:00Z"
    found = rows("{% due_rows lines %}", lines=[due()], moment_query=at)
    assert links(found) == [
        f"/sources/7/roles/{'cd' * 32}/{at}",
        f"/sources/7/timeline/{at}",
        f"/sources/7/documents/{'bb' * 32}/{at}",
        f"/keys/{'ab' * 32}/{at}",
        f"/keys/{'ef' * 32}/{at}",
    ]
    assert not list(found.iter("script"))
    text = "".join(found.itertext())
    assert "\u202e" not in text
    assert "to be signed anew from 1 Jun 2026 12:00 UTC" in text
    assert "of 1,004" in text
    assert "and 1,001 more" in text
    kinds = [
        one.attrib["class"] for one in found.iter() if "signer" in one.get("class", "").split()
    ]
    assert kinds == ["signer", "signer", "signer mono"]


def test_the_row_of_a_document_tells_no_more_than_there_is() -> None:
    alone = due(signers=None, begins=None)
    found = rows("{% due_rows lines has_source=False %}", lines=[alone])
    assert [one.attrib["data-label"] for one in found.iter("td")] == [
        "Version", "Expires", "Left", "Who signs",
    ]  # fmt: skip
    text = "".join(found.itertext())
    assert "nobody delegates to it" in text
    assert "anew" not in text


def test_the_row_of_what_is_no_document_leads_to_it() -> None:
    at = "?at=2026-06-01T12:00:00Z"
    term = Line(
        source_id=None,
        source=HOSTILE,
        role="",
        role_id="",
        version="",
        expires_at=NOW - DAY,
        left=-1,
        left_word="expired 1 day ago",
        sign="bad",
        kind="certificate",
        what="certificate",
        name=HOSTILE,
        href="/materials/3/",
    )
    found = rows("{% due_rows lines %}", lines=[term], moment_query=at)
    assert links(found) == [f"/materials/3/{at}"]
    assert not list(found.iter("script"))
    assert [one.attrib["data-label"] for one in found.iter("td")] == [
        "Where", "Expires", "Left", "What",
    ]  # fmt: skip
    both = rows("{% due_rows lines %}", lines=[term, due()])
    first, second = both.iter("tr")
    assert len(first) == len(second) == 6


def test_the_row_of_a_lapse_leads_to_its_role_and_the_version_that_had_expired() -> None:
    lapse = LapseLine(
        7, HOSTILE, HOSTILE, "cd" * 32, HOSTILE, "bb" * 32, NOW - DAY, NOW, "1 day", is_open=True
    )
    found = rows("{% lapse_rows lapses %}", lapses=[lapse])
    assert links(found) == [
        f"/sources/7/roles/{'cd' * 32}/",
        "/sources/7/timeline/",
        f"/sources/7/documents/{'bb' * 32}/",
    ]
    assert not list(found.iter("script"))
    assert "no successor yet" in "".join(found.itertext())
    alone = rows("{% lapse_rows lapses has_source=False %}", lapses=[lapse])
    assert len(list(alone.iter("td"))) == 4


def test_windows_keep_the_rest_of_the_question_and_drop_the_days() -> None:
    choices = (Choice("overdue", "overdue", 1_002, True), Choice("7", "in 7 days", 0, False))
    for asked, rest in (
        ("/?from=2026-06-01&role=a%26b&window=1&after=x", "role=a%26b&"),
        ("/", ""),
    ):
        request = RequestFactory().get(asked)
        found = rows("{% due_windows choices %}", choices=choices, request=request)
        assert links(found) == [f"?{rest}window=overdue", f"?{rest}window=7"]
        first, second = found.iter("a")
        assert first.attrib["class"] == "bucket is-bad"
        assert first.attrib["aria-current"] == "true"
        assert second.attrib["class"] == "bucket"
        assert "".join(first.itertext()) == "1,002 overdue"
