"""The answer about an artefact in one line."""

from datetime import timedelta

import msgspec
import pytest

from tests.simulators.images import NOW
from tests.simulators.logged import only_logged
from trustui.check_pages import load_pages
from trustui.core.trace import Outcome, TrustState
from trustui.pages.headline import Span
from trustui.pages.images.answer import ImageAnswer
from trustui.pages.images.headline import artefact_headline, artefact_title, what_for_clients
from trustui.pages.images.standing import NOTHING
from trustui.pages.words import state_of
from trustui.verdicts.answers import AnswerStep

STEP = AnswerStep("bundle.identity", Outcome.FAILED, "signature", "the subject is another", "", "g")


def answer(state: TrustState) -> ImageAnswer:
    return ImageAnswer("x", "image", NOW, NOW, Outcome.FAILED, state, (STEP,), ())


@pytest.mark.parametrize("state", list(TrustState))
def test_every_state_has_its_title_and_its_meaning_for_clients(state: TrustState) -> None:
    head = artefact_headline(answer(state), Span(NOW - timedelta(days=2)), load_pages(), NOW)
    assert head.title
    assert head.lead
    standing = msgspec.structs.replace(
        NOTHING, trust_state=str(state), state=state_of(state), since=NOW - timedelta(days=2)
    )
    assert artefact_title(standing, answer(state), NOW)
    assert what_for_clients(standing, answer(state))


def test_a_failure_says_since_when_and_why_and_whether_it_is_over() -> None:
    since = NOW - timedelta(days=2)
    failing = answer(TrustState.FAILING)
    now = artefact_headline(failing, Span(since), load_pages(), NOW)
    over = artefact_headline(failing, Span(since, NOW - timedelta(days=1)), load_pages(), NOW)
    assert now.title == "Failing for 2 days: somebody else signed than was expected"
    assert over.title == "Failed for 1 day: somebody else signed than was expected"
    assert artefact_title(NOTHING, None, NOW) == "Not checked yet"


def test_what_the_policy_only_logs_is_said_and_that_clients_accept_it() -> None:
    found = only_logged()
    head = artefact_headline(found, Span(NOW - timedelta(days=2)), load_pages(), NOW)
    assert head.sign != "ok"
    assert head.title.startswith("Signed, not trusted for 2 days: ")
    assert (
        head.lead == "A client with this policy accepts it all the same: the policy only logs this."
    )
    standing = msgspec.structs.replace(NOTHING, trust_state=str(found.trust_state))
    assert what_for_clients(standing, found) == head.lead
    assert what_for_clients(NOTHING, found) != head.lead
