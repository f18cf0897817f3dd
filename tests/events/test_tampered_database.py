"""Tamperings in a real database, by somebody who may drop its triggers."""

from random import Random

import pytest
from django.db import transaction

from tests.simulators.event_log import LOG_KEY, Act, Attacker, Cover, records, sealed
from tests.simulators.event_rows import put
from trustui.events.checking import check, check_log

EACH = 4
"""Times 25 ways are 100."""

LOG = sealed(records(24), (5, 12, 18, 24))
KNOWN = (LOG_KEY.verifier,)
EXPORTED = LOG.checkpoints[2]


@pytest.mark.django_db
@pytest.mark.usefixtures("without_triggers")
@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("cover", Cover)
def test_it_is_found_as_it_is_among_values(act: Act, cover: Cover) -> None:
    attacker = Attacker(Random(f"{act} {cover}"), below=EXPORTED.size)
    for _ in range(EACH):
        tampered = attacker.tamper(LOG, act, cover).log
        with transaction.atomic():
            put(tampered)
            report = check_log(KNOWN, [EXPORTED.note])
        assert not report.is_whole
        of_values = check(tampered.rows, tampered.checkpoints, KNOWN, [EXPORTED.note])
        assert report == of_values


@pytest.mark.django_db
@pytest.mark.usefixtures("without_triggers")
def test_a_copy_of_an_honest_log_is_whole_whatever_its_ids() -> None:
    put(LOG)
    assert check_log(KNOWN, [EXPORTED.note]).is_whole
