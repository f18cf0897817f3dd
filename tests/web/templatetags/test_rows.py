"""The rows of long lists: what is foreign in them is shown, and nothing of it is mark-up."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import msgspec
import pytest
from django.template import Context, Template

from trustui.inventory.listing import Signed
from trustui.pages import events, findings, keys, sources
from trustui.pages.accepted import Accepted
from trustui.pages.images.shares import Share
from trustui.pages.listed_keys import Use
from trustui.pages.moment import Moment
from trustui.pages.words import state_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
AT = "?at=2026-06-01T00:00:00Z&valid_at=2026-07-01T00:00:00Z"
HOSTILE = '"><script>alert(1)</script>\u202e{0}&'

SOURCE = sources.Line(
    7, HOSTILE, HOSTILE, "tuf", HOSTILE, state_of("failing"), NOW, NOW, "failed",
    is_silent=True, has_anchor=False,
)  # fmt: skip
KEY = keys.Line(
    fingerprint="ab" * 32, keytype=HOSTILE, scheme=f"2{HOSTILE}", sources=3, source=HOSTILE,
    source_id=None, ids=2, roles=(HOSTILE, "eu"), more_roles=1_200, has_signed=False, owner=HOSTILE,
)  # fmt: skip
USE = Use(7, HOSTILE, HOSTILE, "cd" * 32, HOSTILE, "ef" * 32, HOSTILE, 3, (HOSTILE, "b"))
SIGNED = Signed(
    1, 7, HOSTILE, HOSTILE, "cd" * 32, HOSTILE, HOSTILE, "ab" * 32, True, NOW, NOW
)  # fmt: skip
FINDING = findings.Line(
    finding_id=1, source_id=7, source=HOSTILE, check="a.b", title="One & two", has_help=True,
    clause="4.2", on=HOSTILE, because=HOSTILE, severity=HOSTILE, sign="noted", since=NOW,
    ended_at=NOW, accepted=Accepted(HOSTILE, NOW, date(2026, 7, 1), HOSTILE), may_accept=True,
)  # fmt: skip
EVENT = events.EventLine(
    1, 1_234, "verdict.changed", HOSTILE, NOW, HOSTILE, True, 7, HOSTILE, HOSTILE, HOSTILE
)  # fmt: skip


class Cells(HTMLParser):
    """The names of the elements of a row, and the words of each of its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, _attrs: Sequence[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if tag in {"td", "th"}:
            self.words.append("")

    def handle_data(self, data: str) -> None:
        if self.words:
            self.words[-1] += data


class Page(msgspec.Struct, frozen=True):
    """As much of a page as its rows need."""

    lines: tuple[msgspec.Struct, ...]
    may_accept: bool = True


def shown(tag: str, line: msgspec.Struct) -> str:
    given = {
        "page": Page((line,)),
        "lines": (line,),
        "ticked": {"1"},
        "moment": Moment(NOW, NOW, NOW),
        "moment_query": AT,
    }
    return Template(f"{{% load rows %}}{{% {tag} %}}").render(Context(given))


def words(tag: str, line: msgspec.Struct) -> list[str]:
    return [" ".join(one.split()) for one in Cells(shown(tag, line)).words]


ROWS = [
    ("source_rows page", SOURCE, 6),
    ("key_rows page", KEY, 4),
    ("use_rows lines", USE, 5),
    ("signed_rows lines", SIGNED, 5),
    ("finding_rows page ticked", FINDING, 6),
    ("event_rows page", EVENT, 5),
]


@pytest.mark.parametrize(("tag", "line", "cells"), ROWS)
def test_foreign_words_are_shown_and_are_no_mark_up(
    tag: str, line: msgspec.Struct, cells: int
) -> None:
    text = shown(tag, line)
    read = Cells(text)
    assert len(read.words) == cells
    assert "script" not in read.elements
    assert "<script>alert(1)</script>\\u{202E}{0}&" in " ".join(read.words)
    assert "\u202e" not in text


@pytest.mark.parametrize(("tag", "line", "_cells"), ROWS)
def test_links_keep_the_instant_that_is_looked_at(
    tag: str, line: msgspec.Struct, _cells: int
) -> None:
    assert AT.replace("&", "&amp;") in shown(tag, line)


def changed(line: msgspec.Struct, **values: object) -> msgspec.Struct:
    return msgspec.structs.replace(line, **values)


def test_a_source_tells_its_tags_or_that_no_root_is_pinned() -> None:
    assert words("source_rows page", SOURCE)[1].endswith("no root pinned")
    tagged = changed(SOURCE, tags=Share(1_200, 1_200, 1_100, 1), since=None, crawl_word="")
    cells = words("source_rows page", tagged)
    assert cells[1].endswith("1,100 of 1,200 tags trusted")
    for tags, told in (
        (Share(5, 3, 3), "2 tags not signed"),
        (Share(2, 2, 1), "1 tag not trusted"),
    ):
        assert words("source_rows page", changed(SOURCE, tags=tags))[1].endswith(told)
    assert cells[2:4] == ["", "less than a minute ago"]


def test_a_key_tells_what_is_worth_a_look() -> None:
    assert words("key_rows page", KEY)[3] == "shared 2 ids no signature seen"
    plain = changed(KEY, sources=1, ids=1, roles=(), more_roles=0, source="here", source_id=7)
    assert words("key_rows page", plain)[1:] == ["no role", "here", ""]
    assert words("key_rows page", KEY)[1].endswith("and 1,200 more")


def test_a_role_of_hash_bins_has_no_page() -> None:
    bins = changed(USE, role="bin: 16 bins", role_id="", keyids=("a",))
    text = shown("use_rows lines", bins)
    assert f"roles/{USE.role_id}" not in text
    assert "several ids" not in text


def test_what_nobody_may_accept_has_no_box() -> None:
    given = {"page": Page((FINDING,), may_accept=False), "ticked": (), "moment_query": ""}
    template = Template("{% load rows %}{% finding_rows page ticked %}")
    text = template.render(Context({**given, "moment": Moment(NOW, NOW, NOW)}))
    assert len(Cells(text).words) == 5
    assert "checked" in shown("finding_rows page ticked", FINDING)


def test_an_event_without_a_place_in_the_log_says_so() -> None:
    waiting = changed(EVENT, position=None, source_id=None, note="", reason="", is_person=False)
    cells = words("event_rows page", waiting)
    assert cells[3:] == ["", "not sealed"]
    assert words("event_rows page", EVENT)[4] == "1,234"
