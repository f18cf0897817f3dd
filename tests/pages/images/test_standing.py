"""How artefacts stood at an instant."""

import msgspec
import pytest

from tests.simulators.port import Port
from trustui.core.trace import TrustState
from trustui.pages.images.standing import (
    NOTHING,
    inherited,
    moves_at,
    repositories_of,
    states_of_digest,
    stood,
    through_index,
    with_state,
)
from trustui.pages.words import state_of


def test_the_state_is_that_of_the_instant(crane: Port) -> None:
    digest = crane.digest("4.5.0")
    now = stood(crane.repository_id, [digest], crane.now)
    assert now[digest].first_failing == "registry.find"
    early = crane.then(crane.told.story, 1)
    assert stood(crane.repository_id, [digest], early) == {}
    later = crane.then(crane.told.story, 4)
    assert stood(crane.repository_id, [digest], later)[digest].trust_state == "not_signed"
    assert (
        states_of_digest([crane.repository_id], digest, later)[crane.repository_id].word
        == "not signed"
    )
    assert states_of_digest([crane.repository_id], digest, early) == {}


def test_moves_are_those_that_were_in_force(crane: Port) -> None:
    assert moves_at(crane.now).count() == 5
    early = crane.then(crane.told.story, 1)
    assert moves_at(early).count() == 2
    assert {one.state for one in with_state(moves_at(early), early)} == {"verified"}
    assert repositories_of(crane.stranger, crane.now).count() == 0


@pytest.mark.parametrize(
    ("index", "word"),
    [
        (TrustState.VERIFIED, "inherited from index"),
        (TrustState.FAILING, "as its index: failing"),
        (TrustState.COULD_NOT_CHECK, "as its index: could not check"),
    ],
)
def test_what_is_not_signed_itself_is_no_better_than_its_index(
    index: TrustState, word: str
) -> None:
    own = msgspec.structs.replace(NOTHING, trust_state="inherited", state=state_of("inherited"))
    above = msgspec.structs.replace(NOTHING, trust_state=str(index), state=state_of(index))
    assert inherited(own, above).state.word == word
    assert inherited(NOTHING, above) == NOTHING


def test_the_index_of_what_no_index_lists_is_nothing(crane: Port) -> None:
    assert through_index(crane.repository_id, crane.digest("4.5.0"), crane.now) == NOTHING
