"""What a portion may take."""

from trustui.images.budget import Budget, ImageLimits

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
