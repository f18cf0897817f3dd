"""The verdict page."""

import json

import pytest
from django.test import Client

from tests.simulators.kept import made_once
from tests.simulators.onlookers import time_passes
from tests.simulators.people import HIDDEN_NAME, Cast, new_user, sign_in
from tests.simulators.watched import DAY, START, WEEK, Watched, vendor
from trustui.accounts.models import Role
from trustui.demo.publisher import Publisher
from trustui.verdicts.history import trace_of

pytestmark = pytest.mark.django_db


@pytest.fixture
@made_once
def lapsed() -> Watched:
    watched = Watched(vendor(), name="vendor-updates")
    watched.crawl(START + DAY)
    time_passes(watched, START + WEEK + DAY)
    return watched


@pytest.fixture
def client_of(lapsed: Watched) -> Client:
    return sign_in(Client(), new_user("olive", lapsed.source.team, Role.VIEWER))


def address(watched: Watched, number: int = -1) -> str:
    return f"/sources/{watched.source.pk}/verdicts/{watched.verdicts[number].pk}/"


def test_the_title_is_the_answer(lapsed: Watched, client_of: Client) -> None:
    text = client_of.get(address(lapsed)).content.decode()
    assert ": the timestamp has expired</bdi></h1>" in text
    assert "What changed just before" in text
    assert '<details class="step-details" open>' in text
    assert "would pass" in text
    assert "sha256" not in text.split("<main")[0]


def test_its_text_is_for_a_ticket(lapsed: Watched, client_of: Client) -> None:
    answer = client_of.get(f"{address(lapsed)}text/")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().endswith(f"http://testserver{address(lapsed)}\n")


def test_its_json_is_what_was_stored(lapsed: Watched, client_of: Client) -> None:
    answer = client_of.get(f"{address(lapsed)}json/")
    assert answer.content == trace_of(lapsed.verdicts[-1].pk)
    assert json.loads(answer.content)["outcome"] == "failed"


def test_htmx_gets_the_waterfall_alone(lapsed: Watched, client_of: Client) -> None:
    text = client_of.get(address(lapsed), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text
    assert 'id="waterfall"' in text


def test_an_earlier_verdict_leads_to_what_came_after(lapsed: Watched, client_of: Client) -> None:
    text = client_of.get(address(lapsed, 0)).content.decode()
    assert "This was the verdict from" in text
    assert address(lapsed, -1) in text


def test_the_instant_stays_in_the_links(lapsed: Watched, client_of: Client) -> None:
    text = client_of.get(f"{address(lapsed, 0)}?at=2026-03-04T00:00:00Z").content.decode()
    assert "This was the verdict" not in text
    assert "json/?at=2026-03-04T00%3A00%3A00Z" in text
    assert client_of.get(f"{address(lapsed)}?at=2026-03-04T00:00:00Z").status_code == 404


@pytest.mark.parametrize("part", ["", "text/", "json/"])
def test_for_another_team_there_is_none(cast: Cast, part: str) -> None:
    examples = cast.other.examples
    there = f"/sources/{examples['source_id']}/verdicts/{examples['verdict_id']}/{part}"
    answer = cast.as_role(Role.ADMINISTRATOR).get(there)
    assert answer.status_code == 404
    assert HIDDEN_NAME not in answer.content.decode().replace(there, "")


def test_hostile_names_are_text_and_visible() -> None:
    name = "<img src=x onerror=alert(1)>\u202e"
    repo = Publisher("hostile", START)
    repo.add_delegation("targets", name, keys=2, threshold=2, paths=["a/*"])
    repo.sign_with_only(name, 1)
    repo.publish(START)
    watched = Watched(repo, name="hostile")
    watched.crawl(START + DAY)
    client = sign_in(Client(), new_user("olive", watched.source.team, Role.VIEWER))
    text = client.get(address(watched)).content.decode()
    assert "<img src=x" not in text
    assert "\u202e" not in text
    assert "\\u{202E}" in text
    assert "&lt;img src=x" in text


def test_a_large_repository_is_laid_out_in_part_and_whole_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repo = Publisher("large", START)
    for number in range(12):
        repo.add_delegation("targets", f"team-{number:02d}", paths=[f"{number}/*"])
    repo.publish(START)
    watched = Watched(repo, name="large")
    watched.crawl(START + DAY)
    client = sign_in(Client(), new_user("olive", watched.source.team, Role.VIEWER))
    text = client.get(address(watched)).content.decode()
    assert "and 9 more, all passed: delegations of targets" in text
    assert "every=1#waterfall" in text
    whole = client.get(f"{address(watched)}?every=1").content.decode()
    assert "team-11" in whole
    assert "every=1" not in whole
    assert "All steps, as JSON" not in whole
    monkeypatch.setattr("trustui.verdicts.answers.MOST_OF_EVERY", 10)
    most = client.get(f"{address(watched)}?every=1").content.decode()
    assert "more, all passed: delegations of targets" in most
    assert f'href="{address(watched)}json/">All steps, as JSON</a>' in most
