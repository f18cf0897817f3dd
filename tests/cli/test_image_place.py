"""`trustui verify image HOST/NAME`: the same verdict as from a layout, with a login where one is given."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.simulators.authority import Authority
from tests.simulators.command_line import Answer, Trustui, command_line
from tests.simulators.image_repository import Repository, files, sign_tag
from tests.simulators.registry import PASSWORD, USER, RegistryServer
from trustui.demo.images.repository import image
from trustui.demo.images.tag_format import TagPlan

HERE = ("--allow-address", "127.0.0.1", "--plain-http")


@pytest.fixture
def trustui(capsys: pytest.CaptureFixture[str]) -> Trustui:
    return command_line(capsys)


@pytest.fixture
def repository() -> Repository:
    made = Repository()
    sign_tag(made, image(made), TagPlan())
    return made


@pytest.fixture
def server(repository: Repository) -> Iterator[RegistryServer]:
    with RegistryServer({"team/app": repository}) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the expectation and the files that it names stand."""
    for name, body in files().items():
        (tmp_path / name).write_bytes(body)
    expected = {"key": "key.pub", "log": "ignored"}
    (tmp_path / "expect.json").write_text(json.dumps(expected))
    return tmp_path


Verify = Callable[..., Answer]


@pytest.fixture
def verify(trustui: Trustui, server: RegistryServer, folder: Path) -> Verify:
    def verifying(*more: object, name: str = "team/app:1.0") -> Answer:
        reference = f"127.0.0.1:{server.port}/{name}"
        return trustui("verify", "image", reference, "--expect", folder / "expect.json", *more)

    return verifying


def test_an_image_in_a_registry_is_verified_with_every_place_that_was_asked(
    verify: Verify, server: RegistryServer
) -> None:
    answer = verify(*HERE, "--json")
    assert answer.status == 0, answer
    places = {one["place"]: one["state"] for one in answer.json["places"]}
    assert places["referrers_api"] == "empty"
    assert places["cosign_sig_tag"] == "listed"
    assert answer.json["subject"] == f"127.0.0.1:{server.port}/team/app:1.0"


def test_a_digest_and_another_name_can_be_asked_for(verify: Verify, repository: Repository) -> None:
    name = f"team/app@{repository.tags['1.0']}"
    answer = verify(*HERE, "--as", "registry.example/app", "--json", name=name)
    assert answer.status == 0
    assert answer.json["subject"] == f"registry.example/app@{repository.tags['1.0']}"
    assert verify(*HERE, "--as", "app").status == 2


def test_a_registry_without_referrers_can_be_simulated(verify: Verify) -> None:
    answer = verify(*HERE, "--without-referrers", "--json")
    places = {one["place"]: one["state"] for one in answer.json["places"]}
    assert places["referrers_api"] == "not_offered"


def test_what_the_registry_says_besides_is_told(verify: Verify, server: RegistryServer) -> None:
    server.manners.headers = {"RateLimit-Remaining": "7"}
    assert "requests left at the registry: 7" in verify(*HERE).out
    assert verify(*HERE, "--json").json["notices"] == ["requests left at the registry: 7"]


def test_an_unsigned_image_fails_and_a_silent_place_is_undecided(
    verify: Verify, server: RegistryServer, repository: Repository
) -> None:
    (signature,) = [tag for tag in repository.tags if tag.endswith(".sig")]
    del repository.tags[signature]
    assert verify(*HERE, "--json").json["trust_state"] == "not_signed"
    server.manners.login = "basic"
    answer = verify(*HERE, "--json")
    assert (answer.status, answer.json["trust_state"]) == (3, "could_not_check")
    assert "none was given" in answer.out


def test_an_address_that_was_not_allowed_is_not_asked(
    verify: Verify, server: RegistryServer
) -> None:
    assert verify("--plain-http").status == 3
    assert server.requests == []


def test_tls_is_the_default_and_its_authority_can_be_named(
    trustui: Trustui, repository: Repository, folder: Path
) -> None:
    authority = Authority(folder)
    server = RegistryServer({"team/app": repository})
    server._tls = authority.server()
    with server:
        asked = ("verify", "image", f"127.0.0.1:{server.port}/team/app:1.0", *HERE[:2])
        expecting = ("--expect", folder / "expect.json")
        assert trustui(*asked, *expecting, "--ca-file", authority.ca_file).status == 0
        without = trustui(*asked, *expecting)
        assert without.status == 3
        assert "TLS: " in without.out
        assert trustui(*asked, *expecting, "--ca-file", folder / "none").status == 2


# Logins ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_a_login_comes_from_a_variable(
    verify: Verify, server: RegistryServer, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.manners.login = scheme
    monkeypatch.setenv("REGISTRY_LOGIN", f"{USER}:{PASSWORD}")
    assert verify(*HERE, "--login-variable", "REGISTRY_LOGIN").status == 0


@pytest.mark.parametrize("text", [None, "", "alice", "alice:", ":secret"])
def test_a_variable_without_a_login_is_refused_without_its_value(
    verify: Verify, text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text is not None:
        monkeypatch.setenv("REGISTRY_LOGIN", text)
    answer = verify(*HERE, "--login-variable", "REGISTRY_LOGIN")
    assert answer.status == 2
    assert "USER:PASSWORD in the variable REGISTRY_LOGIN" in answer.err
    assert "secret" not in answer.err


def test_a_password_in_place_of_a_name_is_not_repeated(verify: Verify) -> None:
    answer = verify(*HERE, "--login-variable", "alice:secret")
    assert (answer.status, "secret" in answer.err) == (2, False)


def test_a_login_comes_from_a_docker_configuration(
    verify: Verify, server: RegistryServer, tmp_path: Path
) -> None:
    server.manners.login = "basic"
    config = tmp_path / "config.json"
    encoded = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    config.write_text(json.dumps({"auths": {f"127.0.0.1:{server.port}": {"auth": encoded}}}))
    assert verify(*HERE, "--docker-config", config).status == 0
    config.write_text(json.dumps({"auths": {"127.0.0.1": {"auth": encoded}}}))
    other = verify(*HERE, "--docker-config", config)
    assert (other.status, "helpers are not run" in other.err) == (2, True)
    config.write_text("{")
    assert verify(*HERE, "--docker-config", config).status == 2
    assert verify(*HERE, "--docker-config", tmp_path / "none").status == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--token-host", "auth.example"), "a login that is sent there"),
        (("--login-variable", "LOGIN", "--token-host", "auth.example/x"), "HOST or HOST:PORT"),
        (("--allow-address", "a b"), "--allow-address"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    verify: Verify, options: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGIN", f"{USER}:{PASSWORD}")
    answer = verify(*options)
    assert answer.status == 2
    assert words in answer.err
