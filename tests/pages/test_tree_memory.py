"""Repositories that were verified before."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.simulators.seen import LATER, known_now, with_bins
from tests.simulators.watched import DAY, START, WEEK, Watched, vendor
from trustui.core.formats.tuf.repository import Repository
from trustui.core.formats.tuf.signing import cached_material
from trustui.core.formats.tuf.states import instants_of_roles
from trustui.core.graph import who_can_sign
from trustui.core.impact import Trust, impact, impact_of_each
from trustui.core.trace import TrustState
from trustui.pages import tree as module
from trustui.pages.known import Known
from trustui.pages.moment import Moment
from trustui.pages.tree import Seen, memory, see
from trustui.pages.tree_memory import LEAST, TreeMemory

pytestmark = pytest.mark.django_db


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The instants at which anything was verified anew."""
    instants: list[datetime] = []
    verify = module._verify

    def counted(known: Known) -> Seen:
        instants.append(known.valid_at)
        return verify(known)

    monkeypatch.setattr(module, "_verify", counted)
    return instants


def now(at: datetime) -> Moment:
    return Moment(at, at, at)


def anew(watched: Watched, at: Moment) -> Seen:
    memory.forget_all()
    return see(known_now(watched, at))


def test_what_was_verified_is_not_verified_again(
    verified: list[datetime], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    watched = with_bins()
    first = see(known_now(watched))
    again = known_now(watched)
    with django_assert_num_queries(0):
        assert see(again).tree == first.tree
    assert verified == [LATER]


def test_at_every_instant_it_says_what_verifying_says(verified: list[datetime]) -> None:
    """Over the whole life of every document, at each change and between two."""
    watched = with_bins()
    changes = {one for one in instants_of_roles(see(known_now(watched)).repository) if one > LATER}
    wanted = sorted(
        {at + by for at in changes for by in (timedelta(microseconds=-1), timedelta(), DAY)}
    )
    told = [anew(watched, now(at)) for at in wanted]
    del verified[:]
    memory.forget_all()
    see(known_now(watched, now(LATER)))
    kept = [see(known_now(watched, now(at))) for at in wanted]
    for one, other in zip(told, kept, strict=True):
        shares = [
            (node.life_left, twin.life_left)
            for node, twin in zip(one.tree.nodes, other.tree.nodes, strict=True)
        ]
        assert all(a == b if a is None else a == pytest.approx(b) for a, b in shares)
        assert _but_shares(one) == _but_shares(other)
        assert (one.state, one.first_failing) == (other.state, other.first_failing)
    assert len(verified) == 1 + len(changes)


def _but_shares(seen: Seen) -> list[tuple[object, ...]]:
    return [
        (one.role, one.state, one.days_left, one.signed, one.expires) for one in seen.tree.nodes
    ]


def test_what_keys_are_worth_is_gathered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    gathered: list[Repository] = []

    def counted(repository: Repository) -> Trust:
        gathered.append(repository)
        return Trust(repository)

    monkeypatch.setattr(module, "Trust", counted)
    watched = with_bins()
    first = see(known_now(watched))
    root = first.repository.root
    assert root is not None
    read = [cached_material(root.key(keyid)) for keyid in root.keys]
    keys = [material for material in read if material is not None]
    told = [first.worths.impact(one) for one in keys]
    again = see(known_now(watched))
    assert [again.worths.impact(one) for one in keys] == told
    assert told == [impact(first.repository, [one]) for one in keys]
    assert again.worths.impact_of_each() == impact_of_each(first.repository)
    assert len(gathered) == 1


def test_an_earlier_instant_is_verified_for_itself(verified: list[datetime]) -> None:
    watched = with_bins()
    see(known_now(watched, now(LATER + DAY)))
    see(known_now(watched, now(LATER)))
    assert verified == [LATER + DAY, LATER]


def test_another_instant_of_judging_stands_for_itself() -> None:
    watched = with_bins()
    see(known_now(watched))
    later = Moment(LATER, LATER, LATER + 5_000 * DAY)
    assert see(known_now(watched, later)).state is TrustState.FAILING
    assert see(known_now(watched)).state is TrustState.VERIFIED
    assert see(known_now(watched, later)).state is TrustState.FAILING


def test_another_crawl_is_verified_anew(verified: list[datetime]) -> None:
    watched = Watched(vendor())
    watched.crawl(START + DAY)
    assert see(known_now(watched)).repository.targets is not None
    watched.repo.renew("targets")
    watched.repo.publish(LATER)
    watched.crawl(LATER)
    targets = see(known_now(watched)).repository.targets
    assert targets is not None
    assert targets.version == 2
    assert len(verified) == 2


def test_what_one_viewer_asks_changes_nothing_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("trustui.pages.stored_bins.MOST_BINS", 4)
    watched = with_bins()
    see(known_now(watched))
    seen = see(known_now(watched))
    before = len(seen.repository.edges)
    walk = who_can_sign(seen.repository, "anything")
    assert [link.is_good for link in walk.asked] == [True, True, True]
    assert len(seen.repository.edges) == before + 1
    assert len(see(known_now(watched)).repository.edges) == before


def test_only_so_many_bytes_are_kept() -> None:
    room = TreeMemory[str](most_bytes=2 * LEAST)
    nothing = see(known_now(with_bins())).repository
    for name in "abac":
        room.keep(name, name, nothing, START)
    assert [room.get(name, START) for name in "abc"] == [("a", START), None, ("c", START)]
    tiny = TreeMemory[str](most_bytes=LEAST - 1)
    tiny.keep("a", "a", nothing, START)
    assert tiny.get("a", START) is None


def test_it_holds_until_the_first_document_expires() -> None:
    room = TreeMemory[str]()
    watched = Watched(vendor())
    watched.crawl(START + DAY)
    repository: Repository = see(known_now(watched)).repository
    room.keep("a", "a", repository, START + WEEK - DAY)
    assert room.get("a", START + WEEK - timedelta(microseconds=1)) == ("a", START + WEEK - DAY)
    assert room.get("a", START + WEEK) is None
