"""A browser is called as people call it."""

import pytest

from trustui.web.templatetags.browsers import browser

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "called"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox 145 on Linux",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/142.0.0.0 Safari/537.36",
            "Chrome 142 on Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/142.0 Safari/537.36 Edg/142.0.3595.94",
            "Edge 142 on Windows",
        ),
        (
            f"Mozilla/5.0 (X11; Linux x86_64) {KIT} Chrome/141.0 Safari/537.36 OPR/125.0.0.0",
            "Opera 125 on Linux",
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
                " (KHTML, like Gecko) Version/26.1 Safari/605.1.15"
            ),
            "Safari 26 on macOS",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15"
                " (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1"
            ),
            "Safari 26 on iPhone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {KIT} Chrome/142.0.0.0 Mobile Safari/537.36",
            "Chrome 142 on Android",
        ),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KIT} Chrome/142.0", "Chrome 142 on ChromeOS"),
        ("Firefox/145.0", "Firefox 145"),
    ],
)
def test_known_browsers_have_their_name_and_where_they_run(user_agent: str, called: str) -> None:
    assert browser(user_agent) == f'<span title="{user_agent}">{called}</span>'


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        ("", "<bdi>unknown</bdi>"),
        ("curl/8.5.0", "<bdi>curl/8.5.0</bdi>"),
        ("<b>\u202e", "<bdi>&lt;b&gt;\\u{202E}</bdi>"),
    ],
)
def test_whatever_else_says_what_it_is(user_agent: str, shown: str) -> None:
    assert browser(user_agent) == shown


def test_what_a_known_one_adds_cannot_be_mark_up() -> None:
    told = browser('"><script>\u202e Firefox/1')
    assert told == ('<span title="&quot;&gt;&lt;script&gt;\\u{202E} Firefox/1">Firefox 1</span>')
