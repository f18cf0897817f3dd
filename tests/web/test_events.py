"""The pages of the event log."""

import json
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import Client

from tests.simulators.people import HIDDEN_NAME, Cast
from tests.simulators.watched import START
from trustui.accounts.models import Role, Team
from trustui.events.models import Event
from trustui.events.sealing import seal
from trustui.events.services import record
from trustui.events.signing_key import log_signer

pytestmark = pytest.mark.django_db


def tell(team: Team, subject: str = "vendor") -> Event:
    with transaction.atomic():
        return record(
            kind="source.added",
            at=START,
            actor="person:mira",
            subject=subject,
            detail={"location": "https://vendor.example/"},
            team_id=team.pk,
        )


def test_the_list_tells_who_did_what(signed_in: Client, platform: Team) -> None:
    tell(platform, "<b>vendor</b>\u202e")
    text = signed_in.get("/events/").content.decode()
    assert "&lt;b&gt;vendor&lt;/b&gt;\\u{202E} was added as a source" in text
    assert "not sealed" in text


def test_ages_are_told_as_of_the_instant_that_is_looked_at(
    signed_in: Client, platform: Team
) -> None:
    tell(platform)
    text = signed_in.get("/events/?at=2026-03-03T00:00:00Z").content.decode()
    assert "1 day ago</time>" in text


def test_the_list_alone_is_a_part(signed_in: Client, platform: Team) -> None:
    tell(platform)
    text = signed_in.get("/events/?who=mira", headers={"HX-Request": "true"}).content.decode()
    assert text.strip().startswith('<div id="events-list"')
    assert "vendor was added" in text


def test_nothing_found_says_what_would_be_here(signed_in: Client) -> None:
    assert "No event is like that" in signed_in.get("/events/?who=nobody").content.decode()


@pytest.mark.parametrize("query", ["kind=nothing", "from=yesterday", "after=nonsense", "source=x"])
def test_a_filter_that_cannot_be_used_is_told(signed_in: Client, query: str) -> None:
    answer = signed_in.get(f"/events/?{query}")
    assert answer.status_code == 400
    assert "expected" in answer.content.decode()


def test_an_event_shows_its_place_in_the_log(signed_in: Client, platform: Team) -> None:
    row = tell(platform)
    seal(datetime.now(UTC), log_signer())
    text = signed_in.get(f"/events/{row.pk}/").content.decode()
    assert "the checkpoint of 1 events" in text or "the checkpoint of 1 event" in text
    assert "https://vendor.example/" in text


def test_an_event_of_another_team_is_not_found(cast: Cast) -> None:
    there = f"/events/{cast.other.examples['event_id']}/"
    assert cast.as_role(Role.ADMINISTRATOR).get(there).status_code == 404


def test_the_checkpoint_says_how_to_verify_it(signed_in: Client, platform: Team) -> None:
    tell(platform)
    seal(datetime.now(UTC), log_signer())
    text = signed_in.get("/events/checkpoint/").content.decode()
    assert "1 event sealed" in text
    assert "trustui events verify --against" in text
    assert str(log_signer().verifier) in text.replace("&#x2B;", "+")


def test_the_note_alone_is_byte_for_byte(signed_in: Client, platform: Team) -> None:
    tell(platform)
    made = seal(datetime.now(UTC), log_signer())
    assert made is not None
    answer = signed_in.get("/events/checkpoint/text/?size=1")
    assert answer.content.decode() == made.note
    assert signed_in.get("/events/checkpoint/text/?size=2").status_code == 404
    assert signed_in.get("/events/checkpoint/?size=x").status_code == 404


def test_before_anything_is_sealed_the_checkpoint_says_so(signed_in: Client) -> None:
    assert "Nothing is sealed yet" in signed_in.get("/events/checkpoint/").content.decode()
    assert signed_in.get("/events/checkpoint/text/").status_code == 404


def test_an_export_is_streamed_and_holds_nothing_of_others(cast: Cast) -> None:
    seal(datetime.now(UTC), log_signer())
    answer = cast.as_role(Role.VIEWER).get("/events/export/?kind=source.changed")
    assert answer.streaming
    text = answer.getvalue().decode()
    assert [json.loads(line)["record"]["kind"] for line in text.splitlines()] == ["source.changed"]
    assert HIDDEN_NAME not in text


def test_an_export_with_a_filter_that_cannot_be_used_is_refused(signed_in: Client) -> None:
    assert signed_in.get("/events/export/?from=yesterday").status_code == 400
