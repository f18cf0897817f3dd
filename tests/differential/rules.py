"""Where this project and python-tuf 7.0.1 disagree on purpose: every way that is known, and why.

A difference that no rule covers fails the tests. Each rule has a minimal vector in `vectors`.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.differential.compare import Difference, Stricter
from tests.simulators.odd_json import places, value_at
from trustui.core.errors import ParseError
from trustui.core.primitives.digests import ALGORITHMS, compare
from trustui.core.primitives.keys import load_public_key


class Rule(NamedTuple):
    """A kind of difference: its name, who refuses more, why both stay as they are."""

    name: str
    stricter: Stricter
    reason: str
    applies: Callable[[Difference], bool]


def rule_for(difference: Difference, rules: "tuple[Rule, ...] | None" = None) -> Rule | None:
    """The first rule that covers a difference."""
    for rule in RULES if rules is None else rules:
        if rule.stricter is difference.stricter and rule.applies(difference):
            return rule
    return None


# What we are stricter about -------------------------------------------------------------------

_THRESHOLDS = re.compile(r"tuf\..*(threshold|threshold_old|threshold_new|self_signed)")


def _first(check: str, *, expected: str = "", because: str = "") -> Callable[[Difference], bool]:
    """Our first failing step is of this check and says so."""

    def applies(difference: Difference) -> bool:
        step = difference.first
        return (
            step is not None
            and re.fullmatch(check, step.check) is not None
            and re.search(expected, step.expected or "") is not None
            and re.search(because, step.because) is not None
        )

    return applies


def _short_of_threshold(difference: Difference, because: str) -> bool:
    step = difference.first
    return (
        step is not None
        and _THRESHOLDS.fullmatch(step.check) is not None
        and because in step.because
    )


def _unreadable(kind: Callable[[Any], bool]) -> Callable[[Difference], bool]:
    """A signature is missing because a key of this kind could not be read."""

    def applies(difference: Difference) -> bool:
        return _short_of_threshold(difference, "of unreadable keys") and any(
            kind(key) for key in _refused_keys(difference)
        )

    return applies


def _refused_keys(difference: Difference) -> Iterator[Any]:
    for keys in difference.keys.values():
        for key in keys:
            try:
                load_public_key(key["keytype"], key["scheme"], key["keyval"]["public"])
            except ParseError:
                yield key
            except (TypeError, KeyError, AttributeError):
                continue


def _is_small_order(key: Any) -> bool:
    try:
        load_public_key(key["keytype"], key["scheme"], key["keyval"]["public"])
    except ParseError as error:
        return "small order" in error.because or "canonical form" in error.because
    return False


def _invalid_of_key(kind: Callable[[Any], bool]) -> Callable[[Difference], bool]:
    """A signature by a key of this kind is not valid to us."""

    def applies(difference: Difference) -> bool:
        if not _short_of_threshold(difference, "invalid"):
            return False
        named = {keyid for step in _steps_on_first(difference, "tuf.sig.invalid") for keyid in step}
        return any(kind(key) for keyid in named for key in difference.keys.get(keyid, ()))

    return applies


def _steps_on_first(difference: Difference, check: str) -> Iterator[list[str]]:
    assert difference.first is not None
    for step in difference.verdict.steps(check):
        keyids = step.evidence.get("keyids")
        if step.on == difference.first.on and isinstance(keyids, list):
            yield keyids


def _spaced_signature(difference: Difference) -> bool:
    if not _short_of_threshold(difference, "invalid"):
        return False
    named = {keyid for step in _steps_on_first(difference, "tuf.sig.invalid") for keyid in step}
    return any(keyid in named and re.search(r"\s", sig) for keyid, sig in difference.signatures)


def _cached_snapshot_is_another(difference: Difference) -> bool:
    """The kept snapshot is of the version that timestamp lists now, but not the one it lists."""
    kept, timestamp = difference.before.get("snapshot"), _timestamp_in_force(difference)
    if kept is None or timestamp is None:
        return False
    listed = timestamp["signed"]["meta"]["snapshot.json"]
    holds = all(one.holds for one in compare(kept, listed.get("hashes") or {}))
    same_length = listed.get("length") in {None, len(kept)}
    return json.loads(kept)["signed"]["version"] == listed["version"] and not (
        holds and same_length
    )


def _timestamp_in_force(difference: Difference) -> Any:
    body = difference.peer.kept.get("timestamp")
    return None if body is None else json.loads(body)


def _is_unknown_only(difference: Difference) -> bool:
    """Some file has only hashes by names that we do not know."""
    return _first("tuf.meta.hashes", because="no stated hash is of a known algorithm")(difference)


_UNTYPED = (
    r"terminating of .* is .*, not true or false",
    r"consistent_snapshot is .*, not true or false",
    r"keyids of .* is .*, not a list",
    r"keyids of .* holds something that is not text",
    r"(paths|path_hash_prefixes) of .* is .*, not a list",
    r"(sig|keyid) of a signature is .*, not text",
    r"name of a delegated role is .*, not text",
)

OURS = (
    Rule(
        "duplicate names",
        Stricter.OURS,
        "A name that stands twice in an object: python-tuf takes the last one; other parsers take the "
        "first, so two clients may read two documents from one signature.",
        _first("tuf.meta.parse", expected="each name once"),
    ),
    Rule(
        "depth and size of JSON",
        Stricter.OURS,
        "python-tuf bounds bytes only; we also bound levels, nodes and digits of what is not verified yet.",
        _first("tuf.meta.parse", expected="at most .* (levels|nodes|digits)"),
    ),
    Rule(
        "strict JSON",
        Stricter.OURS,
        "Python's json reads NaN, Infinity and lone surrogates, which RFC 8259 does not know.",
        _first("tuf.meta.parse", expected="(JSON|UTF-8)"),
    ),
    Rule(
        "length of the pinned root",
        Stricter.OURS,
        "python-tuf reads a pinned root of any length; we hold it to the bound of every other root.",
        lambda d: (
            _first("tuf.meta.parse", expected="at most .* bytes")(d)
            and d.first is not None
            and d.first.on == "initial root"
        ),
    ),
    Rule(
        "more roots than are followed",
        Stricter.OURS,
        "python-tuf stops at its bound without a word and goes on with an old root; we say that the "
        "chain did not end.",
        _first(r"tuf\.root\.chain\.max_rotations"),
    ),
    Rule(
        "boolean thresholds",
        Stricter.OURS,
        "python-tuf compares without looking at types, so true counts as 1; §4.3 asks for an integer.",
        lambda d: (
            _first(r"tuf\.meta\.threshold\.positive")(d)
            and d.first is not None
            and d.first.found == "true"
        ),
    ),
    Rule(
        "boolean versions",
        Stricter.OURS,
        "As with thresholds: true is no version.",
        lambda d: (
            d.first is not None
            and (
                (d.first.check == "tuf.meta.version.positive" and d.first.found == "true")
                or re.search("the version listed for .* is true", d.first.because) is not None
            )
        ),
    ),
    Rule(
        "boolean bit lengths",
        Stricter.OURS,
        "As with thresholds: true is no number of bits.",
        lambda d: (
            _first(r"tuf\.meta\.succinct")(d) and d.first is not None and d.first.found == "true"
        ),
    ),
    Rule(
        "lengths that cannot be",
        Stricter.OURS,
        "A length of zero, true or false: we refuse the document that states it (§4.4, §4.5), "
        "python-tuf meets it only where the described file is read, if it ever is.",
        lambda d: (
            _first(r"tuf\.meta\.length")(d)
            and d.first is not None
            and d.first.found in {"0", "true", "false"}
        ),
    ),
    Rule(
        "types of members",
        Stricter.OURS,
        "python-tuf does not look at the type of these members: a text serves as a list of its letters, "
        "anything as true or false, a number as a key id.",
        lambda d: any(_first(r"tuf\.meta\.schema", because=form)(d) for form in _UNTYPED),
    ),
    Rule(
        "hash algorithms that python's hashlib knows",
        Stricter.OURS,
        "python-tuf takes any spelling that hashlib takes (SHA256, sha512_256, blake2b-256) and meets an "
        "unknown one only when it computes; we refuse a document that nobody can check as soon as it is read.",
        _is_unknown_only,
    ),
    Rule(
        "one public key counts once",
        Stricter.OURS,
        "python-tuf counts key ids: one key under two ids fills a threshold of two (go-tuf issue 369).",
        lambda d: _short_of_threshold(d, "of a key that is counted already"),
    ),
    Rule(
        "points of small order",
        Stricter.OURS,
        "A signature that fits every message verifies under such an Ed25519 key; python-tuf takes it.",
        _unreadable(_is_small_order),
    ),
    Rule(
        "RSA with PKCS #1 v1.5",
        Stricter.OURS,
        "The specification knows RSASSA-PSS only (§4.2.2); python-tuf knows the older padding too.",
        _unreadable(lambda key: "pkcs1v15" in key["scheme"]),
    ),
    Rule(
        "ECDSA on P-521",
        Stricter.OURS,
        "§4.2.2 names P-256, and P-384 is in use; python-tuf knows P-521 too.",
        _unreadable(lambda key: "nistp521" in key["scheme"]),
    ),
    Rule(
        "hexadecimal with spaces in keys",
        Stricter.OURS,
        "Python's bytes.fromhex skips white space; §4.2.2 asks for hexadecimal text.",
        _unreadable(
            lambda key: (
                re.fullmatch(r"[0-9a-fA-F]+\s[0-9a-fA-F\s]*", key["keyval"]["public"]) is not None
            )
        ),
    ),
    Rule(
        "hexadecimal with spaces in signatures",
        Stricter.OURS,
        "As in keys.",
        _spaced_signature,
    ),
    Rule(
        "salt of RSASSA-PSS",
        Stricter.OURS,
        "The salt is as long as the digest (securesystemslib signs so); python-tuf verifies any length.",
        _invalid_of_key(lambda key: str(key.get("scheme")).startswith("rsassa-pss")),
    ),
    Rule(
        "digits that are not ASCII",
        Stricter.OURS,
        "str.isdigit holds for digits of all scripts, so python-tuf takes them in spec_version.",
        _first(r"tuf\.meta\.spec_version"),
    ),
    Rule(
        "a kept snapshot that is not the listed one",
        Stricter.OURS,
        "python-tuf goes on with the snapshot it has when the version is the listed one, whatever hash "
        "and length timestamp lists now; §5.5.2 compares them, so we ask for the listed document.",
        _cached_snapshot_is_another,
    ),
)

# What python-tuf is stricter about ------------------------------------------------------------


def _says(pattern: str) -> Callable[[Difference], bool]:
    return lambda difference: re.search(pattern, difference.error) is not None


def _odd_encoding(difference: Difference) -> bool:
    """python-tuf reads Ed25519 as hex only, everything else as PEM only."""
    if not _says("^UnsignedMetadataError")(difference):
        return False
    for keys in difference.keys.values():
        for key in keys:
            try:
                loaded = load_public_key(key["keytype"], key["scheme"], key["keyval"]["public"])
            except (ParseError, TypeError, KeyError, AttributeError):
                continue
            if loaded.encoding != ("hex" if loaded.scheme == "ed25519" else "pem"):
                return True
    return False


def _bins_end_the_search(difference: Difference) -> bool:
    return not difference.error and any(
        isinstance(delegations := document["signed"].get("delegations"), dict)
        and "succinct_roles" in delegations
        for document in difference.documents
    )


def _null_is_dropped(difference: Difference) -> bool:
    return _says("^UnsignedMetadataError|'NoneType' object has no")(difference) and any(
        value_at(document["signed"], path) is None and path[-1] in _MAY_BE_MISSING
        for document in difference.documents
        for path in places(document["signed"])
        if path
    )


_MAY_BE_MISSING = {"delegations", "paths", "path_hash_prefixes", "roles", "succinct_roles"}


def _uppercase_hash(difference: Difference) -> bool:
    return _says("Observed hash [0-9a-f]+ does not match expected hash [0-9A-F]*[A-F]")(difference)


def _unknown_beside_known(difference: Difference) -> bool:
    stated = re.search("unsupported hash type (.*)", difference.error)
    return stated is not None and stated.group(1).lower() not in ALGORITHMS


PEER = (
    Rule(
        "keys of unknown types",
        Stricter.PEER,
        "python-tuf refuses a document that has one key it cannot use; to us such a key counts for "
        "nothing, and the others still may reach the threshold.",
        _says("Unsupported public key"),
    ),
    Rule(
        "encodings of keys",
        Stricter.PEER,
        "Early Sigstore wrote ECDSA points as hex, others base64 DER or PEM; python-tuf reads Ed25519 as "
        "hex and the others as PEM only.",
        _odd_encoding,
    ),
    Rule(
        "fractions and offsets in dates",
        Stricter.PEER,
        "Early Sigstore and go-tuf wrote them; we read them with a finding.",
        _says(r"time data '.*(\.\d+Z|[+-]\d\d:\d\d)' does not match"),
    ),
    Rule(
        "a hash of unknown algorithm beside a known one",
        Stricter.PEER,
        "§4.4 allows any algorithm: we compare those that we know, python-tuf needs to know all.",
        _unknown_beside_known,
    ),
    Rule(
        "hashes in upper case",
        Stricter.PEER,
        "Hexadecimal is the same in both cases; python-tuf compares text.",
        _uppercase_hash,
    ),
    Rule(
        "leading zeros in spec_version",
        Stricter.PEER,
        "01.0 is major version 1 to us; python-tuf compares text.",
        _says(r"Unsupported spec_version 0+1\."),
    ),
    Rule(
        "succinct bins do not end the search",
        Stricter.PEER,
        "TAP 15: a delegation to bins is not terminating; python-tuf ends the search with the bin.",
        _bins_end_the_search,
    ),
    Rule(
        "null for a member that is not there",
        Stricter.PEER,
        "Both read null as nothing where a member may be missing. python-tuf writes the document "
        "again without it before it verifies the signature, and so comes to other bytes, or stumbles.",
        _null_is_dropped,
    ),
    Rule(
        "another snapshot of the same version",
        Stricter.PEER,
        "As with a kept snapshot that is not the listed one, where the place serves the listed one: "
        "we go on with it, python-tuf with the old one.",
        _cached_snapshot_is_another,
    ),
)

RULES = OURS + PEER
