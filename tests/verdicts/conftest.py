"""Sources whose verdicts are looked at."""

from collections.abc import Callable

import pytest
from django.db import transaction

from tests.simulators.watched import DAY, START, Watched
from trustui.verdicts.concluding import Concluded, conclude
from trustui.verdicts.models import Cause
from trustui.verdicts.remembering import load
from trustui.verdicts.reverifying import verified_again


@pytest.fixture
def late_reverification() -> Callable[[Watched], Callable[[], Concluded]]:
    """Verifies again what is stored now; the conclusion is written when the test wants it."""

    def begin(watched: Watched) -> Callable[[], Concluded]:
        (remembered,) = load([watched.source.pk])
        conclusion = verified_again(remembered, Cause.TIME, START + 8 * DAY)

        def end() -> Concluded:
            with transaction.atomic():
                return conclude([conclusion], START + 8 * DAY)

        return end

    return begin
