"""Four facts about an artefact that are often confused."""

from tests.simulators.logged import only_logged
from tests.simulators.port import Port
from trustui.core.oci.places import Place, PlaceAnswer, PlaceState
from trustui.pages.images.answer import read_image_answer
from trustui.pages.images.facts import image_facts
from trustui.verdicts.image_history import trace_of
from trustui.verdicts.models import ArtefactVerdict


def test_each_fact_is_told_of_a_good_and_of_a_refused_one(suite: Port) -> None:
    now = suite.now.at
    told = {}
    for tag in ("7.2.0", "7.3.0-rc1"):
        row = ArtefactVerdict.objects.get(digest=suite.digest(tag))
        answer = read_image_answer(trace_of(row.pk))
        facts = image_facts(answer, "policy, version 1", answer.places, now, now)
        assert [fact.label for fact in facts] == ["Signatures", "Policy", "Signed", "Reach"]
        told[tag] = [fact.sign for fact in facts]
    assert told == {"7.2.0": ["ok", "ok", "ok", "ok"], "7.3.0-rc1": ["bad", "ok", "ok", "ok"]}


def test_what_nobody_looked_at_is_not_called_unsigned(suite: Port) -> None:
    silent = (PlaceAnswer(Place.REFERRERS, "", PlaceState.UNREADABLE, "429"),)
    facts = image_facts(None, "", silent, None, suite.now.at)
    assert [fact.word for fact in facts] == [
        "not checked", "not covered", "no time is proven", "1 of 1 place silent",
    ]  # fmt: skip
    assert image_facts(None, "", (), None, suite.now.at)[3].word == "not looked at"


def test_a_place_that_was_not_asked_has_not_answered(suite: Port) -> None:
    states = (PlaceState.EMPTY, PlaceState.NOT_OFFERED, PlaceState.NOT_LOOKED_AT)
    places = tuple(PlaceAnswer(Place.REFERRERS, "", state, "") for state in states)
    assert image_facts(None, "", places, None, suite.now.at)[3].word == "2 places answered"
    assert image_facts(None, "", places[2:], None, suite.now.at)[3].word == "not looked at"


def test_failures_that_are_only_logged_never_look_good(suite: Port) -> None:
    now = suite.now.at
    for answer, expected in (
        (only_logged(), ("soon", "1 with failures")),
        (only_logged(beside_a_good_one=True), ("ok", "2 good")),
    ):
        signatures = image_facts(answer, "policy, version 1", answer.places, now, now)[0]
        assert (signatures.sign, signatures.word) == expected
