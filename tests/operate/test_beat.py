"""A beat rings by a clock that nobody can set, and waits for Redis."""

import argparse
import logging
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from django.conf import LazySettings

from trustui import celery
from trustui.operate import beat
from trustui.operate.arguments import Refused
from trustui.operate.beat import EVERY_SECONDS, Scheduler


@dataclass
class Rings:
    at: list[float] = field(default_factory=list)
    now: float = 1000.0
    is_away: bool = False

    def __call__(self) -> None:
        if self.is_away:
            raise celery.RedisAway("connection refused")
        self.at.append(self.now)


@pytest.fixture
def rings(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Rings:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, data=tmp_path, redis_url="")
    rings = Rings()
    monkeypatch.setattr(celery, "ring", rings)
    monkeypatch.setattr(Scheduler, "_clock", staticmethod(lambda: rings.now))
    return rings


def test_it_rings_every_five_seconds(rings: Rings) -> None:
    scheduler = Scheduler(celery.app, lazy=True)
    for _ in range(4):
        pause = scheduler.tick()
        assert pause == EVERY_SECONDS
        rings.now += pause
    assert rings.at == [1000, 1005, 1010, 1015]


def test_it_does_not_ring_before_it_is_time(rings: Rings) -> None:
    scheduler = Scheduler(celery.app, lazy=True)
    scheduler.tick()
    rings.now += 2
    assert scheduler.tick() == EVERY_SECONDS - 2
    assert rings.at == [1000]


def test_it_rings_once_after_a_long_stop(rings: Rings) -> None:
    scheduler = Scheduler(celery.app, lazy=True)
    scheduler.tick()
    rings.now += 3600
    scheduler.tick()
    scheduler.tick()
    assert rings.at == [1000, 4600]


def test_without_redis_it_goes_on(rings: Rings, caplog: pytest.LogCaptureFixture) -> None:
    scheduler = Scheduler(celery.app, lazy=True)
    rings.is_away = True
    with caplog.at_level(logging.WARNING):
        rings.now += scheduler.tick()
    assert "Redis does not answer" in caplog.text
    rings.is_away = False
    scheduler.tick()
    assert rings.at == [1005]


def test_each_turn_touches_its_file(rings: Rings, tmp_path: Path) -> None:
    rings.is_away = True
    Scheduler(celery.app, lazy=True).tick()
    assert (tmp_path / "beat.alive").exists()


@pytest.mark.usefixtures("rings")
def test_it_is_refused_without_redis_in_the_settings() -> None:
    with pytest.raises(Refused, match="REDIS_URL"):
        beat.run(argparse.Namespace())
