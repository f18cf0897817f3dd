"""Is something still valid at an instant?"""

from datetime import datetime

from trustui.core.primitives.instants import span_in_words, write_instant
from trustui.core.trace import Judgement, failed, passed


def judge_expiry(what: str, expires: datetime, at: datetime) -> Judgement:
    """Valid strictly before `expires`; both in UTC. At the very instant it has expired."""
    span = span_in_words(expires - at)
    stated, now = write_instant(expires), write_instant(at)
    if at >= expires:
        return failed(
            f"{what} expired {span} before the instant of this check",
            expected=f"an expiry after {now}",
            found=stated,
        )
    return passed(
        f"{what} is valid for another {span}", expected=f"an expiry after {now}", found=stated
    )
