"""The box beside each finding."""

from datetime import UTC, date, datetime

import msgspec

from trustui.pages.accepted import Accepted
from trustui.pages.findings import Line
from trustui.web.templatetags.accepting import acceptance, tick

LINE = Line(
    finding_id=1_007,
    source_id=7,
    source='"><script>\u202e',
    check="a.b",
    title="One key & two roles",
    has_help=True,
    clause="",
    on="<b>",
    because="",
    severity="low",
    sign="noted",
    since=datetime(2026, 6, 1, tzinfo=UTC),
    ended_at=None,
    accepted=None,
    may_accept=True,
)


def test_it_names_what_it_ticks() -> None:
    assert tick(LINE, ()) == (
        '<label class="tick"><input type="checkbox" name="finding" value="1007">'
        '<span class="visually-hidden">Tick One key &amp; two roles on &lt;b&gt; of '
        "&quot;&gt;&lt;script&gt;\\u{202E}</span></label>"
    )


def test_what_was_ticked_stays_ticked() -> None:
    assert 'value="1007" checked>' in tick(LINE, {"1007", "8"})
    assert "checked" not in tick(LINE, {"100"})


def test_who_may_not_accept_has_no_box() -> None:
    assert tick(msgspec.structs.replace(LINE, may_accept=False), {"1007"}) == ""


def test_who_lives_with_it_and_until_when_is_told() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    told = acceptance(Accepted("<i>mira</i>", at, date(2026, 7, 1), "known & old"))
    assert "accepted by <b><bdi>&lt;i&gt;mira&lt;/i&gt;</bdi></b>" in told
    assert '<time datetime="2026-07-01">1 Jul 2026</time>: <bdi>known &amp; old</bdi>' in told
