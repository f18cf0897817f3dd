"""Real servers for tests: PostgreSQL, Redis, nginx and registries, each in a folder and on a port of its own.

They are started from the binaries of the machine and ended by their process. As root, which
PostgreSQL refuses, the cluster belongs to the system's user `postgres`.
"""

import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from redis import Redis

PASSWORD = "only-for-tests"  # noqa: S105  of a cluster that lives as long as the test
_START_SECONDS = 30
_STOP_SECONDS = 15
_GLANCE_SECONDS = 0.05
_PORTS = (10_000, 32_000)
_CHANCE = random.SystemRandom()  # that no plugin sows alike in processes that run side by side


def binary(name: str) -> Path | None:
    """Where a server's program is: on the path, or where Debian and Fedora keep it beside it."""
    beside = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders = [*os.environ.get("PATH", "").split(":"), *map(str, beside), "/usr/sbin", "/sbin"]
    found = shutil.which(name, path=":".join(folders))
    return None if found is None else Path(found)


def free_port() -> int:
    """A port that nobody listens on now, below those that the kernel lends to clients.

    From among those a client that asks for a server that was just killed may be lent the very
    port that it asks for, and be connected with itself: the server could not listen again.
    """
    while True:
        port = _CHANCE.randrange(*_PORTS)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = _START_SECONDS) -> None:
    """Look again and again. Raises TimeoutError with what was waited for."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s until {what}")
        time.sleep(_GLANCE_SECONDS)


@dataclass
class Server:
    """One process on one port, which can be stopped, killed and started again."""

    name: str
    command: Sequence[str | Path]
    folder: Path
    port: int
    user: str | None = None
    stop_signal: int = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                user=self.user,
            )
        try:
            wait_until(self.is_ready, f"{self.name} is ready")
        except BaseException:
            self.kill()
            raise

    def is_ready(self) -> bool:
        """Whether it can be used. Raises RuntimeError when it has ended."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended at once; it said:\n{self.log}")
        return answers(self.port)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:]

    def stop(self) -> None:
        self._end(self.stop_signal)

    def kill(self) -> None:
        """As a power cut ends it."""
        self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(number)
        self.process.wait(_STOP_SECONDS)


def _parent(pid: str) -> int | None:
    """Who started this process; None when it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(stat.rpartition(")")[2].split()[1])


def _children(pid: int) -> list[int]:
    """Processes that this one started and that run now; whole when it is stopped meanwhile.

    One by one: the kernel's own list of them skips some when another one ends while it is read.
    """
    names = (entry.name for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return [int(name) for name in names if _parent(name) == pid]


def _runs(pid: int) -> bool:
    """Whether there is such a process that is more than the entry of one that ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@dataclass
class PostgresServer(Server):
    """A cluster whose superuser needs a password, which the fixture knows."""

    role: str = "postgres"
    password: str = ""
    stop_signal: int = signal.SIGINT  # "fast": ends sessions

    def url(self, database: str) -> str:
        return f"postgresql://{self.role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def kill(self) -> None:
        """The sessions too: a new server refuses to start beside one that still runs."""
        sessions: list[int] = []
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)  # it starts none while they are counted
            sessions = _children(self.process.pid)
        super().kill()
        for session in sessions:
            with suppress(ProcessLookupError):
                os.kill(session, signal.SIGKILL)
        wait_until(lambda: not any(map(_runs, sessions)), "its sessions ended", _STOP_SECONDS)

    def is_ready(self) -> bool:
        """It listens long before it accepts sessions."""
        if not super().is_ready():
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(
        self, name: str, tablespace: str = "pg_default", template: str = "template1"
    ) -> str:
        """Make an empty database, or a copy of one with which nobody is connected; gives its URL."""
        self.do(f'CREATE DATABASE "{name}" TEMPLATE "{template}" TABLESPACE "{tablespace}"')
        return self.url(name)

    def do(self, statement: str) -> None:
        """As the superuser, outside of every database of ours."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@dataclass
class RedisServer(Server):
    password: str = ""

    def url(self, number: int = 0) -> str:
        account = f":{self.password}@" if self.password else ""
        return f"redis://{account}127.0.0.1:{self.port}/{number}"

    def flush(self) -> None:
        """Forget everything."""
        with Redis.from_url(self.url()) as client:
            client.flushall()


@dataclass
class NginxServer(Server):
    """Serves `root` as it is; `access_log` has a line for each request."""

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[str]:
        """`GET /name 200`, in the order of the answers."""
        return (self.folder / "access").read_text(encoding="utf-8").splitlines()


FORGETFUL = ("fsync", "synchronous_commit", "full_page_writes")
"""What makes rows outlive a loss of power, at the cost of a wait in each commit."""


def postgres(
    program: Path,
    folder: Path,
    role: str = "postgres",
    password: str = PASSWORD,
    *,
    is_forgetful: bool = False,
) -> PostgresServer:
    """A new cluster in an empty folder, started. A forgetful one is for tests that never kill it.

    As root the folder must not lie below pytest's own, which nobody else may enter.
    """
    user = "postgres" if os.getuid() == 0 else None
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    secret = folder / "password"
    secret.write_text(password, encoding="utf-8")
    secret.chmod(0o644)
    data = folder / "data"
    made = subprocess.run(
        [
            program.parent / "initdb", "--pgdata", data, "--username", role,
            "--auth", "scram-sha-256", "--pwfile", secret, "--encoding", "UTF8", "--no-locale",
        ],
        cwd=folder, user=user, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if made.returncode:
        raise RuntimeError(f"initdb: {made.stdout}{made.stderr}")
    port = free_port()
    command: list[str | Path] = [
        program, "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1",
        "-c", "unix_socket_directories=", "-c", "max_connections=100",
    ]  # fmt: skip
    if is_forgetful:
        command += [part for name in FORGETFUL for part in ("-c", f"{name}=off")]
    server = PostgresServer("PostgreSQL", command, folder, port, user, role=role, password=password)
    server.start()
    return server


def redis(program: Path, folder: Path, options: Sequence[str] = ()) -> RedisServer:
    """A Redis without anything on disk, started; `options` come after ours."""
    folder.mkdir()
    port = free_port()
    command: list[str | Path] = [
        program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "",
        *options,
    ]  # fmt: skip
    password = options[options.index("--requirepass") + 1] if "--requirepass" in options else ""
    server = RedisServer("Redis", command, folder, port, password=password)
    server.start()
    return server


@dataclass
class RegistryServer(Server):
    """A registry of OCI artefacts, without a login and without TLS."""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def location(self) -> str:
        """As a source's."""
        return f"oci+http://{self.host}"


_DOCKER_REGISTRY = """
version: 0.1
log: {{accesslog: {{disabled: true}}, level: error}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


def docker_registry(program: Path, folder: Path) -> RegistryServer:
    """Debian's docker-registry, empty, started."""
    folder.mkdir()
    port = free_port()
    configuration = folder / "config.yml"
    configuration.write_text(_DOCKER_REGISTRY.format(folder=folder, port=port), encoding="utf-8")
    command: list[str | Path] = [program, "serve", configuration]
    server = RegistryServer("docker-registry", command, folder, port)
    server.start()
    return server


def zot(program: Path, folder: Path) -> RegistryServer:
    """A zot, empty, started; without garbage collection, so that nothing vanishes meanwhile."""
    folder.mkdir()
    port = free_port()
    configuration = {
        "distSpecVersion": "1.1.1",
        "storage": {"rootDirectory": str(folder / "data"), "gc": False, "dedupe": False},
        "http": {"address": "127.0.0.1", "port": str(port)},
        "log": {"level": "error"},
    }
    path = folder / "config.json"
    path.write_text(json.dumps(configuration), encoding="utf-8")
    server = RegistryServer("zot", [program, "serve", path], folder, port)
    server.start()
    return server


_NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 1024; }}
http {{
    log_format brief '$request_method $request_uri $status';
    access_log {folder}/access brief;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 100000;
    server {{ listen 127.0.0.1:{port}; root {folder}/root; }}
}}
"""


def nginx(program: Path, folder: Path) -> NginxServer:
    """An nginx that serves `folder/root`, started."""
    (folder / "root").mkdir(parents=True)
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(folder=folder, port=port), encoding="utf-8")
    errors = folder / "errors"
    command: list[str | Path] = [program, "-p", folder, "-c", configuration, "-e", errors]
    server = NginxServer("nginx", command, folder, port)
    server.start()
    return server
