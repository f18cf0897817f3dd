"""The log as text, and the lines of docs/events.md with which an outsider hashes it again."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulators.event_log import records, sealed
from tests.simulators.event_rows import new_event, put, record_events, seal_all
from trustui.events.exporting import exported, newest_checkpoint
from trustui.events.models import Event
from trustui.events.services import record_many

DOCS = Path(__file__).resolve().parents[2] / "docs" / "events.md"
LOG = sealed(records(9), (4, 9))

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def belong_together() -> Callable[[list[str], str], bool]:
    """What the documentation tells outsiders to run."""
    found = re.search(r"```python\n(.+?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found.group(1), names)  # noqa: S102  our own documentation
    function: Callable[[list[str], str], bool] = names["belong_together"]
    return function


def lines(start: int = 0, end: int | None = None) -> list[str]:
    return [line.decode() for line in exported(start, end)]


def test_an_outsider_hashes_an_export_to_the_signed_root(
    belong_together: Callable[[list[str], str], bool],
) -> None:
    record_events(5)
    record_many([new_event(9, subject='"\\ \u2028 é\0\ud800 🔑', detail={"z": [None], "a": True})])
    checkpoint = seal_all()
    assert checkpoint is not None
    assert belong_together(lines(), checkpoint.note)
    assert not belong_together(lines()[:-1], checkpoint.note)
    changed = [line.replace("source 3", "source 4") for line in lines()]
    assert not belong_together(changed, checkpoint.note)


def test_a_line_holds_position_leaf_and_record() -> None:
    (event,) = record_events(1)
    seal_all()
    event.refresh_from_db()
    assert event.leaf is not None
    assert json.loads(lines()[0]) == {
        "position": 0,
        "leaf": bytes(event.leaf).hex(),
        "record": {
            "actor": "person:alice",
            "at": "2026-11-21T09:00:00.000000Z",
            "detail": {"number": 0},
            "kind": "source.changed",
            "position": 0,
            "reason": "",
            "source": None,
            "subject": "source 0",
            "team": None,
        },
    }


@pytest.mark.usefixtures("without_triggers")
@pytest.mark.parametrize(
    ("start", "end", "positions"),
    [(0, None, range(9)), (3, 5, range(3, 5)), (7, 99, range(7, 9)), (9, None, range(0))],
)
def test_a_part_can_be_exported(start: int, end: int | None, positions: range) -> None:
    put(LOG)
    assert [json.loads(line)["position"] for line in lines(start, end)] == list(positions)


def test_what_is_not_sealed_is_not_exported() -> None:
    record_events(3)
    assert lines() == []


@pytest.mark.usefixtures("without_triggers")
def test_checkpoints_are_given_by_size() -> None:
    put(LOG)
    assert newest_checkpoint() == LOG.checkpoints[-1].note
    assert newest_checkpoint(4) == LOG.checkpoints[0].note
    assert newest_checkpoint(5) is None


def test_a_log_without_a_checkpoint_has_none_to_give() -> None:
    assert newest_checkpoint() is None


@pytest.mark.usefixtures("without_triggers")
def test_an_edited_row_is_exported_as_it_stands() -> None:
    put(LOG)
    Event.objects.filter(position=2).update(subject="line\nbreak")
    assert json.loads(lines()[2])["record"]["subject"] == "line\nbreak"
    assert len(lines()) == 9
