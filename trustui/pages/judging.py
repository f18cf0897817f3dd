"""The evidence of a verdict judged at another instant: `?valid_at=`. Nothing of it is stored."""

from trustui.core.answer import as_json
from trustui.core.formats.tuf.states import trust_state
from trustui.core.formats.tuf.verify import verify
from trustui.core.primitives.text import visible
from trustui.core.trace import collect, trace
from trustui.pages.known import known
from trustui.pages.moment import Moment
from trustui.pages.viewer import Viewer
from trustui.verdicts.answers import Answer, read_answer
from trustui.verdicts.reverifying import MAX_SUBJECT


def judged_again(viewer: Viewer, moment: Moment, source_id: int, verdict_id: int) -> Answer | None:
    """What the evidence of `moment.at` would mean at `moment.valid_at`; seven queries more.

    None where the verdict was not in force at `moment.at`: its evidence is another then.
    """
    found = known(viewer, moment, source_id)
    if found is None or found.verdict is None or found.verdict.pk != verdict_id:
        return None
    events, repository = collect(verify, found.question, found.ask)
    subject = visible(found.source.location, MAX_SUBJECT)
    made = trace(subject, moment.at, moment.valid_at, events)
    return read_answer(as_json(made, "tuf", trust_state(made, repository)))
