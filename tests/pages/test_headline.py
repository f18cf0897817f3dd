"""The answer in one line."""

from datetime import datetime, timedelta

import pytest

from tests.simulators.answers import AT, FAILED, UNDECIDED, answer, step, verified_answer
from tests.simulators.watched import DAY, START, WEEK, vendor
from trustui.check_pages import load_pages
from trustui.core.trace import TrustState
from trustui.pages.facts import facts
from trustui.pages.headline import Headline, Span, headline
from trustui.verdicts.answers import Answer


def of(found: Answer, span: Span | None, now: datetime) -> Headline:
    return headline(found, facts(found, None, None, now), load_pages(), span, now)


def test_it_says_what_is_wrong_and_since_when() -> None:
    now = START + WEEK + 2 * DAY
    told = of(verified_answer(vendor(), now), Span(START + WEEK), now)
    assert told.title == "Failing for 2 days: the timestamp has expired"
    assert told.sign == "bad"
    assert told.lead == (
        "A client that updates now refuses everything from here, as it must. "
        "Signatures and keys and the anchor are sound. "
        "Get the timestamp renewed: the maintainers must run the signing job again and see why "
        "it stopped."
    )


def test_a_verdict_that_is_over_is_told_as_past() -> None:
    found = verified_answer(vendor(), START + WEEK)
    told = of(found, Span(START + WEEK, START + WEEK + timedelta(hours=3)), START + 90 * DAY)
    assert told.title == "Failed for 3 hours: the timestamp has expired"


def test_asked_only_once_it_names_no_time() -> None:
    told = of(verified_answer(vendor(), START + WEEK), None, START + WEEK)
    assert told.title == "Failing: the timestamp has expired"


def test_a_sound_repository_is_told_with_its_time() -> None:
    told = of(verified_answer(vendor(), START + DAY), Span(START), START + DAY)
    assert told.title == "Verified for 1 day"
    assert told.sign == "ok"


def test_a_role_below_is_named_and_the_rest_left_alone() -> None:
    failed = step(
        "tuf.delegation.signature.threshold", FAILED, on="cranes v3", group="targets → cranes"
    )
    told = of(answer(failed, state=TrustState.FAILING), None, AT)
    assert told.title == "Failing: the role cranes is signed by too few keys"
    assert told.lead.startswith("A client refuses every file that cranes lists")


@pytest.mark.parametrize(
    ("state", "check", "title"),
    [
        (
            TrustState.NOT_TRUSTED,
            "tuf.root.anchor",
            "Signed, not trusted: nobody has pinned a root",
        ),
        (
            TrustState.COULD_NOT_CHECK,
            "tuf.timestamp.fetch",
            "Could not be checked: the timestamp cannot be had",
        ),
    ],
)
def test_what_is_undecided_is_never_told_as_failing(
    state: TrustState, check: str, title: str
) -> None:
    told = of(answer(step(check, UNDECIDED), state=state), None, AT)
    assert told.title == title
    assert told.sign == "unknown"


def test_what_expires_soon_says_what_and_when() -> None:
    soon = step("x.freeze.expired", found="2026-11-20T17:00:00Z", on="timestamp v4")
    told = of(answer(soon, state=TrustState.EXPIRES_SOON), Span(AT), AT)
    assert told.title == "Verified, expires soon: timestamp v4, in 5 hours"


def test_a_check_without_a_page_is_told_by_its_own_words() -> None:
    failed = step("notary.gun.read", FAILED, because="no certificate of the store signed it")
    told = of(answer(failed, state=TrustState.FAILING), None, AT)
    assert told.title == "Failing: no certificate of the store signed it"


@pytest.mark.parametrize("state", list(TrustState))
def test_every_state_has_words(state: TrustState) -> None:
    told = of(answer(step(), state=state), Span(AT - 2 * DAY), AT)
    assert told.title[0].isupper()
    assert "_" not in told.title


def test_hostile_names_are_visible_and_short() -> None:
    failed = step("tuf.delegation.freeze.expired", FAILED, on=f"{'a' * 500}\u202e v1")
    told = of(answer(failed, state=TrustState.FAILING), None, AT)
    assert len(told.title) < 200
    assert "\u202e" not in told.title
