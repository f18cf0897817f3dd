"""Used-up quotas. The forms are those of the draft (-03 §5, -10 §7) and of GitHub's REST API."""

from datetime import UTC, datetime

import pytest

from trustui.crawl.transfer.quota import seconds_until_refilled

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SOON = str(int(NOW.timestamp()) + 90)


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"ratelimit-remaining": ["0"], "ratelimit-reset": ["50"]}, 50.0),
        ({"ratelimit-remaining": ["0;w=21600"], "ratelimit-reset": ["50"]}, 50.0),
        ({"ratelimit-remaining": ["00"], "ratelimit-reset": ["50"]}, 50.0),
        ({"x-ratelimit-remaining": ["0"], "x-ratelimit-reset": [SOON]}, 90.0),
        ({"x-ratelimit-remaining": ["0"], "x-ratelimit-reset": ["1000000000"]}, None),
        ({"ratelimit": ['"default";r=0;t=30']}, 30.0),
        ({"ratelimit": ['"default"; r=0; t=30, "daily";r=0;t=900']}, 900.0),
        ({"ratelimit": ['"default";r=5;t=30', '"daily";r=0;t=60']}, 60.0),
        ({"ratelimit": ['"default";r=0;t=30'], "ratelimit-remaining": ["9"]}, 30.0),
    ],
)
def test_a_used_up_quota_says_how_long(fields: dict[str, list[str]], seconds: float | None) -> None:
    found = seconds_until_refilled(fields, NOW)
    assert found == seconds or (seconds is None and found is not None and found < 0)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"ratelimit-remaining": ["1"], "ratelimit-reset": ["50"]},
        {"ratelimit-remaining": ["0"]},
        {"ratelimit-remaining": ["none"], "ratelimit-reset": ["50"]},
        {"ratelimit-remaining": ["-0"], "ratelimit-reset": ["50"]},
        {"ratelimit-remaining": ["0"], "x-ratelimit-reset": ["50"]},
        {"ratelimit-remaining": ["0"], "ratelimit-reset": ["soon"]},
        {"ratelimit": ['"default";r=10;t=30']},
        {"ratelimit": ['"default";r=0']},
        {"ratelimit": ['"default";r=0;t=' + "9" * 13]},
        {"ratelimit": ["", ";;;", "r=0;t"]},
    ],
)
def test_whatever_else_is_said_asks_for_nothing(fields: dict[str, list[str]]) -> None:
    assert seconds_until_refilled(fields, NOW) is None
