"""Places that want to be left alone, with a clock that the test moves."""

from hypothesis import given
from hypothesis import strategies as st

from trustui.crawl.transfer.holds import MAX_HOLDS, Holds

A, B = ("https", "a.test", 443), ("https", "a.test", 8443)


def test_a_place_is_left_alone_until_its_time() -> None:
    holds = Holds()
    holds.put(A, until=10.0, now=0.0)
    assert [holds.remaining(A, now) for now in (0.0, 4.0, 9.5)] == [10.0, 6.0, 0.5]
    assert holds.remaining(A, 10.0) == 0.0
    assert len(holds) == 0


def test_another_place_at_the_same_host_may_be_asked() -> None:
    holds = Holds()
    holds.put(A, until=10.0, now=0.0)
    assert holds.remaining(B, 0.0) == 0.0


def test_a_later_time_is_not_cut_short() -> None:
    holds = Holds()
    holds.put(A, until=10.0, now=0.0)
    holds.put(A, until=2.0, now=1.0)
    assert holds.remaining(A, 1.0) == 9.0


def test_a_time_that_has_passed_is_not_kept() -> None:
    holds = Holds()
    holds.put(A, until=1.0, now=1.0)
    assert len(holds) == 0


@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0, 100)), max_size=80))
def test_it_never_grows_beyond_its_limit(wishes: list[tuple[int, float]]) -> None:
    holds = Holds(limit=8)
    for step, (port, seconds) in enumerate(wishes):
        holds.put(("https", "a.test", port), step + seconds, float(step))
        assert len(holds) <= 8


def test_when_it_is_full_the_shortest_wish_gives_way() -> None:
    holds = Holds(limit=2)
    for n, until in enumerate((5.0, 9.0, 7.0)):
        holds.put(("https", "a.test", n), until, 0.0)
    assert [holds.remaining(("https", "a.test", n), 0.0) for n in range(3)] == [0.0, 9.0, 7.0]
    assert MAX_HOLDS >= 1000
