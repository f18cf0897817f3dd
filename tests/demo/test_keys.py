"""Keys come from their seed, and python-tuf's library knows them by the same id."""

import pytest
from securesystemslib.signer._key import SSlibKey

from trustui.core.diff.signers import KEY_OWNER
from trustui.demo.keys import Scheme, throwaway_key


@pytest.mark.parametrize("scheme", Scheme)
def test_key_ids_are_those_of_securesystemslib(scheme: Scheme) -> None:
    key = throwaway_key("key-ids", scheme)
    assert key.key_id == SSlibKey.from_crypto(key._private.public_key()).keyid


def test_another_seed_gives_other_keys() -> None:
    assert throwaway_key("a").key_id != throwaway_key("b").key_id


def test_a_key_does_not_show_its_secret() -> None:
    key = throwaway_key("a")
    assert repr(key) == f"<ed25519 key {key.key_id[:8]}>"


def test_a_holder_is_listed_beside_the_key_and_changes_no_id() -> None:
    key, same = throwaway_key("a"), throwaway_key("a")
    assert key.listed == key.public
    key.holder = "@lind"
    assert key.listed == {**same.public, KEY_OWNER: "@lind"}
    assert key.key_id == same.key_id
