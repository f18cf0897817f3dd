"""docker-compose.yml as it is: its commands, with its environment, as plain processes.

tests/simulators/composed.py starts them.
"""

import re
import subprocess
import tomllib
from collections.abc import Iterator

import pytest

from tests import servers
from tests.simulators.composed import COMPOSE, OURS, PROJECT, SERVICES, VARIABLE, Services, composed
from tests.simulators.installation import get
from tests.simulators.served_folder import served_folder
from trustui.settings.environment import read_environment

pytestmark = pytest.mark.servers

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


def test_what_may_be_left_out_has_no_value_in_the_file() -> None:
    for name in ("web", "worker"):
        environment = SERVICES[name]["environment"]
        assert [key for key, value in environment.items() if value is None] == [
            "TRUSTUI_REVOCATION_HOSTS"
        ]


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


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with composed(tmp_path_factory.mktemp("compose")) as services:
        services.up_all()
        yield services


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


def test_hosts_that_may_be_asked_about_revocation_reach_those_who_tell_and_ask(
    services: Services,
) -> None:
    for name in ("web", "worker"):
        seen = read_environment(services.of(name).environ())
        assert seen.revocation_hosts == ("crl.example.org", "10.1.2.3")


def test_a_wrong_password_opens_nothing(services: Services) -> None:
    answered = subprocess.run(
        ["redis-cli", "-p", str(services.ports["6379"]), "ping"],  # noqa: S607  of the machine
        env={"PATH": "/usr/bin:/bin", "REDISCLI_AUTH": "wrong"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PONG" not in answered.stdout
