"""The doorbell: what is put into Redis, what is not, and what a ring does."""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from django.db import OperationalError
from redis import Redis

from tests.servers import RedisServer, free_port, wait_until
from trustui import celery
from trustui.celery import QUEUE, Bell, PoolProcess, RedisAway, app
from trustui.jobs.runner import WORN, Runner


@pytest.fixture
def redis(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    """A database of Redis that the application rings in."""
    url = redis_server.url(2)
    monkeypatch.setitem(app.conf, "broker_url", url)
    monkeypatch.setattr(app.conf, "broker_write_url", url, raising=False)
    with Redis.from_url(url, decode_responses=True) as client:
        client.flushdb()
        yield client


def waiting(redis: Redis) -> list[dict[str, object]]:
    return [json.loads(message) for message in redis.lrange(QUEUE, 0, -1)]


def test_a_ring_is_one_message_that_says_nothing_but_its_name(redis: Redis) -> None:
    celery.ring()
    (message,) = waiting(redis)
    assert message["content-type"] == "application/json"
    headers = message["headers"]
    assert isinstance(headers, dict)
    assert (headers["task"], headers["argsrepr"], headers["kwargsrepr"]) == (
        "trustui.ring",
        "()",
        "{}",
    )


def test_rings_do_not_pile_up(redis: Redis) -> None:
    for _ in range(50):
        celery.ring(3)
    assert len(waiting(redis)) == 3


def test_a_ring_after_redis_forgot_everything_arrives(redis: Redis) -> None:
    celery.ring()
    redis.flushall()
    celery.ring()
    assert len(waiting(redis)) == 1


def test_without_redis_a_ring_says_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    monkeypatch.setitem(app.conf, "broker_url", nobody)
    monkeypatch.setattr(app.conf, "broker_write_url", nobody, raising=False)
    with pytest.raises(RedisAway):
        celery.ring()


def test_a_key_of_another_type_is_told_as_trouble(redis: Redis) -> None:
    redis.set(QUEUE, "not a list")
    with pytest.raises(RedisAway):
        celery.ring()


# ---- what is accepted and how


def test_only_json_is_accepted_and_nothing_is_kept() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_ignore_result
    assert not app.conf.result_backend
    assert not app.conf.worker_enable_remote_control


def test_a_message_that_nobody_finished_is_seen_again_within_a_minute() -> None:
    options = app.conf.broker_transport_options
    sweep = options["unacked_restore_interval"] * options["unacked_restore_throttle"]
    assert app.conf.task_acks_late
    assert options["visibility_timeout"] + sweep <= 65


def test_the_only_task_of_ours_is_the_ring() -> None:
    assert [name for name in app.tasks if not name.startswith("celery.")] == ["trustui.ring"]


# ---- the bell


@dataclass
class Rung:
    count: int = 0
    is_away: bool = False
    may_go: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> None:
        self.may_go.wait(10)
        self.count += 1
        if self.is_away:
            raise RedisAway("gone")


def test_who_asks_does_not_wait_and_many_are_one() -> None:
    rung = Rung()
    bell = Bell(rung)
    for _ in range(100):
        bell.ask()
    assert rung.count == 0
    rung.may_go.set()
    wait_until(lambda: rung.count > 0, "it rang")
    assert rung.count <= 2


def test_a_bell_outlives_a_redis_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    rung = Rung(is_away=True)
    rung.may_go.set()
    bell = Bell(rung)
    with caplog.at_level(logging.WARNING):
        bell.ask()
        wait_until(lambda: "Redis does not answer" in caplog.text, "it said so")
    bell.ask()
    wait_until(lambda: rung.count == 2, "it rang again")


# ---- a process of the pool


@dataclass
class FakeRunner:
    """Stands in for a runner, whose own tests are in jobs/test_runner.py."""

    is_worn: bool = False
    breaks: bool = False
    drained: int = 0
    stopped: int = 0

    def drain(self, _: float) -> int:
        self.drained += 1
        if self.breaks:
            raise OperationalError("gone")
        return 0

    def stop(self) -> None:
        self.stopped += 1


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> FakeRunner:
    runner = FakeRunner()
    monkeypatch.setattr(celery, "make_runner", lambda *_: runner)
    return runner


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    followed: list[datetime] = []
    monkeypatch.setattr(celery, "follow", followed.append)
    return followed


@pytest.mark.django_db
def test_a_ring_drains_and_then_tells_what_happened(
    runner: FakeRunner, followed: list[datetime]
) -> None:
    process = PoolProcess()
    process.drain()
    process.drain()
    assert (runner.drained, len(followed)) == (2, 2)


@pytest.mark.django_db
@pytest.mark.usefixtures("followed")
def test_a_ring_outlives_a_database_that_is_away(
    runner: FakeRunner, caplog: pytest.LogCaptureFixture
) -> None:
    runner.breaks = True
    with caplog.at_level(logging.WARNING):
        PoolProcess().drain()
    assert "the database does not answer" in caplog.text


@pytest.mark.django_db
def test_a_worn_process_hands_back_and_ends(runner: FakeRunner, followed: list[datetime]) -> None:
    runner.is_worn = True
    with pytest.raises(SystemExit) as ended:
        PoolProcess().drain()
    assert ended.value.code == WORN
    assert (runner.stopped, followed) == (1, [])


@pytest.mark.django_db
def test_a_process_that_is_told_to_stop_takes_nothing_more(
    runner: FakeRunner, followed: list[datetime]
) -> None:
    process = PoolProcess()
    process.drain()
    process.stop()
    process.drain()
    assert (runner.drained, runner.stopped, len(followed)) == (1, 1, 1)


@pytest.mark.django_db
def test_a_process_that_was_never_rung_has_nothing_to_stop(runner: FakeRunner) -> None:
    process = PoolProcess()
    process.stop()
    process.drain()
    assert (runner.drained, runner.stopped) == (0, 0)


def test_a_runner_leaves_its_process_time_to_end() -> None:
    runner = celery.make_runner("host:7", "embedded")
    assert isinstance(runner, Runner)
    assert runner._terms.grace <= 7
