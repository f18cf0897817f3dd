"""docker-compose.yml as it is: its commands, with its environment, as plain processes.

Only names and ports are others than in containers: where the file says `postgres:5432`,
`redis:6379` and port 8000, free ports of this machine stand instead.
"""

import re
import secrets
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import servers
from tests.conftest import missing
from tests.simulators.installation import STOP_SECONDS, Installation, Running, get
from tests.simulators.served_folder import served_folder
from trustui.events.signing_key import new_key

pytestmark = pytest.mark.servers

PROJECT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_bytes())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<rest>:[^}]*)?\}")

ours = pytest.mark.parametrize("name", OURS)
every = pytest.mark.parametrize("name", sorted(SERVICES))
running = pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


# ---- what the file promises


def test_no_variable_has_a_default_and_each_says_how_it_is_made() -> None:
    named = list(VARIABLE.finditer(text_of("docker-compose.yml")))
    assert named
    assert [one[0] for one in named if not re.match(r":\?\w+", one["rest"] or "")] == []


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|TOKEN|PASSWORD|AUTH|_URL", name):
                assert VARIABLE.search(value), name


@every
def test_a_container_can_write_and_become_nothing(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@running
def test_a_container_is_watched_and_comes_back(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_only_the_site_is_reached_and_from_this_machine_only() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"]}


def test_what_holds_data_reaches_nobody_outside() -> None:
    inner = {name for name, network in COMPOSE["networks"].items() if network}
    assert all(COMPOSE["networks"][name] == {"internal": True} for name in inner)
    for name in ("postgres", "redis"):
        assert set(SERVICES[name]["networks"]) <= inner


def test_nobody_reaches_a_server_that_it_does_not_need() -> None:
    assert SERVICES["beat"]["networks"] == ["doorbell"]
    assert SERVICES["migrate"]["networks"] == ["database"]


@ours
def test_a_process_has_longer_than_it_takes_to_hand_over(name: str) -> None:
    assert SERVICES[name]["stop_grace_period"] == "15s"


def test_the_image_runs_as_nobody_special_from_what_is_pinned() -> None:
    lines = text_of("Dockerfile").splitlines()
    assert "USER 10001:10001" in lines
    installs = [line for line in lines if "pip install" in line]
    assert len(installs) == 3
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    assert re.findall(r"index-url|extra-index|://(?!127\.0\.0\.1)", text_of("Dockerfile")) == []


def test_the_image_is_made_of_files_that_there_are() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text_of("Dockerfile"), re.MULTILINE)
    assert copied
    for names in copied:
        for name in names.split():
            assert (PROJECT / name).exists(), name


def test_the_image_has_all_that_goes_into_the_wheel() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    wanted = {*project["packages"], *project["force-include"]}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text_of("Dockerfile"), re.MULTILINE)
    assert wanted <= set(" ".join(copied).split())


def test_the_build_sees_what_the_image_is_made_of() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text_of("Dockerfile"), re.MULTILINE)
    shown = re.findall(r"^!(\S+)$", text_of(".dockerignore"), re.MULTILINE)
    for name in " ".join(copied).split():
        assert any(re.fullmatch(one.replace("*", ".*"), name) for one in shown), name


# ---- the file at work


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
                self.folder / name, {key: self.say(name, environment[key]) for key in environment}
            )
        return self.installations[name]

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


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    program = servers.binary("postgres") or missing("PostgreSQL is not installed")
    if servers.binary("redis-server") is None:
        missing("Redis is not installed")
    needed = {match["name"] for match in VARIABLE.finditer(text_of("docker-compose.yml"))}
    variables = {name: secrets.token_hex(32) for name in needed}
    variables["TRUSTUI_HOST"] = variables["TRUSTUI_LOG_ORIGIN"] = "trustui.example.org"
    variables |= {"TRUSTUI_BEHIND_TLS": "1", "TRUSTUI_TRUSTED_PROXIES": "1"}
    variables["TRUSTUI_LOG_KEY"] = new_key("trustui.example.org").text
    with tempfile.TemporaryDirectory(prefix="trustui-postgres-") as folder:
        password = variables["POSTGRES_PASSWORD"]
        postgres = servers.postgres(program, Path(folder), "trustui", password)
        postgres.create_database("trustui")
        ports = {
            "5432": postgres.port,
            "6379": servers.free_port(),
            "8000": servers.free_port(),
        }
        services = Services(tmp_path_factory.mktemp("compose"), variables, ports)
        try:
            for name in OURS:
                services.up(name)
            for name in set(OURS) - {"migrate"}:
                services.wait_for(name)
            yield services
        finally:
            took = services.down()
            postgres.stop()
    assert max(took.values()) < STOP_SECONDS, took


@running
def test_a_service_stays_healthy(services: Services, name: str) -> None:
    assert services.is_healthy(name)


def test_a_source_that_is_added_is_crawled_and_verified(
    services: Services, nginx_server: servers.NginxServer
) -> None:
    place = served_folder(nginx_server.folder / "vendor")
    nginx_server.root.rmdir()
    nginx_server.root.symlink_to(place.served)
    web = services.of("web")
    web.do(
        "source", "add", "vendor", f"{nginx_server.url}/", "--allow-address", "127.0.0.1",
        "--root", place.root, "--reason", "from the vendor",
    )  # fmt: skip
    verified = 'trustui_source_trust_state{source="vendor",state="verified"} 1.0'
    web.wait(
        services.running["worker"], lambda: verified in metrics(services), "it is verified", 60
    )
    assert "GET /timestamp.json 200" in nginx_server.requests
    assert web.run("events", "verify").returncode == 0


def metrics(services: Services) -> str:
    token = services.variables["TRUSTUI_METRICS_TOKEN"]
    return get(f"{services.url}/metrics", {"Authorization": f"Bearer {token}"})[1]


def test_metrics_need_the_token(services: Services) -> None:
    assert get(f"{services.url}/metrics")[0] == 401
    assert "trustui_workers_alive" in metrics(services)


def test_the_workers_are_seen(services: Services) -> None:
    assert get(f"{services.url}/livez/workers")[0] == 200


def test_a_wrong_password_opens_nothing(services: Services) -> None:
    answered = subprocess.run(
        ["redis-cli", "-p", str(services.ports["6379"]), "ping"],  # noqa: S607  of the machine
        env={"PATH": "/usr/bin:/bin", "REDISCLI_AUTH": "wrong"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PONG" not in answered.stdout
