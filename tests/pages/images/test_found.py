"""What a search finds among images."""

import pytest

from tests.simulators.port import Port
from trustui.pages.images.found import artefacts, identities, referenced, repositories


def test_repositories_are_found_by_a_part_of_the_name_or_a_reference(suite: Port) -> None:
    for text in ("terminal", "localhost/terminal-suite:7.2.0"):
        assert [name for name, *_ in repositories(suite.viewer, suite.now, text)] == [
            "localhost/terminal-suite"
        ]
    assert list(repositories(suite.stranger, suite.now, "terminal")) == []


def test_a_reference_finds_the_artefact_that_its_tag_or_digest_names(suite: Port) -> None:
    digest = suite.digest("7.2.0")
    for text in ("localhost/terminal-suite:7.2.0", f"localhost/terminal-suite@{digest}"):
        assert [(name, note) for name, note, _ in referenced(suite.viewer, suite.now, text)] == [
            (text, "index of platforms in terminal-suite")
        ]
        ((*_, href),) = referenced(suite.viewer, suite.now, text)
        assert digest in href
        assert list(referenced(suite.stranger, suite.now, text)) == []
        assert list(referenced(suite.viewer, suite.then(suite.told.story, 0), text)) == []


@pytest.mark.parametrize(
    "text", ["localhost/terminal-suite", "localhost/terminal-suite:9.9.9", "terminal-suite:7.2.0"]
)
def test_a_reference_without_a_known_tag_names_no_artefact(suite: Port, text: str) -> None:
    assert list(referenced(suite.viewer, suite.now, text)) == []


def test_artefacts_are_found_by_how_their_digest_begins(suite: Port) -> None:
    digest = suite.digest("7.2.0")
    ((name, note, href),) = artefacts(suite.viewer, suite.now, digest[7:23])
    assert (name, note) == (digest, "index of platforms in localhost/terminal-suite")
    assert digest in href
    assert list(artefacts(suite.stranger, suite.now, digest[7:])) == []
    assert list(artefacts(suite.viewer, suite.then(suite.told.story, 0), digest[7:])) == []


def test_identities_are_found_by_a_part_of_the_subject(suite: Port) -> None:
    ((subject, note, _),) = identities(suite.viewer, suite.now, "CONTRACTOR")
    assert "contractor" in subject
    assert note.startswith("says https://")
    assert list(identities(suite.stranger, suite.now, "contractor")) == []
