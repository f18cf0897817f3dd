"""The links of the rail."""

from trustui.web.frame import Group, Item
from trustui.web.templatetags.frame import rail_links

NOW = Item("Now", "/now/", 1_204, is_bad=True, is_here=False)
KEYS = Item("Keys & co", "/keys/", 3, is_bad=False, is_here=True)
HELP = Item("Help", "/help/", 0, is_bad=False, is_here=False)
GROUPS = [Group("", [NOW, KEYS]), Group("Record", [HELP])]


def test_each_line_leads_on_with_the_instant_and_tells_how_much_there_is() -> None:
    html = rail_links(GROUPS, "?at=x&valid_at=y", is_now=True)
    assert '<a href="/now/?at=x&amp;valid_at=y"><span>Now</span>' in html
    assert '<span class="count is-bad">1,204</span>' in html
    assert 'aria-current="page"><span>Keys &amp; co</span> <span class="count">3</span>' in html
    assert "<span>Help</span></a>" in html
    assert html.count("<h2>") == 1
    assert html.count("<ul>") == html.count("</ul>") == 2


def test_in_the_past_nothing_is_counted() -> None:
    assert "count" not in rail_links(GROUPS, "?at=x", is_now=False)
