"""A line is closed when its user leaves, or when its time is over."""

import pytest

from trustui.crawl.fetch import AddressPolicy, Wanted
from trustui.crawl.switchboard import Switchboard, SwitchboardClosed
from trustui.inventory.open_lines import OpenLines

ASKED = [Wanted("http://127.0.0.1:1/", 10)]


def test_a_line_is_open_until_its_time_is_over() -> None:
    now = 0.0
    with Switchboard() as switchboard:
        lines = OpenLines(switchboard, lambda: now)
        with lines.line(AddressPolicy(), until=10.0) as line:
            lines.close_overdue()
            assert line.get_many(ASKED)
            now = 10.0
            lines.close_overdue()
            with pytest.raises(SwitchboardClosed):
                line.get_many(ASKED)


def test_a_line_is_closed_when_its_user_leaves_it() -> None:
    with Switchboard() as switchboard:
        with OpenLines(switchboard).line(AddressPolicy(), until=1e9) as line:
            pass
        with pytest.raises(SwitchboardClosed):
            line.get_many(ASKED)
