"""The policies that people may begin from."""

import pytest

from trustui.core.trust_policy.languages import LANGUAGES, Language
from trustui.pages.images.policy_examples import EXAMPLES


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.name)
def test_each_language_has_an_example_that_can_be_read_and_in_which_nothing_is_odd(
    language: Language,
) -> None:
    document = language.parse(EXAMPLES[language.name].encode())
    assert list(language.lint(document)) == []
    assert language.patterns(document)
    assert language.files(document)
