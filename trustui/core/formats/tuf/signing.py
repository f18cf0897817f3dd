"""Keys and signatures of TUF documents: what a delegator's keys are, and who signed.

The judges here are always noted (CHECKS.md): whether enough good signatures remain is decided by
the threshold check of the role alone.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache

from trustui.core.checks.threshold import SignatureState, Tally, tally
from trustui.core.errors import ParseError
from trustui.core.formats.tuf.metadata import Key, Metadata, Object, Role, Signature
from trustui.core.formats.tuf.wellformed import SPEC
from trustui.core.limits import MAX_LISTED
from trustui.core.primitives.canonical_json import canonical
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.keys import (
    RSA_MIN_BITS,
    PublicKey,
    load_public_key,
    scheme_is_supported,
)
from trustui.core.primitives.text import visible
from trustui.core.trace import Check, Judgement, Severity, noted, passed

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")

cached_public_key = lru_cache(maxsize=4096)(load_public_key)
"""A repository's keys recur in every version of its metadata; loading one costs as a signature."""


REMEMBERED = 1 << 13
"""Signatures that were verified lately: 200 bytes each, less than two megabytes. A busy worker has so
many within minutes, and does not go on growing for half an hour."""
LONGEST_REMEMBERED = 1 << 20
"""Bytes of a document whose signatures are remembered: of a longer one another hash costs too."""
_remembered: OrderedDict[bytes, bool] = OrderedDict()


class SignedDocument:
    """The canonical bytes of a document with its signatures; each pair is verified once.

    A root is counted against the old and the new keys, a delegated document once for each edge
    that leads to it, and who looks at a repository again sees the same documents: the expensive
    part is shared. It goes by the whole content, so that nothing else can take its place.
    """

    def __init__(self, signed_bytes: bytes, signatures: tuple[Signature, ...]) -> None:
        self.signed_bytes = signed_bytes
        self.signatures = {one.keyid: signature_bytes(one.sig) for one in signatures}
        self._verified: dict[tuple[str, bytes, bytes], bool] = {}

    def tally(self, role: Role, delegator: Metadata) -> Tally:
        """Count the signatures for a role, with the keys that its delegator gives."""

        def load(keyid: str) -> PublicKey | None:
            key = delegator.key(keyid)
            return None if key is None else cached_public_key(key.keytype, key.scheme, key.public)

        return tally(role.name, role.threshold, role.keyids, self.signatures, load, self._verifies)

    def _verifies(self, key: PublicKey, signature: bytes) -> bool:
        pair = (key.scheme, key.material, signature)
        if pair not in self._verified:
            self._verified[pair] = self._verifies_anew(key, signature)
        return self._verified[pair]

    def _verifies_anew(self, key: PublicKey, signature: bytes) -> bool:
        if len(self.signed_bytes) > LONGEST_REMEMBERED:
            return key.verifies(signature, self.signed_bytes)
        content = hashlib.sha256(self._digest)
        for part in (key.scheme.encode(), key.material, signature):
            content.update(len(part).to_bytes(8) + part)
        found = _remembered.pop(content.digest(), None)
        if found is None:
            found = key.verifies(signature, self.signed_bytes)
        _remembered[content.digest()] = found
        while len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
        return found

    @cached_property
    def _digest(self) -> bytes:
        return hashlib.sha256(self.signed_bytes).digest()


def signature_bytes(text: str) -> bytes | None:
    """The bytes of a hexadecimal signature; None when it is not hexadecimal."""
    return bytes.fromhex(text) if _HEX.fullmatch(text) else None


def judge_keys_parse(delegator: Metadata) -> Judgement:
    """§4.2.2: every key that a known scheme may use can be read."""
    problems = []
    for key in _keys(delegator):
        if scheme_is_supported(key.keytype, key.scheme):
            try:
                cached_public_key(key.keytype, key.scheme, key.public)
            except ParseError as error:
                problems.append(f"{visible(key.keyid, 16)}: {error.because}")
    return _noted_keys(delegator, problems, "can be read", "cannot be read", Severity.MEDIUM)


def judge_schemes(delegator: Metadata) -> Judgement:
    """§4.2.2: every key is of a type and scheme that we can verify."""
    problems = [
        f"{visible(key.keyid, 16)}: {visible(key.keytype, 40)} with {visible(key.scheme, 40)}"
        for key in _keys(delegator)
        if not scheme_is_supported(key.keytype, key.scheme)
    ]
    return _noted_keys(
        delegator,
        problems,
        "have a known scheme",
        "have a scheme that cannot be verified",
        Severity.LOW,
    )


def judge_rsa_sizes(delegator: Metadata) -> Judgement:
    """RSA keys of fewer than 2,048 bits are counted, and weak (NIST SP 800-131A)."""
    problems = []
    for key in _keys(delegator):
        loaded = _loaded(key) if key.keytype == "rsa" else None
        if loaded is not None and loaded.bits < RSA_MIN_BITS:
            problems.append(f"{visible(key.keyid, 16)}: {loaded.bits} bits")
    return _noted_keys(
        delegator,
        problems,
        "are strong enough",
        f"are RSA of fewer than {RSA_MIN_BITS} bits",
        Severity.HIGH,
    )


def judge_keyids(delegator: Metadata) -> Judgement:
    """§4.2.1: a key id is the SHA-256 of the key, by one of the four formulas in use."""
    problems = [
        f"{visible(key.keyid, 16)}: not the hash of its key"
        for key in _keys(delegator)
        if keyid_formula(key.keyid, key.fields) is None
    ]
    return _noted_keys(
        delegator,
        problems,
        "have key ids that follow from them",
        "have another key id",
        Severity.LOW,
    )


KEYID_FORMULAS: dict[str, Callable[[Object], Object]] = {
    "the whole key object": lambda key: key,
    "keytype, scheme and keyval": lambda key: _only(key, "keytype", "scheme", "keyval"),
    "these and keyid_hash_algorithms": lambda key: _only(
        key, "keytype", "scheme", "keyval", "keyid_hash_algorithms"
    ),
    "keytype and keyval, as Notary v1": lambda key: _only(key, "keytype", "keyval"),
}
"""What real repositories hash (handbook/tuf §5.9), tried in this order."""


def keyid_formula(keyid: str, fields: Object) -> str | None:
    """Which formula gives this key id, or None."""
    for name, part in KEYID_FORMULAS.items():
        try:
            if sha256(canonical(part(fields))) == keyid:
                return name
        except ParseError:
            return None
    return None


def _only(key: Object, *names: str) -> Object:
    return {name: key[name] for name in names if name in key}


def _keys(delegator: Metadata) -> Iterator[Key]:
    for keyid in delegator.keys:
        key = delegator.key(keyid)
        assert key is not None
        yield key


def _loaded(key: Key) -> PublicKey | None:
    try:
        return cached_public_key(key.keytype, key.scheme, key.public)
    except ParseError:
        return None


def _noted_keys(
    delegator: Metadata, problems: list[str], good: str, bad: str, severity: Severity
) -> Judgement:
    total = len(delegator.keys)
    if problems:
        return noted(
            f"{len(problems)} of {total} keys {bad}",
            finding=severity,
            found=problems[0],
            keys=problems[:MAX_LISTED],
        )
    return passed(f"all {total} keys {good}" if total else "there are no keys")


KEY_CHECKS = (
    (Check("tuf.key.parse", f"{SPEC} §4.2.2"), judge_keys_parse),
    (Check("tuf.key.scheme.supported", f"{SPEC} §4.2.2"), judge_schemes),
    (Check("tuf.key.rsa.min_2048", f"{SPEC} §4.2.2"), judge_rsa_sizes),
    (Check("tuf.key.keyid.hash", f"{SPEC} §4.2.1"), judge_keyids),
)
"""Judged once for each document that gives keys: root, and targets that delegate."""


def judge_empty(tallies: tuple[Tally, ...]) -> Judgement:
    """An empty signature is a place kept for somebody who has not signed yet."""
    return _noted_signatures(tallies, SignatureState.EMPTY, "are empty", None)


def judge_unknown_keyids(tallies: tuple[Tally, ...]) -> Judgement:
    """A signature by a key that the role does not have is ignored."""
    known = {
        result.keyid
        for one in tallies
        for result in one.results
        if result.state is not SignatureState.UNKNOWN_KEYID
    }
    unknown = [result.keyid for result in tallies[0].results if result.keyid not in known]
    return _noted_keyids(
        unknown, len(tallies[0].results), "are of keys that the role does not have", None
    )


def judge_invalid(tallies: tuple[Tally, ...]) -> Judgement:
    """A signature that its key did not make is ignored, and worth asking why."""
    return _noted_signatures(tallies, SignatureState.INVALID, "are not valid", Severity.MEDIUM)


def judge_counted_once(tallies: tuple[Tally, ...]) -> Judgement:
    """One public key under two key ids counts once (go-tuf issue 369)."""
    return _noted_signatures(
        tallies,
        SignatureState.REPEATED,
        "are of a key that is counted under another id",
        Severity.MEDIUM,
    )


def _noted_signatures(
    tallies: tuple[Tally, ...], state: SignatureState, words: str, severity: Severity | None
) -> Judgement:
    keyids = dict.fromkeys(result.keyid for one in tallies for result in one.having(state))
    return _noted_keyids(list(keyids), len(tallies[0].results), words, severity)


def _noted_keyids(
    keyids: list[str], total: int, words: str, severity: Severity | None
) -> Judgement:
    if not keyids:
        return passed(f"of {total:,} signatures none {words}")
    shown = [visible(keyid, 64) for keyid in keyids[:MAX_LISTED]]
    return noted(
        f"{len(keyids):,} of {total:,} signatures {words}",
        finding=severity,
        found=shown[0],
        keyids=shown,
    )


SIGNATURE_CHECKS = (
    (Check("tuf.sig.empty", f"{SPEC} §4.2.1"), judge_empty),
    (Check("tuf.sig.unknown_keyid", f"{SPEC} §4.2.1"), judge_unknown_keyids),
    (Check("tuf.sig.invalid", f"{SPEC} §4.2.1"), judge_invalid),
    (Check("tuf.sig.key.counted_once", f"{SPEC} §5.3.4"), judge_counted_once),
)
"""Judged of every document before its threshold."""


def cached_material(key: Key | None) -> bytes | None:
    """What makes two keys the same key; None where a key is missing or cannot be read."""
    loaded = None if key is None else _loaded(key)
    return None if loaded is None else loaded.material
