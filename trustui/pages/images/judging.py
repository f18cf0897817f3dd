"""An artefact judged at another instant than it was: `?valid_at=`. Nothing of it is stored."""

import zlib

import msgspec

from trustui.core.primitives.text import visible
from trustui.pages.images.answer import ImageAnswer, read_image_answer
from trustui.pages.images.standing import Stood
from trustui.pages.moment import Moment
from trustui.pages.words import state_of
from trustui.verdicts.image_past import NotJudged, judged_as_of
from trustui.verdicts.models import ArtefactVerdict

MOST_QUERIES = 7
"""More than without, and two for each place that tells of revocation."""
NOT_IN_FORCE = "this verdict was not the one in force then"


class Again(msgspec.Struct, frozen=True):
    """The answer of the same evidence at `valid_at`; None, and why there is none."""

    answer: ImageAnswer | None = None
    because: str = ""


NOT_ASKED = Again()
"""Nobody asked for another instant."""


def judged_again(moment: Moment, repository_id: int, verdict_id: int | None) -> Again:
    """What is known at `moment.at`, by the verdict of an artefact in force then, at `moment.valid_at`.

    Whoever asks must have been let see the repository. `MOST_QUERIES` at most.
    """
    if moment.valid_at == moment.at or verdict_id is None:
        return NOT_ASKED
    made = ArtefactVerdict.objects.filter(repository=repository_id, at__lte=moment.at)
    chosen = made.select_related("policy__policy", "repository").defer("trace")
    verdict = chosen.filter(pk=verdict_id).first()
    if verdict is None:
        return Again(because=NOT_IN_FORCE)
    newest = made.filter(digest=verdict.digest).order_by("-at", "-id").values_list("pk", flat=True)
    if newest.first() != verdict_id:
        return Again(because=NOT_IN_FORCE)
    try:
        draft = judged_as_of(verdict, moment.at, moment.valid_at)
    except NotJudged as why:
        return Again(because=str(why))
    answer = read_image_answer(zlib.decompress(draft.packed))
    return Again(msgspec.structs.replace(answer, at=moment.at, trust_state=draft.state))


def as_judged(standing: Stood, again: Again) -> Stood:
    """How an artefact stands by that answer; by its verdict where there is none."""
    if again.answer is None:
        return standing
    first = again.answer.first_failing
    return Stood(
        state_of(again.answer.trust_state),
        str(again.answer.trust_state),
        standing.verdict_id,
        None,
        "" if first is None else first.check,
        "" if first is None else visible(first.because, 300),
    )
