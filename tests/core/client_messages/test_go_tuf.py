"""The messages of this client keep to their form; their texts are in real_texts.py."""

import pytest

from trustui.core.client_messages.go_tuf import CLIENT
from trustui.core.client_messages.message import Message


@pytest.mark.parametrize("message", CLIENT.messages, ids=lambda message: message.template)
def test_a_template_has_enough_words_to_be_told_from_others(message: Message) -> None:
    longest = max(literal for literal, *_ in message.parts)
    assert len("".join(literal for literal, *_ in message.parts).split()) >= 2, longest
