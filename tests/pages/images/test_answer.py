"""A stored verification of an artefact."""

import msgspec
import pytest

from tests.simulators.logged import only_logged
from tests.simulators.port import Port
from trustui.check_pages import load_pages
from trustui.core.oci.places import Place, PlaceAnswer, PlaceState
from trustui.pages.images.answer import (
    NOT_ASKED,
    NOT_JUDGED,
    ONLY_LOGGED,
    ImageAnswer,
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
    assert nearest.on.endswith("(bundle, referrers interface)")
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


def test_a_signer_is_told_attribute_by_attribute(suite: Port) -> None:
    row = ArtefactVerdict.objects.get(digest=suite.digest("7.3.0-rc1"))
    nearest = nearest_of(read_image_answer(trace_of(row.pk)), load_pages())
    assert nearest is not None
    told = {one.name: one for one in nearest.attributes}
    assert set(told) == {"subject", "issuer"}
    assert not told["subject"].is_met
    assert "terminal/" in told["subject"].expected
    assert "terminal-fork" in told["subject"].found
    assert (told["issuer"].is_met, told["issuer"].found) == (True, nearest.issuer)


IDENTITY_STEP = {
    "check": "notation.identity", "outcome": "failed", "on": "signature 1", "because": "another",
    "spec": "", "group": "one", "expected": "OU=Build", "found": "no OU",
    "evidence": {"differing": ["OU"]},
}  # fmt: skip


def notation_answer(**more: object) -> ImageAnswer:
    miss = {
        "identity": "x509.subject: C=US, OU=Build",
        "attributes": [
            {"name": "C", "wanted": "US", "found": "US"},
            {"name": "OU", "wanted": "Build", "found": ""},
            {"name": "CN", "wanted": "", "found": "re\u202elease"},
        ],
    }
    members = {
        "subject": "x", "kind": "image", "at": "2026-01-01T00:00:00Z",
        "valid_at": "2026-01-01T00:00:00Z", "outcome": "failed", "trust_state": "failing",
        "steps": [IDENTITY_STEP], "groups": [], "nearest": "one", "nearest_identity": miss, **more,
    }  # fmt: skip
    return read_image_answer(msgspec.json.encode(members))


def test_of_notation_the_subject_stands_beside_the_identity_that_comes_closest() -> None:
    nearest = nearest_of(notation_answer(), load_pages())
    assert nearest is not None
    assert nearest.wanted == "x509.subject: C=US, OU=Build"
    assert [(one.name, one.expected, one.found, one.is_met) for one in nearest.attributes] == [
        ("C", "US", "US", True),
        ("OU", "Build", "", False),
        ("CN", "", "re\\u{202E}lease", True),
    ]


def test_what_differs_is_not_taken_apart_where_a_name_looks_like_several() -> None:
    found = "a; b"
    step = {
        **IDENTITY_STEP,
        "expected": "c",
        "found": found,
        "evidence": {"differing": ["subject"]},
    }
    signature = {
        "group": "one", "on": "x", "kind": "cosign", "digest": "d", "place": "p",
        "expectation": "e", "outcome": "failed", "first_failing": None, "identity": found,
    }  # fmt: skip
    answer = notation_answer(steps=[step], nearest_identity=None, signatures=[signature])
    nearest = nearest_of(answer, load_pages())
    assert nearest is not None
    assert (nearest.attributes, nearest.found) == ((), found)
    for odd in (None, "subject", ["subject", "issuer"], 7):
        step["evidence"] = {"differing": odd}
        answer = notation_answer(steps=[step], nearest_identity=None, signatures=[signature])
        again = nearest_of(answer, load_pages())
        assert again is not None
        assert not any(one.is_met or one.expected for one in again.attributes)


def test_a_signature_of_which_a_failure_is_only_logged_is_not_called_good() -> None:
    found = only_logged()
    judged = judged_by(found, found.signatures[0].digest)
    assert (judged.sign, judged.word, judged.first_failing) == (
        "soon",
        ONLY_LOGGED,
        "notation.expiry",
    )
    (clean,) = [one for one in only_logged(beside_a_good_one=True).signatures if not one.logged]
    assert judged_by(only_logged(beside_a_good_one=True), clean.digest).word == "good"
