"""The settings are read in one place, judged at the start, and documented."""

import re
from pathlib import Path

import pytest

from trustui.settings.environment import VARIABLES, Misconfigured, read_environment

DOCS = Path(__file__).resolve().parents[2] / "docs" / "operate" / "settings.md"


def test_nothing_has_to_be_set() -> None:
    environment = read_environment({"HOME": "/home/alice"})
    assert environment.data == Path("/home/alice/.local/share/trustui")
    assert environment.database_url == ""
    assert environment.local_roots == ()
    assert environment.debug is False


def test_what_is_given_is_read() -> None:
    environment = read_environment(
        {
            "TRUSTUI_DATA": "/var/lib/trustui",
            "DATABASE_URL": "postgresql://u:p@db:5432/trustui",
            "TRUSTUI_LOCAL_ROOTS": "/srv/a:/srv/b",
            "TRUSTUI_ALLOWED_HOSTS": "trust.example, www.example",
            "TRUSTUI_CRAWL_EVERY": "60",
            "TRUSTUI_DEBUG": "1",
        }
    )
    assert environment.local_roots == (Path("/srv/a"), Path("/srv/b"))
    assert environment.allowed_hosts == ("trust.example", "www.example")
    assert environment.crawl_every == 60
    assert environment.debug is True


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TRUSTUI_DATA", "relative"),
        ("TRUSTUI_DATA", "/a\0b"),
        ("DATABASE_URL", "mysql://a"),
        ("REDIS_URL", "http://a"),
        ("TRUSTUI_SECRET_KEY", "short"),
        ("TRUSTUI_LOCAL_ROOTS", "/srv:relative"),
        ("TRUSTUI_DEBUG", "yes"),
        ("TRUSTUI_CRAWL_EVERY", "9"),
        ("TRUSTUI_CRAWL_EVERY", "-60"),
        ("TRUSTUI_CRAWL_EVERY", "6\N{ARABIC-INDIC DIGIT ZERO}"),
        ("TRUSTUI_CRAWL_EVERY", "99999999999999999999"),
        ("TRUSTUI_LEASE", "1"),
        ("TRUSTUI_CRAWLS_AT_ONCE", "0"),
        ("TRUSTUI_DATABASE_CONNECTIONS", ""),
    ],
)
def test_what_cannot_be_used_is_named_with_what_was_expected(name: str, text: str) -> None:
    with pytest.raises(Misconfigured, match=f"^{name}: expected .+, found "):
        read_environment({"HOME": "/home/alice", name: text})


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(Misconfigured) as caught:
        read_environment({"HOME": "/h", "TRUSTUI_DEBUG": "x", "TRUSTUI_LEASE": "x"})
    assert len(str(caught.value).splitlines()) == 2


def test_a_secret_is_never_repeated() -> None:
    with pytest.raises(Misconfigured) as caught:
        read_environment({"HOME": "/h", "TRUSTUI_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_every_variable_is_documented_with_its_purpose_and_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*) \|$", DOCS.read_text(), re.MULTILINE))
    assert list(rows) == [variable.name for variable in VARIABLES]
    for variable in VARIABLES:
        assert variable.purpose in rows[variable.name]
        if variable.default:
            assert f"`{variable.default}`" in rows[variable.name]


def test_no_secret_stands_in_what_a_debug_page_shows_of_the_settings() -> None:
    given = {one.name: "canary" * 10 for one in VARIABLES if one.is_secret}
    given["REDIS_URL"] = "redis://:canary@127.0.0.1/0"
    given["DATABASE_URL"] = "postgresql://trustui:canary@127.0.0.1/trustui"
    told = repr(read_environment({"TRUSTUI_DATA": "/srv/trustui", **given}))
    assert "canary" not in told
    assert "redis_url='…'" in told
    assert "local_roots=()" in told
