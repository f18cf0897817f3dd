"""The tags of the components: right words, and nothing hostile gets through them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from trustui.core.trace import TrustState
from trustui.pages.components import Field, Progress
from trustui.web.templatetags.trust import STYLESHEETS

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>\u202e\x1b[31m'
DIGEST = "5e1b" + "0" * 56 + "a04c"


def shown(text: str, /, **given: object) -> str:
    context = Context({"now": NOW, "hostile": HOSTILE, "address": f"https://{HOSTILE}", **given})
    return Template("{% load trust %}" + text).render(context)


TAGS_WITH_FOREIGN_TEXT = [
    "{{ hostile|name }}",
    "{{ hostile|add:'6cb58437…1699'|name }}",
    "{{ hostile|short_digests|name }}",
    "{{ hostile|address }}",
    "{{ address|address }}",
    '<i title="{{ hostile|plain }}">',
    "{{ hostile|excerpt }}",
    "{% digest hostile %}",
    "{% digest hostile whole=True %}",
    '{% key digest hostile hostile "/keys/" %}',
    "{% identity hostile hostile %}",
    '{% state_word "ok" hostile %}',
    "{% empty_state hostile hostile %}",
    '{% notice "bad" %}{{ hostile|name }}{% endnotice %}',
    '{% dialog "d" hostile %}x{% enddialog %}',
    "{% progress work now %}",
]


def test_digests_in_a_sentence_are_as_short_as_alone() -> None:
    html = shown("{{ told|short_digests }}", told=f"it moved from sha256:{DIGEST}")
    assert html == "it moved from sha256:5e1b0000…a04c"


def test_a_short_digest_is_not_broken_in_a_sentence() -> None:
    html = shown("{{ told|name }}", told="<a>: 6cb58437…1699, sha256:5e1b0000…a04c (…)")
    assert html == (
        '<bdi>&lt;a&gt;: <span class="unbroken">6cb58437…1699</span>, '
        '<span class="unbroken">sha256:5e1b0000…a04c</span> (…)</bdi>'
    )
    address = shown("{{ told|address }}", told="of a/b: 6cb58437…1699")
    assert '<span class="unbroken">6cb58437…1699</span>' in address


@pytest.mark.parametrize("tag", TAGS_WITH_FOREIGN_TEXT)
def test_hostile_text_stays_text(tag: str) -> None:
    html = shown(tag, digest=DIGEST, work=Progress(HOSTILE, 1, 2, HOSTILE))
    assert "<script" not in html
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert '""' not in html.replace('=""', "")


def test_a_name_is_cut_before_it_fills_the_page() -> None:
    assert len(shown("{{ hostile|name }}", hostile="a" * 10_000_000)) < 600


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (
            "signed by https://git.example/team/.ci/release.yml@refs/heads/main today",
            ["https://git.example/", "team/", ".ci/", "@refs/heads/main"],
        ),
        ("localhost/crane-controller:4.5.0", ["localhost/", "crane-controller:4.5.0"]),
        ("@@ // /", ["@", "@", "//", "/"]),
        ("by CN=release signing,OU=Release,C=NL, twice", ["signing,", "OU=Release,", "C=NL,"]),
    ],
)
def test_an_address_breaks_between_its_pieces_and_loses_nothing(
    text: str, pieces: list[str]
) -> None:
    told = shown("{{ text|address }}", text=text).replace("<wbr>", "")
    assert re.findall('<span class="piece">(.*?)</span>', told) == pieces
    assert re.sub("<.*?>", "", told) == text


def test_a_text_without_an_address_is_a_name() -> None:
    assert shown("{{ text|address }}", text="two-day, 1,024") == "<bdi>two-day, 1,024</bdi>"


def test_kinds_of_places_are_called_what_people_call_them() -> None:
    assert shown("{{ 'oci_layout'|place_kind }}") == "OCI layout"
    assert shown("{{ 'of another version'|place_kind }}") == "of another version"


def test_lines_of_an_excerpt_stay_lines() -> None:
    assert shown("{{ text|excerpt }}", text="a\nb\tc\r") == "a\nb\\u{0009}c\\u{000D}"


@pytest.mark.parametrize(
    ("state", "shape", "word"),
    [
        (TrustState.VERIFIED, "ok", "verified"),
        ("failing", "bad", "failing"),
        (None, "unknown", "not checked"),
    ],
)
def test_a_state_is_shape_word_and_colour(state: object, shape: str, word: str) -> None:
    html = shown("{% state state %}", state=state)
    assert f'class="state is-{shape}"' in html
    assert f"signs.svg#{shape}" in html
    assert f">{word}</span>" in html


def test_a_shape_without_a_word_beside_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in shown('{% sign "ok" %}')
    assert 'role="img" aria-label="passed"' in shown('{% sign "ok" "passed" %}')


def test_a_long_digest_is_shortened_and_copied_whole() -> None:
    html = shown("{% digest digest %}", digest=DIGEST)
    assert ">5e1b0000…a04c</span>" in html
    assert f'data-copy="{DIGEST}"' in html
    assert ">0123456789abcdef</span>" in shown('{% digest "0123456789abcdef" %}')


@pytest.mark.parametrize(
    ("expires_at", "words", "is_bad"),
    [
        (NOW + timedelta(days=3), "in 3 days", False),
        (NOW - timedelta(days=2), "expired 2 days ago", True),
        (NOW, "expired less than a minute ago", True),
    ],
)
def test_an_expiry_has_its_date_and_how_far_away_it_is(
    expires_at: datetime, words: str, is_bad: bool
) -> None:
    html = shown("{% expiry at now %}", at=expires_at)
    assert words in html
    assert ("is-bad" in html) is is_bad
    assert f"{expires_at.day} Nov 2026" in html


def test_an_expiry_that_nobody_stated_is_told() -> None:
    assert "not stated" in shown("{% expiry at now %}", at=None)
    assert "never" in shown("{% when at now %}", at=None)


def test_an_instant_is_told_in_three_forms() -> None:
    assert shown("{{ now|instant }}") == "21 Nov 2026 12:00 UTC"
    assert shown("{{ now|short_instant }}") == "21 Nov 12:00 UTC"
    assert shown("{{ now|stamp }}") == "2026-11-21T12:00:00Z"
    assert shown("{{ at|instant }}{{ at|stamp }}", at=None) == ""


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("{% threshold 2 3 %}", "<b>2</b> of 3"),
        ("{% threshold 2 3 2 %}", ">2 signed<"),
        ("{% threshold 2 3 1 %}", ">1 signed, 1 missing<"),
        ("{% threshold 1000 16384 %}", "<b>1,000</b> of 16,384"),
    ],
)
def test_a_threshold_says_how_many_of_how_many(tag: str, words: str) -> None:
    assert words in shown(tag)


@pytest.mark.parametrize(
    ("share", "value"),
    [(0.5, 'value="50"'), (-1.0, 'value="100"'), (7.0, 'value="100"'), (None, "")],
)
def test_life_left_is_a_share_of_it(share: float | None, value: str) -> None:
    html = shown('{% life share "ok" %}', share=share)
    assert value in html
    assert bool(html) is (share is not None)


@pytest.mark.parametrize(
    ("asked", "changes", "query"),
    [
        ("", "q='a b'", "?q=a+b"),
        ("q=a&after=x&page=2", "after=None", "?q=a"),
        ("q=a&q=b", "state='failing'", "?q=a&amp;q=b&amp;state=failing"),
        ("q=a", "q=''", "/keys/"),
    ],
)
def test_a_query_string_is_changed_in_part(
    rf: RequestFactory, asked: str, changes: str, query: str
) -> None:
    request = rf.get(f"/keys/?{asked}")
    assert shown(f"{{% query {changes} %}}", request=request) == query


def test_a_filter_keeps_what_it_does_not_ask_and_starts_at_the_first_page(
    rf: RequestFactory,
) -> None:
    request = rf.get("/keys/", {"q": HOSTILE, "at": "2026-06-01T00:00:00Z", "after": "x"})
    html = shown("{% filter_bar fields %}", request=request, fields=[Field("q", "Name", HOSTILE)])
    assert '<input type="hidden" name="at" value="2026-06-01T00:00:00Z">' in html
    assert "after" not in html
    assert "<script" not in html
    assert "hx-get" not in html
    target = shown('{% filter_bar fields "list" %}', request=request, fields=[])
    assert 'hx-target="#list"' in target


def test_a_pager_leads_on_and_back_to_the_beginning(rf: RequestFactory) -> None:
    first = shown("{% pager after %}", request=rf.get("/keys/"), after="abc")
    assert 'href="?after=abc"' in first
    assert "First page" not in first
    last = shown("{% pager after '3 keys' %}", request=rf.get("/keys/?after=abc"), after=None)
    assert "First page" in last
    assert "Next page" not in last
    assert shown("{% pager after %}", request=rf.get("/keys/"), after=None).strip() == ""


def test_a_filter_bar_shows_what_is_chosen() -> None:
    field = Field("state", "State", "failing", (("", "any"), ("failing", "failing")))
    request = RequestFactory().get("/keys/")
    request.GET = QueryDict("state=failing")
    html = shown("{% filter_bar fields %}", request=request, fields=[field])
    assert '<option value="failing" selected>' in html
    assert "Show all" in html


@pytest.mark.parametrize(
    ("query", "rows", "is_there"),
    [("", (), False), ("", (1,), True), ("q=x", (), True), ("after=abc", (), True)],
)
def test_a_filter_bar_stands_where_something_could_be_found(
    rf: RequestFactory, query: str, rows: tuple[int, ...], *, is_there: bool
) -> None:
    field = Field("q", "Name", "x" if "q" in query else "")
    html = shown(
        "{% filter_bar fields 'list' rows %}",
        request=rf.get(f"/keys/?{query}"),
        fields=[field],
        rows=rows,
    )
    assert ("<form" in html) == is_there


@pytest.mark.parametrize("name", STYLESHEETS)
def test_every_stylesheet_that_is_linked_exists(name: str) -> None:
    assert finders.find(f"css/{name}.css")


def test_every_stylesheet_that_exists_is_linked() -> None:
    folder = Path(str(finders.find("css/tokens.css"))).parent
    there = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.css")}
    assert there == set(STYLESHEETS)


def test_the_choices_of_a_filter_are_escaped_and_one_is_chosen() -> None:
    field = Field("source", "Source", "7", (("", "every <source>"), ("7", HOSTILE), ("8", "b")))
    html = shown("{% options field %}", field=field)
    assert html.startswith(
        '<option value="">every &lt;source&gt;</option><option value="7" selected>'
    )
    assert html.count("selected") == 1
    assert "<script>" not in html
