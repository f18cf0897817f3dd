"""What may be said of a difference between two clients; the rules are made of these."""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from tests.differential.compare import Difference, Stricter
from tests.simulators.odd_json import places, value_at
from trustui.core.errors import ParseError
from trustui.core.primitives.digests import compare
from trustui.core.primitives.keys import PublicKey, load_public_key

Predicate: TypeAlias = Callable[[Difference], bool]
KeyKind: TypeAlias = Callable[[Any], bool]


class Rule(NamedTuple):
    """A kind of difference: its name, who refuses more, why both stay as they are."""

    name: str
    stricter: Stricter
    reason: str
    applies: Predicate


def rule_for(difference: Difference, rules: tuple[Rule, ...]) -> Rule | None:
    """The first rule that covers a difference."""
    for rule in rules:
        if rule.stricter is difference.stricter and rule.applies(difference):
            return rule
    return None


def any_of(*predicates: Predicate) -> Predicate:
    return lambda difference: any(holds(difference) for holds in predicates)


# What we say ----------------------------------------------------------------------------------

THRESHOLD = r"^tuf\..*(\.threshold|\.threshold_old|\.threshold_new|\.self_signed)$"


def first(
    check: str, *, on: str = "", expected: str = "", found: str = "", because: str = ""
) -> Predicate:
    """Our first failing step is of this check and says so; all are regular expressions."""
    wanted = (check, on, expected, found, because)

    def applies(difference: Difference) -> bool:
        step = difference.first
        if step is None:
            return False
        said = (step.check, step.on, step.expected or "", step.found or "", step.because)
        return all(re.search(one, text) for one, text in zip(wanted, said, strict=True))

    return applies


def unreadable_key(kind: KeyKind) -> Predicate:
    """A signature is missing to us because a key of this kind cannot be read."""

    def applies(difference: Difference) -> bool:
        return first(THRESHOLD, because="of unreadable keys")(difference) and any(
            kind(key)
            for keys in difference.keys.values()
            for key in keys
            if isinstance(load(key), ParseError)
        )

    return applies


def invalid_signature(kind: KeyKind) -> Predicate:
    """A signature by a key of this kind is not valid to us."""

    def applies(difference: Difference) -> bool:
        if not first(THRESHOLD, because="invalid")(difference):
            return False
        named = _named_invalid(difference)
        return any(kind(key) for keyid in named for key in difference.keys.get(keyid, ()))

    return applies


def spaced_signature(difference: Difference) -> bool:
    """A signature that is not valid to us has white space between its digits."""
    if not first(THRESHOLD, because="invalid")(difference):
        return False
    named = _named_invalid(difference)
    return any(keyid in named and re.search(r"\s", sig) for keyid, sig in difference.signatures)


def _named_invalid(difference: Difference) -> set[str]:
    assert difference.first is not None
    steps = difference.verdict.steps("tuf.sig.invalid", difference.first.on)
    lists = (step.evidence.get("keyids") for step in steps)
    return {keyid for listed in lists if isinstance(listed, list) for keyid in listed}


def kept_snapshot_is_another(difference: Difference) -> bool:
    """The kept snapshot is of the version that timestamp lists now, but not the one it lists."""
    kept, timestamp = difference.before.get("snapshot"), difference.peer.kept.get("timestamp")
    if kept is None or timestamp is None:
        return False
    listed = json.loads(timestamp)["signed"]["meta"]["snapshot.json"]
    holds = all(one.holds for one in compare(kept, listed.get("hashes") or {}))
    same_length = listed.get("length") in {None, len(kept)}
    same_version: bool = json.loads(kept)["signed"]["version"] == listed["version"]
    return same_version and not (holds and same_length)


# What the peer says ---------------------------------------------------------------------------


def says(pattern: str) -> Predicate:
    """The error of the peer."""
    return lambda difference: re.search(pattern, difference.error) is not None


def says_and_has_key(pattern: str, kind: Callable[[PublicKey], bool]) -> Predicate:
    """The peer says so, and a key at hand that we can use is of this kind."""

    def applies(difference: Difference) -> bool:
        return says(pattern)(difference) and any(
            kind(loaded)
            for keys in difference.keys.values()
            for key in keys
            if isinstance(loaded := load(key), PublicKey)
        )

    return applies


def bins_end_the_search(difference: Difference) -> bool:
    """The peer finds nothing wrong and nothing at all, and there are bins."""
    return not difference.error and any(
        isinstance(delegations := document["signed"].get("delegations"), dict)
        and "succinct_roles" in delegations
        for document in difference.documents
    )


def lists_hash(kind: Callable[[str, str], bool]) -> Predicate:
    """Timestamp or snapshot lists a hash of this kind, given as algorithm and value.

    A peer that does not take it asks again for what it has; anything may come of that.
    """

    def applies(difference: Difference) -> bool:
        about_bytes = says("^(LengthOrHashMismatch|Download.*)Error|unsupported hash type")
        return about_bytes(difference) and any(
            kind(str(path[-1]), stated)
            for document in difference.documents
            for path in places(document["signed"].get("meta"))
            if path[1:2] == ("hashes",)
            and isinstance(stated := value_at(document["signed"]["meta"], path), str)
        )

    return applies


_MAY_BE_MISSING = {"delegations", "paths", "path_hash_prefixes", "roles", "succinct_roles"}


def has_null(difference: Difference) -> bool:
    """A member that may be missing is null somewhere."""
    return any(
        value_at(document["signed"], path) is None and path[-1] in _MAY_BE_MISSING
        for document in difference.documents
        for path in places(document["signed"])
        if path
    )


def load(key: Any) -> PublicKey | ParseError | None:
    """Our reading of a key object; None where it is no key object at all."""
    try:
        return load_public_key(key["keytype"], key["scheme"], key["keyval"]["public"])
    except ParseError as error:
        return error
    except (TypeError, KeyError, AttributeError):
        return None


# Kinds of keys --------------------------------------------------------------------------------


def small_order(key: Any) -> bool:
    loaded = load(key)
    return isinstance(loaded, ParseError) and (
        "small order" in loaded.because or "canonical form" in loaded.because
    )


def scheme(part: str) -> KeyKind:
    return lambda key: part in str(key.get("scheme"))


def spaced_hex(key: Any) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]+\s[0-9a-fA-F\s]*", key["keyval"]["public"]) is not None
