"""The messages of this client keep to their form; their texts are in notation_texts.py."""

import pytest

from tests.core.client_messages.notation_texts import NOTATION
from trustui.core.client_messages import recognize
from trustui.core.client_messages.message import Message
from trustui.core.client_messages.notation import CLIENT

FOR_ALL = "Error: signature verification failed for all the signatures associated with a.example/b@sha256:9"


@pytest.mark.parametrize("message", CLIENT.messages, ids=lambda message: message.template)
def test_a_template_has_enough_words_to_be_told_from_others(message: Message) -> None:
    assert len("".join(literal for literal, *_ in message.parts).split()) >= 2


def test_every_text_carries_a_mark_of_this_client() -> None:
    silent = [said.text for said in NOTATION if not any(one in said.text for one in CLIENT.marks)]
    assert [said for said in silent if recognize(said)[0].clients != ("notation",)] == []


def test_the_reason_in_the_log_is_told_instead_of_the_words_for_all() -> None:
    reason = (
        "level=error msg=expiry validation failed. Failure reason: digital signature has expired on "
        '"Sat, 21 Nov 2026 02:35:16 +0000"'
    )
    (one,) = recognize(f"{FOR_ALL}\n{reason}")
    assert one.checks == ("notation.expiry",)


def test_without_the_log_every_reason_is_still_open() -> None:
    (one,) = recognize(FOR_ALL)
    assert len(one.checks) > 5
    assert "-v" in one.means


def test_what_cannot_be_fetched_may_be_the_manifest_or_the_envelope() -> None:
    text = (
        'Error: signature verification failed: unable to retrieve digital signature with digest "sha256:1" '
        'associated with "a.example/b@sha256:2" from the Repository, error : sha256:3: not found'
    )
    (one,) = recognize(text)
    assert one.checks[:2] == ("notation.manifest", "notation.blob")
    assert [cause.check for cause in one.causes] == ["notation.manifest", "notation.blob"]


def test_other_clients_that_speak_of_annotations_are_not_taken_for_this_one() -> None:
    (one,) = recognize("no matching signatures: missing or incorrect annotation")
    assert "notation" not in one.clients
