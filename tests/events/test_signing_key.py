"""The key of the log: given, or made once and kept."""

import stat
from pathlib import Path
from threading import Barrier

import msgspec
import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from tests.simulators.event_log import LOG_KEY, OTHER_KEY
from tests.simulators.event_rows import Side, finish
from trustui.core.primitives.signed_note import Signer
from trustui.events.signing_key import FILE_NAME, log_signer, log_verifiers, new_key
from trustui.settings.environment import Misconfigured


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Settings) -> Path:
    """A data folder of the test's own, and no key given."""
    folder = tmp_path / "data"
    settings.TRUSTUI = msgspec.structs.replace(
        django_settings.TRUSTUI, data=folder, log_key="", log_origin="log.example"
    )
    return folder


def give(settings: Settings, text: str) -> None:
    settings.TRUSTUI = msgspec.structs.replace(settings.TRUSTUI, log_key=text)


def test_a_key_is_made_on_first_need_and_kept_for_its_owner_only(data: Path) -> None:
    made = log_signer()
    file = data / FILE_NAME
    assert made.name == "log.example"
    assert file.read_text(encoding="ascii") == f"{made.text}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert log_signer() == made
    assert log_verifiers() == (made.verifier,)


@pytest.mark.django_db
def test_of_many_who_need_it_first_all_get_the_same(data: Path) -> None:
    together, found = Barrier(8), list[Signer]()

    def ask() -> None:
        together.wait()
        found.append(log_signer())

    finish([Side(ask) for _ in range(8)])
    assert len(found) == 8
    assert set(found) == {log_signer()}
    assert [one.name for one in data.iterdir()] == [FILE_NAME]


def test_a_given_key_is_used_and_nothing_is_written(data: Path, settings: Settings) -> None:
    give(settings, LOG_KEY.text)
    assert log_signer() == LOG_KEY
    assert not data.exists()


def test_keys_from_before_may_follow_the_key(settings: Settings) -> None:
    give(settings, f"{LOG_KEY.text}\n{OTHER_KEY.verifier}\n")
    assert log_signer() == LOG_KEY
    assert log_verifiers() == (LOG_KEY.verifier, OTHER_KEY.verifier)


@pytest.mark.parametrize(
    "text", ["secret", "PRIVATE+KEY+x", f"{LOG_KEY.text}x", f"{LOG_KEY.text} other", " "]
)
def test_a_text_that_is_no_key_is_told_without_showing_it(text: str, settings: Settings) -> None:
    give(settings, text)
    with pytest.raises(Misconfigured, match="TRUSTUI_LOG_KEY: expected a key") as caught:
        log_signer()
    assert text.strip() == "" or text not in str(caught.value)


def test_a_broken_file_is_named(data: Path) -> None:
    data.mkdir()
    (data / FILE_NAME).write_text("", encoding="ascii")
    with pytest.raises(Misconfigured, match=FILE_NAME):
        log_signer()


def test_new_keys_are_random() -> None:
    assert new_key("log.example") != new_key("log.example")


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb"])
def test_a_name_that_no_key_may_have_is_refused(origin: str) -> None:
    with pytest.raises(Misconfigured, match="TRUSTUI_LOG_ORIGIN"):
        new_key(origin)
