"""The pages of keys."""

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast
from trustui.accounts.models import Role
from trustui.inventory.models import SourceKey
from trustui.inventory.text import identity


def test_the_inventory_links_to_each_key(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/keys/").content.decode()
    assert f'href="/keys/{cast.own.examples["fingerprint"]}/"' in text
    assert f"/keys/{cast.other.examples['fingerprint']}/" not in text
    assert "in 1 source</h1>" in text


def test_a_key_tells_where_it_is_used_and_what_it_signed(cast: Cast) -> None:
    fingerprint = cast.own.examples["fingerprint"]
    text = cast.as_role(Role.VIEWER).get(f"/keys/{fingerprint}/").content.decode()
    assert "<h1>This key may sign 1 role</h1>" in text
    assert f'<a href="/sources/{cast.own.source.pk}/"><bdi>{OWN_NAME}</bdi></a>' in text
    assert "It goes by several ids" not in text
    assert HIDDEN_NAME not in text


def test_several_ids_are_flagged_and_hostile_ones_shown(cast: Cast) -> None:
    name = SourceKey.objects.filter(source=cast.own.source)[0]
    odd = '"><script>\u202e'
    SourceKey.objects.create(
        source=cast.own.source, keyid=odd, keyid_id=identity(odd), key=name.key
    )
    text = cast.as_role(Role.VIEWER).get(f"/keys/{name.key.fingerprint}/").content.decode()
    assert "It goes by several ids" in text
    assert "&quot;&gt;&lt;script&gt;\\u{202E}" in text
    assert '"><script>' not in text


def test_the_keys_of_others_do_not_exist(cast: Cast) -> None:
    client = cast.as_role(Role.ADMINISTRATOR)
    assert client.get(f"/keys/{cast.other.examples['fingerprint']}/").status_code == 404
    assert client.get(f"/keys/{'0' * 64}/").status_code == 404


def test_a_cursor_that_no_list_gave_is_refused(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    for address in ("/keys/", f"/keys/{cast.own.examples['fingerprint']}/"):
        answer = client.get(f"{address}?after=x")
        assert answer.status_code == 400
        assert "after: expected" in answer.content.decode()


def test_the_past_says_that_keys_are_told_as_of_now(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/keys/?at=2026-03-03T00:00:00Z").content.decode()
    assert "as they are known now" in text
