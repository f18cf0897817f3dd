"""Verifying again from the store, when not the place but time, anchor or verifier changed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from trustui.core.facts import Document, Problem
from trustui.core.formats.tuf.repository import Anchor, AnchorOrigin, Question
from trustui.core.formats.tuf.states import trust_state
from trustui.core.formats.tuf.verify import verify
from trustui.core.primitives.text import visible
from trustui.core.trace import collect, trace
from trustui.verdicts.concluding import Concluded, conclude
from trustui.verdicts.conclusions import Conclusion, concluded
from trustui.verdicts.models import Cause
from trustui.verdicts.remembering import Remembered, load

MAX_SUBJECT = 4096
"""Characters of a location that a trace shows, as a crawl's."""


def reverify(source_ids: Sequence[int], cause: Cause, now: datetime) -> Concluded:
    """Conclude again about sources from what the store has of them; no network."""
    conclusions = [verified_again(one, cause, now) for one in load(source_ids)]
    with transaction.atomic():
        return conclude(conclusions, now)


def verified_again(remembered: Remembered, cause: Cause, at: datetime) -> Conclusion:
    """What the same evidence means at an instant (UTC). No database."""
    order, place = remembered.order, remembered.place
    root: Document | Problem = order.root or place.first_root()
    origin = order.root_origin if order.root is not None else AnchorOrigin.NOBODY
    question = Question(Anchor(root, origin), at, order.trusted)
    events, repository = collect(verify, question, place.ask)
    found = trace(visible(order.location, MAX_SUBJECT), at, at, events)
    return concluded(
        source_id=order.source_id,
        anchor_id=order.anchor_id,
        crawl_id=remembered.crawl_id,
        cause=cause,
        trace=found,
        state=trust_state(found, repository),
        repository=repository,
        looked=place.looked,
        changes=remembered.changes,
        basis=remembered.basis,
    )
