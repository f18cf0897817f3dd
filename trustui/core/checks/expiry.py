"""Is something still valid at an instant?"""

from datetime import datetime, timedelta

from trustui.core.primitives.instants import span_in_words, write_instant
from trustui.core.trace import Judgement, failed, passed

_SECOND = timedelta(seconds=1)


def judge_expiry(what: str, expires: datetime, at: datetime) -> Judgement:
    """Valid strictly before `expires`; both in UTC. At the very instant it has expired."""
    span = expires - at
    words = span_in_words(span)
    stated, now = write_instant(expires), write_instant(at)
    if at >= expires:
        when = f"{words} before" if -span >= _SECOND else "at"
        return failed(
            f"{what} expired {when} the instant of this check",
            expected=f"an expiry after {now}",
            found=stated,
        )
    return passed(
        f"{what} is valid for another {words if span >= _SECOND else 'fraction of a second'}",
        expected=f"an expiry after {now}",
        found=stated,
    )
