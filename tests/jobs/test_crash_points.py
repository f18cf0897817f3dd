from pathlib import Path

import pytest

from trustui.jobs import crash_points

PACKAGE = Path(crash_points.__file__).parent


def test_nothing_happens_in_use() -> None:
    crash_points.reached("jobs.claimed")


def test_a_test_is_told_of_every_visit() -> None:
    visits: list[str] = []
    crash_points.install(visits.append)
    try:
        crash_points.reached("jobs.claimed")
        crash_points.reached("jobs.finished")
    finally:
        crash_points.install(None)
    crash_points.reached("jobs.finished")
    assert visits == ["jobs.claimed", "jobs.finished"]


@pytest.mark.parametrize("point", crash_points.POINTS)
def test_every_point_stands_at_one_place(point: str) -> None:
    places = [
        path.name
        for path in PACKAGE.glob("*.py")
        if f'reached("{point}")' in path.read_text(encoding="utf-8")
    ]
    assert len(places) == 1
