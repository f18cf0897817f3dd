"""SQL of one's own, asked with other values."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from trustui.accounts.models import Team
from trustui.jobs import queue
from trustui.jobs.models import Job
from trustui.pages.kept_statement import Given, stated, written

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXTS = ("plain", "it's 100 % of %s", "\\' OR 1=1 --", "%%", "\u202e\U0001f511")


@pytest.mark.parametrize("text", TEXTS)
def test_a_value_means_the_same_where_it_is_given_and_where_it_was_written(text: str) -> None:
    statement = stated("SELECT %s = %s, '%%', %s", [text, Given("text"), 5])
    assert statement.rows({"text": text}) == [(True, "%", 5)]
    assert statement.rows({"text": f"{text} "}) == [(False, "%", 5)]


def test_one_value_may_stand_in_several_places() -> None:
    statement = stated("SELECT %s < %s, %s < %s", [Given("a"), Given("b"), Given("b"), Given("a")])
    assert statement.rows({"a": NOON, "b": NOON + timedelta(microseconds=1)}) == [(True, False)]


def test_nothing_has_to_be_given() -> None:
    assert stated("SELECT 1, '%%'", []).rows({}) == [(1, "%")]
    assert stated("SELECT 1 WHERE 1 = %s", [2]).rows({}) == []


def test_days_are_given_as_columns_hold_them() -> None:
    told = "SELECT %s" if connection.vendor == "sqlite" else "SELECT %s::text"
    assert stated(told, [Given("day")]).rows({"day": date(2026, 2, 28)}) == [("2026-02-28",)]


def test_json_is_what_the_model_has() -> None:
    odd = {"big": 10**40, "half": 0.5, "whole": 1.0, "none": None, "odd": ["\u202e", True, {}]}
    queue.enqueue(kind="one", key="1", due_at=NOON, payload=odd)
    statement = written(Job.objects.values_list("payload", "key"))
    assert statement is not None
    assert [(repr(found), key) for found, key in statement.rows({})] == [
        (repr(Job.objects.get().payload), "1")
    ]


def test_json_is_none_where_there_is_no_row() -> None:
    Team.objects.create(name="without sources", created_at=NOON)
    statement = written(Team.objects.values_list("sources__repositories"))
    assert statement is not None
    assert statement.rows({}) == [(None,)]
