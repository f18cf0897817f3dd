"""A verdict as one JSON object: what `verify --json` prints and what is kept of a verdict."""

import msgspec

from trustui.core.primitives.instants import write_instant
from trustui.core.trace import Step, Trace, TrustState


def as_json(trace: Trace, kind: str, state: TrustState, **more: object) -> bytes:
    """One object with the members of DESIGN §8, UTF-8, ending in a newline.

    `more` are members that only answers of this kind have.
    """
    answer = {
        "subject": trace.subject,
        "kind": kind,
        "at": write_instant(trace.at),
        "valid_at": write_instant(trace.valid_at),
        "outcome": trace.outcome,
        "trust_state": state,
        "steps": [_step(step) for step in trace.steps],
        "groups": trace.groups,
        "not_reached": trace.not_reached,
        "findings": trace.findings,
        **more,
    }
    return msgspec.json.encode(answer) + b"\n"


def _step(step: Step) -> dict[str, object]:
    members = msgspec.structs.asdict(step)
    del members["severity"]
    return members
