"""The catalogue: each message of each client is recognised in the client's own text."""

import time

import pytest

from tests.core.client_messages import real_image_texts, real_texts
from tests.core.client_messages.notation_texts import NOTATION
from tests.core.client_messages.real_texts import Said
from trustui.check_pages import load_pages
from trustui.core.client_messages import (
    CATALOGUE,
    MAX_RECOGNIZED,
    MAX_TEXT,
    recognize,
    sayings,
)
from trustui.core.client_messages.message import Client, find

REAL_TEXTS = {**real_texts.REAL_TEXTS, **real_image_texts.IMAGE_TEXTS, "notation": NOTATION}
BY_NAME = {client.name: client for client in CATALOGUE}
CASES = [(name, said) for name, texts in REAL_TEXTS.items() for said in texts]
CHECKS = set(load_pages())


@pytest.mark.parametrize(("name", "said"), CASES, ids=lambda value: getattr(value, "text", value))
def test_it_recognises_what_the_client_says(name: str, said: Said) -> None:
    first, *others = recognize(said.text)
    assert others == []
    assert name in first.clients
    assert (first.checks or ("",))[0] == said.check
    if first.clients[0] == name:
        assert first.values == said.values
    assert first.text in said.text


@pytest.mark.parametrize("client", CATALOGUE, ids=lambda client: client.name)
def test_every_message_has_its_real_text(client: Client) -> None:
    texts = [said.text for said in REAL_TEXTS[client.name]]
    silent = [one.template for one in client.messages if not any(list(find(one, t)) for t in texts)]
    assert silent == []
    assert len(texts) == len(client.messages)


@pytest.mark.parametrize("client", CATALOGUE, ids=lambda client: client.name)
def test_every_check_that_a_message_stands_for_exists(client: Client) -> None:
    for message in client.messages:
        several = message.checks if isinstance(message.checks, dict) else {"": message.checks}
        assert "" in several
        assert {one for ids in several.values() for one in ids} <= CHECKS
        assert message.causes or all(several.values())
        assert {one.check for one in message.causes} - {""} <= CHECKS


def test_no_client_says_two_messages_with_the_same_words() -> None:
    for client in CATALOGUE:
        templates = [message.template for message in client.messages]
        assert len(set(templates)) == len(templates)


def test_every_explanation_is_a_sentence() -> None:
    for client in CATALOGUE:
        for message in client.messages:
            assert message.means.endswith("."), message.template
            assert message.means[0].isupper()


def test_causes_are_sentences_with_a_way_to_find_out_and_something_to_do() -> None:
    causes = [cause for client in CATALOGUE for one in client.messages for cause in one.causes]
    assert causes
    for cause in causes:
        for text in (cause.because, cause.how_to_check, cause.fix):
            assert text[0].isupper(), text
            assert text.endswith("."), text


def test_one_text_that_fits_several_causes_ranks_them() -> None:
    (one,) = recognize(
        "Error: no signatures found\nerror during command execution: no signatures found"
    )
    assert [cause.check for cause in one.causes][:3] == [
        "registry.find",
        "registry.find",
        "registry.platform",
    ]
    assert len(one.causes) > 4


def test_a_summary_is_told_only_where_no_reason_stands_behind_it() -> None:
    (alone,) = recognize("Error: no matching attestations: ")
    assert alone.checks[0] == "registry.find"
    (reason,) = recognize("Error: no matching attestations: no matching subject digest found")
    assert reason.checks == ("attestation.subject",)


def test_a_check_knows_how_clients_say_it() -> None:
    said = sayings("tuf.delegation.signature.threshold")
    assert ("python-tuf", "… was signed by …/… keys") in said
    assert len(set(said)) == len(said)
    assert ("cosign", "offline verification failed") in sayings("cosign.tlog_present")
    assert sayings("cosign.media_type") == ()


def test_words_for_which_a_check_is_likeliest_come_first() -> None:
    words = [text for client, text in sayings("bundle.sig") if client == "cosign"]
    assert words[0].startswith("could not verify message")
    assert words[-1].startswith("verifying inclusion")


def test_words_of_several_clients_name_all_of_them() -> None:
    (one,) = recognize("targets was signed by 1/2 keys")
    assert one.clients == ("python-tuf", "tuf-js")
    assert one.checks == ("tuf.targets.signature.threshold",)


def test_the_marks_of_a_client_in_the_text_decide_whose_it_is() -> None:
    trace = "    at MetadataStore.verify (/app/node_modules/tuf-js/dist/store.js:12:3)\n"
    (one,) = recognize(f"UnsignedMetadataError: targets was signed by 1/2 keys\n{trace}")
    assert one.clients == ("tuf-js",)


def test_a_traceback_gives_its_messages_in_order() -> None:
    text = """Traceback (most recent call last):
  File "tuf/api/metadata.py", line 201, in from_bytes
ValueError: Unsupported spec_version 2.0.0

During handling of the above exception, another exception occurred:
tuf.api.serialization.DeserializationError: Failed to deserialize JSON
"""
    assert [one.checks[0] for one in recognize(text)] == ["tuf.meta.spec_version", "tuf.meta.parse"]


def test_a_text_that_a_terminal_has_folded_is_recognised() -> None:
    text = "bad version number error:\n   new timestamp version 4\n   must be >= 7"
    (one,) = recognize(text)
    assert one.values == {"found": "4", "trusted": "7"}


def test_a_message_that_is_repeated_is_told_once() -> None:
    assert len(recognize("Final root.json is expired\n" * 50)) == 1


def test_no_more_than_a_few_are_told() -> None:
    text = "\n".join(f"Key {number:x} failed to verify root" for number in range(20))
    assert len(recognize(text)) == MAX_RECOGNIZED


def test_a_longer_message_is_meant_where_it_holds_a_shorter_one() -> None:
    (one,) = recognize("Metafile version must be > 0, got 0")
    assert one.checks == ("tuf.meta.schema",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "everything is fine",
        "New timestamp version many must be >= 412",
        "was signed by 1/2 keys",
        "Observed hash zzzz does not match expected hash yyyy",
    ],
)
def test_what_no_client_says_is_not_recognised(text: str) -> None:
    assert recognize(text) == ()


def test_hidden_characters_in_a_name_are_shown() -> None:
    (one,) = recognize("RepositoryError: New snapshot is missing info for 'a\u202eb.json'")
    assert one.values == {"file": "a\\u{202E}b.json"}
    assert "\u202e" not in one.text


def test_only_the_beginning_of_an_endless_text_is_read() -> None:
    assert recognize("x " * MAX_TEXT + "Final root.json is expired") == ()


@pytest.mark.parametrize(
    "unit",
    ["Expected ", "was signed by ", "Expected '", " Client Error: ", "' ", "New version 1 of "],
)
def test_a_hostile_text_costs_no_more_than_its_length(unit: str) -> None:
    """64 KiB of beginnings of messages: none may be searched from each of the others."""
    text = unit * (MAX_TEXT // len(unit))
    began = time.process_time()
    recognize(text)
    assert time.process_time() - began < 0.5
