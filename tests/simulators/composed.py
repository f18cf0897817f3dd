"""The services of docker-compose.yml as plain processes: its commands, with its environment.

Only names and ports are others than in containers: where the file says `postgres:5432`,
`redis:6379` and port 8000, free ports of this machine stand instead.
"""

import re
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests import servers
from tests.conftest import missing
from tests.simulators.installation import STOP_SECONDS, Installation, Running
from trustui.events.signing_key import new_key
from trustui.inventory.credentials import new_key as new_credential_key

PROJECT = Path(__file__).resolve().parent.parent.parent
TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<rest>:[^}]*)?\}")


@dataclass
class Services:
    """The services of the file, each started when those that it waits for are as it wants."""

    folder: Path
    variables: Mapping[str, str]
    ports: Mapping[str, int]
    running: dict[str, Running] = field(default_factory=dict)
    installations: dict[str, Installation] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['8000']}"

    def say(self, name: str, text: object) -> str:
        """Text of the file as it stands here: other ports and folders, its variables filled in."""
        said = re.sub(r"@(postgres|redis):", "@127.0.0.1:", str(text))
        said = said.replace("0.0.0.0:", "127.0.0.1:")
        said = re.sub(r"\b(8000|5432|6379)\b", lambda match: str(self.ports[match[0]]), said)
        said = said.replace("/tmp/trustui", str(self.folder / name / "data"))  # noqa: S108
        return VARIABLE.sub(lambda match: self.variables[match["name"]], said)

    def of(self, name: str) -> Installation:
        """What a service's processes see."""
        if name not in self.installations:
            environment = SERVICES[name].get("environment", {})
            (self.folder / name).mkdir()
            self.installations[name] = Installation(
                self.folder / name, self._seen(name, environment)
            )
        return self.installations[name]

    def _seen(self, name: str, environment: Mapping[str, str | None]) -> dict[str, str]:
        """What is named without a value is handed on where it is set, as compose does."""
        given = {key: self.variables.get(key) for key, text in environment.items() if text is None}
        said = {key: self.say(name, text) for key, text in environment.items() if text is not None}
        return said | {key: text for key, text in given.items() if text is not None}

    def up(self, name: str) -> None:
        """Start a service after all that it depends on."""
        if name in self.running:
            return
        for needed, how in SERVICES[name].get("depends_on", {}).items():
            self.up(needed)
            self.wait_for(needed, how["condition"])
        if name != "postgres":  # the image's own command; the fixture starts it
            command = [self.say(name, part) for part in SERVICES[name]["command"]]
            self.running[name] = self.of(name).start(command=command)

    def up_all(self) -> None:
        """All of ours, until each is healthy."""
        for name in OURS:
            self.up(name)
        for name in set(OURS) - {"migrate"}:
            self.wait_for(name)

    def wait_for(self, name: str, condition: str = "service_healthy") -> None:
        if condition == "service_completed_successfully":
            assert self.running[name].process.wait(60) == 0, self.running[name].said
        elif name == "postgres":
            servers.wait_until(lambda: self.is_healthy(name), f"{name} is healthy")
        else:
            self.of(name).wait(
                self.running[name], lambda: self.is_healthy(name), f"{name} is healthy", 60
            )

    def is_healthy(self, name: str) -> bool:
        command = [self.say(name, part) for part in SERVICES[name]["healthcheck"]["test"][1:]]
        environment = self.of(name).environ()
        program = servers.binary(command[0]) if name == "postgres" else None
        checked = subprocess.run(
            [program or command[0], *command[1:]], env=environment, capture_output=True, check=False
        )
        return checked.returncode == 0

    def down(self) -> dict[str, float]:
        """Stop all; gives the seconds that each took."""
        alive = {name: one for name, one in self.running.items() if one.process.poll() is None}
        return {name: running.stop() for name, running in reversed(alive.items())}


@contextmanager
def composed(folder: Path, *, is_behind_tls: bool = True) -> Iterator[Services]:
    """The services with an empty PostgreSQL that runs and secrets of their own; none is up yet.

    Whatever was brought up is stopped in the end, each in the time that a container gets.
    """
    program = servers.binary("postgres") or missing("PostgreSQL is not installed")
    if servers.binary("redis-server") is None:
        missing("Redis is not installed")
    variables = {match["name"]: secrets.token_hex(32) for match in VARIABLE.finditer(TEXT)}
    variables["TRUSTUI_HOST"] = variables["TRUSTUI_LOG_ORIGIN"] = "trustui.example.org"
    proxies = "1" if is_behind_tls else "0"
    variables |= {"TRUSTUI_BEHIND_TLS": proxies, "TRUSTUI_TRUSTED_PROXIES": proxies}
    variables["TRUSTUI_LOG_KEY"] = new_key("trustui.example.org").text
    variables["TRUSTUI_CREDENTIAL_KEYS"] = new_credential_key()
    variables["TRUSTUI_REVOCATION_HOSTS"] = "crl.example.org,10.1.2.3"
    with tempfile.TemporaryDirectory(prefix="trustui-postgres-") as cluster:
        password = variables["POSTGRES_PASSWORD"]
        postgres = servers.postgres(program, Path(cluster), "trustui", password)
        postgres.create_database("trustui")
        ports = {
            "5432": postgres.port,
            "6379": servers.free_port(),
            "8000": servers.free_port(),
        }
        services = Services(folder, variables, ports)
        took: dict[str, float] = {}
        try:
            yield services
        finally:
            took |= services.down()
            postgres.stop()
    assert max(took.values(), default=0.0) < STOP_SECONDS, took
