from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.oci.places import Place, PlaceAnswer, PlaceState, state_of, unreadable


def test_an_absent_thing_means_what_the_place_says_and_any_other_problem_is_no_answer() -> None:
    absent = Problem("a", ProblemKind.ABSENT, "404")
    assert state_of(Document("a", b""), absent=PlaceState.EMPTY) is PlaceState.LISTED
    assert state_of(absent, absent=PlaceState.NOT_OFFERED) is PlaceState.NOT_OFFERED
    refused = Problem("a", ProblemKind.REFUSED, "no")
    assert state_of(refused, absent=PlaceState.EMPTY) is PlaceState.UNREADABLE


def test_only_places_without_an_answer_are_unreadable() -> None:
    answers = tuple(PlaceAnswer(Place.REFERRERS, "a", state, "") for state in PlaceState)
    assert [one.state for one in unreadable(answers)] == [PlaceState.UNREADABLE]
