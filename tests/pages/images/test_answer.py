"""A stored verification of an artefact."""

import pytest

from tests.simulators.port import Port
from trustui.check_pages import load_pages
from trustui.core.oci.places import Place, PlaceAnswer, PlaceState
from trustui.pages.images.answer import (
    NOT_ASKED,
    NOT_JUDGED,
    bill_in,
    judged_by,
    nearest_of,
    place_lines,
    read_image_answer,
    silent,
)
from trustui.verdicts.image_history import trace_of
from trustui.verdicts.models import ArtefactVerdict


def test_the_nearest_miss_is_expected_beside_found(suite: Port) -> None:
    row = ArtefactVerdict.objects.get(digest=suite.digest("7.3.0-rc1"))
    answer = read_image_answer(trace_of(row.pk))
    nearest = nearest_of(answer, load_pages())
    assert nearest is not None
    assert (nearest.check, nearest.title) == (
        "bundle.identity",
        "somebody else signed than was expected",
    )
    assert "terminal/" in nearest.expected
    assert "terminal-fork" in nearest.found
    assert answer.steps[nearest.step - 1].check == "bundle.identity"
    assert judged_by(answer, answer.signatures[0].digest).word == "refused"
    assert judged_by(answer, "sha256:other") == NOT_ASKED
    assert judged_by(None, "sha256:other") == NOT_JUDGED


def test_there_is_no_nearest_miss_where_something_is_good(suite: Port) -> None:
    row = ArtefactVerdict.objects.get(digest=suite.digest("7.2.0"))
    answer = read_image_answer(trace_of(row.pk))
    assert nearest_of(answer, load_pages()) is None
    assert answer.first_failing is None
    judged, notes = bill_in(answer, answer.sboms[0].manifest)
    assert judged is not None
    assert notes
    assert bill_in(answer, "sha256:other") == (None, ())


@pytest.mark.parametrize("state", list(PlaceState))
def test_every_answer_of_a_place_has_its_words(state: PlaceState) -> None:
    one = PlaceAnswer(Place.REFERRERS, "a\u202eb", state, "because")
    (line,) = place_lines((one,))
    assert line.location == "a\\u{202E}b"
    assert line.word
    assert silent((one,)) == (state is PlaceState.UNREADABLE)
