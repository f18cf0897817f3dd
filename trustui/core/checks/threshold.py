"""How many different keys of a role have signed these bytes?

A public key counts once, whatever key ids it is listed under and however often it signs.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import cached_property

import msgspec

from trustui.core.errors import ParseError
from trustui.core.limits import MAX_LISTED
from trustui.core.primitives.keys import PublicKey
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Judgement, failed, passed


class SignatureState(StrEnum):
    """What became of one signature."""

    VALID = "valid"
    REPEATED = "repeated"
    """Valid, but of a public key that has been counted under another key id."""
    INVALID = "invalid"
    EMPTY = "empty"
    KEY_UNREADABLE = "key_unreadable"
    UNKNOWN_KEYID = "unknown_keyid"
    """Of a key that this role does not have."""


class SignatureResult(msgspec.Struct, frozen=True):
    """One signature and what became of it."""

    keyid: str
    state: SignatureState
    because: str = ""


class Tally(msgspec.Struct, frozen=True, dict=True):
    """The signatures of one document, counted for one role."""

    role: str
    threshold: int
    keys: int
    """Different key ids that the role lists."""
    results: tuple[SignatureResult, ...]

    @cached_property
    def signed(self) -> int:
        """Different public keys with a valid signature."""
        return sum(result.state is SignatureState.VALID for result in self.results)

    @property
    def missing(self) -> int:
        """Signatures still needed to reach the threshold."""
        return max(0, self.threshold - self.signed)

    def having(self, state: SignatureState) -> list[SignatureResult]:
        """The results of one state."""
        return [result for result in self.results if result.state is state]


LoadKey = Callable[[str], PublicKey | None]
"""Gives the public key for a key id; None when there is none. Raises ParseError."""
Verifies = Callable[[PublicKey, bytes], bool]
"""Tells whether a signature over the document at hand was made with this key."""


def tally(
    role: str,
    threshold: int,
    keyids: Iterable[str],
    signatures: Mapping[str, bytes | None],
    load_key: LoadKey,
    verifies: Verifies,
) -> Tally:
    """Count. `signatures` maps key ids to signature bytes, None where they are not readable."""
    listed = frozenset(keyids)
    counted_keys: set[bytes] = set()
    results = []
    for keyid, signature in signatures.items():
        if keyid not in listed:
            results.append(SignatureResult(keyid, SignatureState.UNKNOWN_KEYID))
            continue
        result, material = _judge_signature(keyid, signature, load_key, verifies)
        if material is not None and material in counted_keys:
            result = SignatureResult(
                keyid, SignatureState.REPEATED, "the same public key has signed already"
            )
        if material is not None:
            counted_keys.add(material)
        results.append(result)
    return Tally(role, threshold, len(listed), tuple(results))


def _judge_signature(
    keyid: str, signature: bytes | None, load_key: LoadKey, verifies: Verifies
) -> tuple[SignatureResult, bytes | None]:
    """The result, and the key's material when the signature is valid."""
    if signature == b"":
        return SignatureResult(keyid, SignatureState.EMPTY, "there is no signature yet"), None
    try:
        key = load_key(keyid)
    except ParseError as error:
        return SignatureResult(keyid, SignatureState.KEY_UNREADABLE, error.because), None
    if key is None:
        return SignatureResult(
            keyid, SignatureState.KEY_UNREADABLE, "the delegator gives no such key"
        ), None
    if signature is None:
        return SignatureResult(
            keyid, SignatureState.INVALID, "the signature is not hexadecimal"
        ), None
    if not verifies(key, signature):
        return SignatureResult(
            keyid, SignatureState.INVALID, "not made by this key over these bytes"
        ), None
    return SignatureResult(keyid, SignatureState.VALID), key.material


def judge_threshold(found: Tally) -> Judgement:
    """Enough different keys have signed."""
    expected = f"{found.threshold} of {counted(found.keys, 'key')}"
    valid = [visible(result.keyid, 64) for result in found.having(SignatureState.VALID)]
    if found.missing:
        return failed(
            f"{visible(found.role, 60)}: {counted(found.missing, 'valid signature')} short of the threshold"
            f"{_why_not(found)}",
            expected=expected,
            found=f"{found.signed} valid",
            signed_by=valid[:MAX_LISTED],
        )
    return passed(
        f"{visible(found.role, 60)}: {found.signed} of {counted(found.keys, 'key')} signed, {found.threshold} needed",
        expected=expected,
        found=f"{found.signed} valid",
        signed_by=valid[:MAX_LISTED],
    )


def _why_not(found: Tally) -> str:
    reasons = [
        f"{len(having)} {words}"
        for state, words in (
            (SignatureState.INVALID, "invalid"),
            (SignatureState.REPEATED, "of a key that is counted already"),
            (SignatureState.EMPTY, "empty"),
            (SignatureState.KEY_UNREADABLE, "of unreadable keys"),
            (SignatureState.UNKNOWN_KEYID, "of keys that the role does not have"),
        )
        if (having := found.having(state))
    ]
    return f" ({', '.join(reasons)})" if reasons else " (no other signatures)"
