"""Evidence judged at another instant."""

import pytest

from tests.simulators.kept import made_once
from tests.simulators.onlookers import STRANGER, onlooker
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.core.trace import TrustState
from trustui.pages.judging import judged_again
from trustui.pages.moment import Moment
from trustui.verdicts.models import Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
@made_once
def watched() -> Watched:
    found = Watched(vendor())
    found.crawl(START + DAY)
    return found


def test_time_alone_makes_another_answer_and_nothing_is_stored(watched: Watched) -> None:
    (row,) = watched.verdicts
    moment = Moment(START + 2 * DAY, START + 2 * DAY, START + 30 * DAY)
    answer = judged_again(onlooker(watched), moment, watched.source.pk, row.pk)
    assert answer is not None
    assert answer.trust_state is TrustState.FAILING
    assert (answer.at, answer.valid_at) == (moment.at, moment.valid_at)
    assert Verdict.objects.count() == 1


def test_for_a_stranger_nothing_is_judged(watched: Watched) -> None:
    (row,) = watched.verdicts
    moment = Moment(START + 2 * DAY, START + 2 * DAY, START + 30 * DAY)
    assert judged_again(STRANGER, moment, watched.source.pk, row.pk) is None


def test_a_verdict_that_was_not_in_force_is_not_judged(watched: Watched) -> None:
    (row,) = watched.verdicts
    moment = Moment(START + 2 * DAY, START, START + 30 * DAY)
    assert judged_again(onlooker(watched), moment, watched.source.pk, row.pk) is None
