"""The pages of keys."""

import pytest

from tests.simulators.people import HIDDEN_NAME, OWN_NAME, Cast
from tests.simulators.watched import Watched, vendor
from trustui.accounts.models import Role
from trustui.core.trace import Outcome
from trustui.inventory.models import Source, SourceKey
from trustui.inventory.text import identity
from trustui.verdicts.models import Verdict


def test_the_inventory_links_to_each_key(cast: Cast) -> None:
    text = cast.as_role(Role.VIEWER).get("/keys/").content.decode()
    assert f'href="/keys/{cast.own.examples["fingerprint"]}/"' in text
    assert f"/keys/{cast.other.examples['fingerprint']}/" not in text
    assert "in 1 source</h1>" in text


def test_a_key_tells_where_it_is_used_and_what_it_signed(cast: Cast) -> None:
    fingerprint = cast.own.examples["fingerprint"]
    text = cast.as_role(Role.VIEWER).get(f"/keys/{fingerprint}/").content.decode()
    assert f"of {OWN_NAME}</h1>" in text
    assert f'In <a href="/sources/{cast.own.source.pk}/"><bdi>{OWN_NAME}</bdi></a>' in text
    assert "If it is lost" in text
    assert "If it is stolen" in text
    assert "It goes by several ids" not in text
    assert HIDDEN_NAME not in text


def test_where_not_everything_passed_what_a_key_is_worth_comes_after_the_page(cast: Cast) -> None:
    client, source = cast.as_role(Role.VIEWER), cast.own.source
    Verdict.objects.update(outcome=Outcome.FAILED)
    address = f"/keys/{cast.own.examples['fingerprint']}/"
    text = client.get(address).content.decode()
    assert "If it is lost" not in text
    part = f"?in={source.pk}"
    assert f'hx-get="{part}" hx-trigger="load"' in text
    assert f'<a href="{part}">Verify it' in text  # for whoever has no script
    told = client.get(f"{address}{part}", headers={"HX-Request": "true"}).content.decode()
    assert "<title>" not in told
    assert "If it is lost" in told
    alone = client.get(f"{address}{part}").content.decode()
    assert "If it is lost" in alone
    assert "hx-trigger" not in alone


def test_what_is_verified_of_a_repository_may_not_name_the_key(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, source = cast.as_role(Role.VIEWER), cast.own.source
    address = f"/keys/{cast.own.examples['fingerprint']}/?in={source.pk}"
    Verdict.objects.update(outcome=Outcome.FAILED)
    monkeypatch.setattr("trustui.pages.key.known", lambda *_: None)
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.get(address, headers=headers)
        assert "it is worth nothing there" in answer.content.decode()


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


def test_where_no_key_is_known_a_source_is_added_by_whoever_may(cast: Cast) -> None:
    Source.objects.all().delete()
    assert 'href="/sources/add/"' in (
        cast.as_role(Role.RELEASE_MANAGER).get("/keys/").content.decode()
    )
    assert 'href="/sources/add/"' not in cast.as_role(Role.VIEWER).get("/keys/").content.decode()


def test_a_list_that_is_narrowed_to_nothing_says_so(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    text = client.get("/keys/?kind=shared").content.decode()
    assert "No key is like this" in text
    part = client.get("/keys/?text=0", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<div class="stack" id="keys">')
    source = cast.own.source.pk
    assert f"Only those that <b><bdi>{OWN_NAME}</bdi></b> names" in (
        client.get(f"/keys/?source={source}").content.decode()
    )
    theirs = client.get(f"/keys/?source={cast.other.source.pk}").content.decode()
    assert HIDDEN_NAME not in theirs


def test_the_keys_of_a_repository_stand_against_its_roles(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    text = client.get(f"/sources/{cast.own.source.pk}/keys/").content.decode()
    assert 'aria-label="signs what is served"' in text
    assert "nobody can sign <bdi>timestamp</bdi>" in text
    assert f'href="/keys/{cast.own.examples["fingerprint"]}/"' in text
    assert client.get(f"/sources/{cast.other.source.pk}/keys/").status_code == 404


def test_one_repository_of_a_key_is_told_alone(cast: Cast) -> None:
    client = cast.as_role(Role.VIEWER)
    address = f"/keys/{cast.own.examples['fingerprint']}/"
    assert client.get(f"{address}?in={cast.own.source.pk}").status_code == 200
    assert client.get(f"{address}?in=x").status_code == 200


def test_shared_keys_stand_against_the_sources(cast: Cast) -> None:
    name = SourceKey.objects.filter(source=cast.own.source)[0]
    second = Watched(vendor("second"), name="second")
    Source.objects.filter(pk=second.source.pk).update(team=cast.own.team)
    SourceKey.objects.create(
        source=second.source, keyid=name.keyid, keyid_id=name.keyid_id, key=name.key
    )
    text = cast.as_role(Role.VIEWER).get("/keys/").content.decode()
    assert "Keys that several sources share" in text
    assert "no role now" in text
