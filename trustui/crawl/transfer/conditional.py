"""Conditional requests: asking for a document only if it is another than the one we have.

Source: RFC 9110 §8.8 (validators), §13.1 (If-None-Match, If-Modified-Since), §15.4.5 (304).
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from trustui.crawl.transfer.dates import http_date

MAX_VALIDATOR_BYTES = 256
"""Honest ones stay below 100; the text is a stranger's, is stored and is sent back."""
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
"""RFC 9110 §8.8.3, without the bytes above ASCII that it allows."""
_ONE_SECOND = timedelta(seconds=1)


class Unchanged(msgspec.Struct, frozen=True):
    """The place says that the document is still the one that ``validator`` was given with.

    It is the place's word and no more: a place that lies so could as well send the old bytes.
    ``validator`` is what to ask with next time; times as in `Document`.
    """

    location: str
    seen_at: datetime
    validator: str
    served_at: datetime | None = None


def validator_of(tags: Sequence[str], modified: Sequence[str], served: str) -> str:
    """What the fields ETag, Last-Modified and Date give to ask with next time, or "".

    A tag is taken before a date (RFC 9110 §13.1.3). A date counts only where the document was
    at least one second old when it was sent: else it may have changed again within that second
    (§8.8.2.2).
    """
    if tags:
        return tags[0] if len(tags) == 1 and _is_tag(tags[0]) else ""
    changed = http_date(modified[0]) if len(modified) == 1 else None
    sent = http_date(served)
    if changed is None or sent is None or sent - changed < _ONE_SECOND:
        return ""
    return modified[0]


def condition(validator: str) -> str:
    """The header line that asks with ``validator``; "" for what no answer of ours ever gave."""
    if _is_tag(validator):
        return f"If-None-Match: {validator}"
    if http_date(validator) is not None:
        return f"If-Modified-Since: {validator}"
    return ""


def _is_tag(text: str) -> bool:
    return len(text) <= MAX_VALIDATOR_BYTES and _ENTITY_TAG.fullmatch(text) is not None
