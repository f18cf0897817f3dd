"""Signed entry timestamps: a log's promise, with its clock, to take an entry in (rekor, pkg/api)."""

import base64

from trustui.core.pki.authorities import Log
from trustui.core.primitives.canonical_json import encode_sorted
from trustui.core.tlog.entries import LogEntry


def promise_holds(entry: LogEntry, log: Log) -> bool:
    """Whether the entry carries a promise that this log signed; it covers the time and the body."""
    if entry.promise is None or entry.integrated_time is None:
        return False
    promised = {
        "body": base64.b64encode(entry.body).decode(),
        "integratedTime": int(entry.integrated_time.timestamp()),
        "logID": entry.log_id.hex(),
        "logIndex": entry.log_index,
    }
    return log.key.verifies(entry.promise, encode_sorted(promised))
