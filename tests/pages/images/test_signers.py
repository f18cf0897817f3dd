"""Who signed, as claimed."""

from tests.simulators.port import Port
from trustui.pages.images.signers import EACH, Signers, signer, signer_of, signers_of


def test_each_signer_of_an_artefact_is_told_once(suite: Port) -> None:
    digest = suite.digest("7.2.0")
    found = signers_of(suite.repository_id, [digest], suite.now)
    assert len(found[digest].shown) == 1
    assert found[digest].shown[0].href.startswith("/identities/")
    assert signers_of(suite.repository_id, [digest], suite.then(suite.told.story, 0)) == {}
    assert signer_of(suite.told.signature).words
    assert EACH == 3
    assert found[digest] == Signers(found[digest].shown, 0)


def test_hostile_names_are_visible_and_keys_are_named() -> None:
    assert "\\u{202E}" in signer("0" * 64, "a\u202eb", "").words
    assert signer("", "", "", key="ab" * 32).words == "key abababababab…"
    assert signer("", "", "").words == "an unnamed key"
    assert signer("0" * 64, "me", "them").words == "me of them"
