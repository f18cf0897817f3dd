"""What a portion may take."""

from trustui.images.budget import MOST_AHEAD, SLOW_SECONDS, Budget, ImageLimits

LIMITS = ImageLimits(repositories=2, bytes=100, seconds=10.0)


def test_repositories_bytes_and_seconds_end_it() -> None:
    now = [0.0]
    for take in ({"repositories": 2}, {"size": 100}):
        budget = Budget(LIMITS, lambda: now[0])
        assert not budget.is_over
        budget.take(**{name: number - 1 for name, number in take.items()})
        assert not budget.is_over
        budget.take(**dict.fromkeys(take, 1))
        assert budget.is_over
    budget = Budget(LIMITS, lambda: now[0])
    now[0] = 9.9
    assert not budget.is_over
    now[0] = 10.0
    assert budget.is_over


def test_more_artefacts_are_asked_for_together_while_the_place_is_quick() -> None:
    now = [0.0]
    budget = Budget(LIMITS, lambda: now[0])
    sizes = []
    for seconds in (0.1, 0.1, 2.0, 0.1, 0.1, SLOW_SECONDS + 0.1, 0.1):
        with budget.timed():
            now[0] += seconds
        sizes.append(budget.ahead)
    assert sizes == [4, 8, 8, 16, MOST_AHEAD, 1, 2]
