"""How the site is served; the server at work: test_serve.py."""

import gc
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from django.conf import LazySettings

from trustui.jobs import doorbell
from trustui.operate import web_server
from trustui.operate.supervision import STOP_SECONDS
from trustui.operate.web_server import WebServer
from trustui.wsgi import application


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    yield
    doorbell.connect(None)


def server() -> WebServer:
    return WebServer("127.0.0.1:8123", 3)


def test_it_reads_no_file_and_no_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gunicorn.conf.py").write_text("bind = '127.0.0.1:1'", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--bind 127.0.0.1:2 --workers 9")
    monkeypatch.setenv("WEB_CONCURRENCY", "9")
    settings = server().cfg
    assert (settings.bind, settings.workers) == (["127.0.0.1:8123"], 3)


def test_it_makes_no_control_socket() -> None:
    assert server().cfg.control_socket_disable


def test_requests_under_way_have_less_time_than_the_whole() -> None:
    assert server().cfg.graceful_timeout < STOP_SECONDS


def test_it_serves_the_site() -> None:
    assert server().load() is application


def test_what_stands_for_ever_is_not_searched_for_garbage() -> None:
    assert server().cfg.when_ready is web_server.set_aside
    try:
        web_server.set_aside(object())
        assert gc.get_freeze_count() > len(gc.get_objects())
    finally:
        gc.unfreeze()


@pytest.mark.parametrize(("redis_url", "connects"), [("", False), ("redis://127.0.0.1/0", True)])
def test_only_with_redis_requests_ring(
    settings: LazySettings, redis_url: str, connects: bool
) -> None:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, redis_url=redis_url)
    hook = server().cfg.post_worker_init
    assert (hook is web_server.connect_doorbell) is connects


def test_what_is_asked_for_in_a_request_is_rung_for() -> None:
    assert doorbell._ring is None
    web_server.connect_doorbell(object())
    assert doorbell._ring is not None
