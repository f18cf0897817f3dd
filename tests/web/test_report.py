"""The trust report as a page."""

from django.test import Client

from tests.simulators.people import HIDDEN_NAME, Cast
from trustui.accounts.models import Role


def of(cast: Cast, query: str = "") -> str:
    client: Client = cast.as_role(Role.VIEWER)
    answer = client.get(f"/sources/{cast.own.source.pk}/report/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_all_facts_stand_on_the_paper(cast: Cast) -> None:
    text = of(cast)
    verdict = cast.own.examples["verdict_id"]
    assert f"number {verdict}, made " in text
    for words in (
        "What it is verified from", "Roles and when they expire", "Keys that metadata names",
        "Findings", "Steps of the verification", "Documents that it rests on",
        "See it again", "Checkpoint of the event log", str(cast.own.examples["sha256"]),
    ):  # fmt: skip
        assert words in text, words
    assert '<span class="is-bad">cannot sign</span>' in text
    assert "<details" not in text.partition('<article class="report stack">')[2]
    assert HIDDEN_NAME not in text


def test_a_report_of_the_past_says_so(cast: Cast) -> None:
    text = of(cast, "?at=2026-01-01T00:00:00Z")
    assert "1 Jan 2026 00:00 UTC" in text
    assert "number " not in text
