"""Logins are sealed by keys that are not in the database, and open for their own source only."""

import logging
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.apps import apps
from django.db import connection
from django.views.debug import ExceptionReporter
from pytest_django import DjangoAssertNumQueries, Settings

from trustui.accounts.models import Team
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret
from trustui.events.models import Event
from trustui.inventory.credentials import (
    FILE_NAME,
    CredentialError,
    login_of,
    logins_of,
    new_key,
    remove_login,
    rotate,
    set_login,
)
from trustui.inventory.models import Credential, Source
from trustui.settings.environment import Misconfigured

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CANARY = "canary-7f3a-the-password"
LOGIN = Login("robot", Secret(CANARY), "auth.example:5001")

Use = Callable[..., None]


@pytest.fixture
def use(settings: Settings, tmp_path: Path) -> Use:
    """Sets the ring of keys; none leaves it to the data folder."""

    def using(*keys: str) -> None:
        settings.TRUSTUI = msgspec.structs.replace(
            settings.TRUSTUI, credential_keys=" ".join(keys), data=tmp_path
        )

    return using


@pytest.fixture(autouse=True)
def key(use: Use) -> str:
    made = new_key()
    use(made)
    return made


def registry(name: str = "images", **changes: Any) -> Source:
    team, _ = Team.objects.get_or_create(name="release", defaults={"created_at": NOW})
    row = {
        "team": team,
        "name": name,
        "kind": "oci_registry",
        "location": f"oci://{name}.example",
        "location_id": name,
        "every_seconds": 60,
        "created_at": NOW,
    }
    return Source.objects.create(**{**row, **changes})


@pytest.fixture
def source() -> Source:
    return registry()


def log_in(source: Source, login: Login = LOGIN) -> None:
    set_login(
        source=source, login=login, actor="person:alice", by_name="alice", now=NOW, reason="why"
    )


def test_a_login_is_kept_and_given_back(source: Source) -> None:
    assert login_of(source) is None
    log_in(source)
    assert login_of(source) == LOGIN
    row = Credential.objects.get()
    assert (row.username, row.set_by_name, row.set_at) == ("robot", "alice", NOW)
    assert str(row) == f"login of source {source.pk}"


def test_a_refresh_token_needs_no_user_name(source: Source) -> None:
    login = Login("", Secret("refresh"), is_refresh_token=True)
    log_in(source, login)
    assert login_of(source) == login


def test_a_second_login_replaces_the_first_and_one_that_is_removed_is_gone(source: Source) -> None:
    log_in(source)
    log_in(source, Login("other", Secret("else")))
    assert login_of(source) == Login("other", Secret("else"))
    assert remove_login(source=source, actor="person:alice", now=NOW, reason="left") is True
    assert login_of(source) is None
    assert remove_login(source=source, actor="person:alice", now=NOW) is False


def test_each_act_is_an_event_without_the_secret(source: Source) -> None:
    log_in(source)
    remove_login(source=source, actor="person:alice", now=NOW, reason="left")
    told = [(one.kind, one.actor, one.reason, one.detail) for one in Event.objects.order_by("id")]
    detail = {"username": "robot", "token_host": "auth.example:5001"}
    assert told == [
        ("credential.set", "person:alice", "why", detail),
        ("credential.removed", "person:alice", "left", {}),
    ]


@pytest.mark.parametrize(
    ("changes", "login", "words"),
    [
        ({"removed_at": NOW}, LOGIN, "was removed"),
        ({"kind": "tuf_http"}, LOGIN, "expected a source of the kind oci_registry"),
        ({}, Login("", Secret("a")), "expected a user name"),
        ({}, Login("a:b", Secret("a")), "without a colon"),
        ({}, Login("a" * 301, Secret("a")), "at most 300"),
        ({}, Login("a\u202e", Secret("a")), "that can be shown"),
        ({}, Login("a", Secret("")), "expected a password"),
        ({}, Login("a", Secret("a\nb")), "without line breaks"),
        ({}, Login("a", Secret("a" * 17_000)), "16,384"),
        ({}, Login("a", Secret("a"), "auth.example/x"), "HOST or HOST:PORT"),
    ],
)
def test_what_is_no_login_is_refused_without_telling_it(
    changes: dict[str, Any], login: Login, words: str
) -> None:
    with pytest.raises(CredentialError, match=words):
        log_in(registry(**changes), login)
    assert not Credential.objects.exists()
    assert not Event.objects.exists()


# Keys -----------------------------------------------------------------------------------------------


def test_without_a_key_in_the_settings_one_is_made_and_kept_for_the_owner_only(
    use: Use, source: Source, tmp_path: Path
) -> None:
    use()
    log_in(source)
    assert login_of(source) == LOGIN
    path = tmp_path / FILE_NAME
    assert path.stat().st_mode & 0o077 == 0
    path.unlink()
    with pytest.raises(CredentialError, match="has no more"):
        login_of(source)


def test_a_ring_opens_with_all_its_keys_and_seals_with_the_first(
    use: Use, source: Source, key: str
) -> None:
    log_in(source)
    newer = new_key()
    use(newer, key)
    assert login_of(source) == LOGIN
    other = registry("other")
    log_in(other)
    use(newer)
    assert login_of(other) == LOGIN
    with pytest.raises(CredentialError, match="sealed by a key"):
        login_of(source)


def test_rotating_seals_everything_anew_and_only_that_is_told(
    use: Use, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trustui.inventory.credentials._PORTION", 3)
    sources = [registry(f"r{number}") for number in range(7)]
    for one in sources:
        log_in(one, Login("robot", Secret(f"secret {one.name}")))
    newer = new_key()
    use(newer, key)
    assert rotate(actor="person:alice", now=NOW, reason="yearly") == 7
    assert rotate(actor="person:alice", now=NOW) == 0
    use(newer)
    opened = [login_of(one) for one in sources]
    assert opened == [Login("robot", Secret(f"secret {one.name}")) for one in sources]
    event = Event.objects.get(kind="credentials.rotated")
    assert (event.detail["rows"], event.reason) == (7, "yearly")
    assert key not in str(event.detail)


def test_rotating_stops_at_what_does_not_open(use: Use, source: Source) -> None:
    log_in(source)
    use(new_key())
    with pytest.raises(CredentialError):
        rotate(actor="person:alice", now=NOW)
    assert not Event.objects.filter(kind="credentials.rotated").exists()


@pytest.mark.parametrize(
    "text",
    ["xyzzy", "trustui-key-AA", "trustui-key-AAAA", "trustui-key-ä", "trustui-key-" + "*" * 44],
)
def test_a_text_that_is_no_key_is_named_by_its_setting_only(
    use: Use, source: Source, text: str
) -> None:
    use(text)
    with pytest.raises(Misconfigured, match="TRUSTUI_CREDENTIAL_KEYS") as error:
        log_in(source)
    assert text not in str(error.value)


def test_a_key_file_that_was_emptied_is_told(use: Use, source: Source, tmp_path: Path) -> None:
    use()
    (tmp_path / FILE_NAME).write_text("")
    with pytest.raises(Misconfigured, match=r"credentials\.key"):
        log_in(source)


# Who can write to the database ----------------------------------------------------------------------


def moved_to_another_source(source: Source) -> Source:
    other = registry("other")
    Credential.objects.filter(source=source).update(source=other)
    return other


def sent_to_another_host(source: Source) -> Source:
    Source.objects.filter(pk=source.pk).update(location="oci://evil.example")
    source.refresh_from_db()
    return source


def flipped(at: int) -> Callable[[Source], Source]:
    def flip(source: Source) -> Source:
        row = Credential.objects.get()
        sealed = bytearray(row.sealed)
        sealed[at] ^= 1
        row.sealed = bytes(sealed)
        row.save()
        return source

    return flip


def cut(source: Source) -> Source:
    Credential.objects.update(sealed=b"\x01short")
    return source


@pytest.mark.parametrize(
    "tamper",
    [moved_to_another_source, sent_to_another_host, flipped(0), flipped(5), flipped(-1), cut],
)
def test_a_row_that_was_tampered_with_does_not_open(
    source: Source, tamper: Callable[[Source], Source]
) -> None:
    log_in(source)
    with pytest.raises(CredentialError, match="does not open"):
        login_of(tamper(source))


def test_a_batch_is_opened_with_one_query(
    source: Source, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    broken, without = registry("broken"), registry("without")
    for one in (source, broken):
        log_in(one)
    Credential.objects.filter(source=broken).update(key_id="0")
    rows = {one.pk: one for one in (source, broken, without)}
    with django_assert_num_queries(1):
        found = logins_of(rows)
    assert found[source.pk] == LOGIN
    assert isinstance(found[broken.pk], CredentialError)
    assert without.pk not in found
    assert logins_of({}) == {}


# Where the secret must not be -----------------------------------------------------------------------


def every_value() -> Iterator[str]:
    with connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')  # noqa: S608  our own tables
            for row in cursor.fetchall():
                for value in row:
                    is_bytes = isinstance(value, bytes | memoryview)
                    yield bytes(value).decode("latin-1") if is_bytes else str(value)


def test_no_row_of_the_database_has_the_secret_or_a_key(source: Source, key: str) -> None:
    log_in(source)
    values = list(every_value())
    assert any("robot" in value for value in values), "the whole database was read"
    for secret in (CANARY, key, key.removeprefix("trustui-key-")):
        assert not any(secret in value for value in values)


def error_page(login: Login | None) -> str:
    """What a browser would be shown in debug mode when something fails that holds a login."""
    try:
        int(f"{login}")
    except ValueError:
        return ExceptionReporter(None, *sys.exc_info()).get_traceback_html()
    raise AssertionError("a login is no number")


def test_no_log_and_no_error_page_has_it(
    source: Source, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        log_in(source)
        login = login_of(source)
        logging.getLogger("trustui").error("%s %r", login, login)
    assert CANARY not in caplog.text
    page = error_page(login)
    assert "Secret(…)" in page
    assert CANARY not in page
    assert key not in page
