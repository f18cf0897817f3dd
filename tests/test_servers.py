"""The servers that tests start are the real ones."""

import http.client
from contextlib import suppress
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from redis import Redis

from tests import servers


def test_postgres_makes_databases_and_comes_back_from_a_kill(
    postgres_server: servers.PostgresServer,
) -> None:
    url = postgres_server.create_database("comes_back")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    postgres_server.kill()
    postgres_server.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(1,)]


def test_a_session_at_work_does_not_keep_a_killed_postgres_from_coming_back(
    postgres_server: servers.PostgresServer,
) -> None:
    def work() -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
            connection.execute("SELECT count(*) FROM generate_series(1, 100000000000)")

    url = postgres_server.url("postgres")
    worker = Thread(target=work)
    worker.start()
    try:
        with psycopg.connect(url) as connection:
            servers.wait_until(lambda: _is_at_work(connection), "the session is at work")
        postgres_server.kill()
        postgres_server.start()
    finally:
        worker.join(10)
    assert not worker.is_alive()


def _is_at_work(connection: psycopg.Connection[tuple[int]]) -> bool:
    counted = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT count%generate_series%'"
        " AND state = 'active' AND pid <> pg_backend_pid()"
    ).fetchone()
    connection.rollback()
    return counted == (1,)


def test_redis_answers(redis_server: servers.RedisServer) -> None:
    with Redis.from_url(redis_server.url(15)) as client:
        assert client.ping()


def test_nginx_serves_a_folder_and_logs_requests(nginx_server: servers.NginxServer) -> None:
    (nginx_server.root / "here.json").write_text("{}", encoding="utf-8")
    client = http.client.HTTPConnection("127.0.0.1", nginx_server.port, timeout=5)
    client.request("GET", "/here.json")
    assert client.getresponse().read() == b"{}"
    client.close()
    assert nginx_server.requests == ["GET /here.json 200"]


def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    server = servers.Server("sh", ["sh", "-c", "echo so; exit 1"], tmp_path, servers.free_port())
    with pytest.raises(RuntimeError, match="so"):
        server.start()
