"""The page of findings."""

from tests.simulators.people import HIDDEN_NAME, Cast
from tests.simulators.watched import START
from trustui.accounts.models import Role
from trustui.check_pages import load_pages
from trustui.inventory.models import Source
from trustui.inventory.text import identity
from trustui.verdicts.models import Finding

KNOWN = min(one.id for one in load_pages().values() if one.kind == "finding")


def add(source: Source, on: str) -> None:
    Finding.objects.create(
        source=source,
        check_id=KNOWN,
        on=on,
        on_id=identity(on),
        severity="high",
        because=f"because of {on}",
        first_seen_at=START,
        last_seen_at=START,
    )


def test_the_list_links_to_the_source_and_to_the_help(cast: Cast) -> None:
    add(cast.own.source, "<b>\u202e")
    add(cast.other.source, HIDDEN_NAME)
    text = cast.as_role(Role.VIEWER).get("/findings/?severity=high").content.decode()
    assert f'href="/help/checks/{KNOWN}/"' in text
    assert f'href="/sources/{cast.own.source.pk}/"' in text
    assert "<bdi>&lt;b&gt;\\u{202E}</bdi>" in text
    assert "1 Mar 2026" in text
    assert HIDDEN_NAME not in text


def test_a_filter_that_finds_nothing_says_so(cast: Cast) -> None:
    add(cast.own.source, "targets")
    client = cast.as_role(Role.VIEWER)
    text = client.get("/findings/?check=no.such").content.decode()
    assert "No finding is like this" in text
    assert '<option value="no.such" selected>' in text
    part = client.get(f"/findings/?check={KNOWN}", headers={"HX-Request": "true"})
    assert part.content.decode().startswith('<div class="stack" id="findings">')


def test_nothing_open_says_so(cast: Cast) -> None:
    Finding.objects.all().delete()
    text = cast.as_role(Role.VIEWER).get("/findings/").content.decode()
    assert "<h1>No finding is open</h1>" in text


def test_a_cursor_that_no_list_gave_is_refused(cast: Cast) -> None:
    answer = cast.as_role(Role.VIEWER).get("/findings/?after=x")
    assert answer.status_code == 400
    assert "after: expected" in answer.content.decode()
