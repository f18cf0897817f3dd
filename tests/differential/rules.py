"""Where this project and python-tuf 7.0.1 disagree on purpose: every way that is known, and why.

A difference that no rule covers fails the tests. Each rule has a minimal vector in `vectors`.
"""

from tests.differential.compare import Difference, Stricter
from tests.differential.predicates import (
    THRESHOLD,
    Rule,
    any_of,
    bins_end_the_search,
    first,
    has_null,
    invalid_signature,
    kept_snapshot_is_another,
    lists_hash,
    says,
    says_and_has_key,
    scheme,
    small_order,
    spaced_hex,
    spaced_signature,
    unreadable_key,
)
from trustui.core.primitives.digests import ALGORITHMS
from trustui.core.primitives.keys import PublicKey

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
        "A name that stands twice in an object: python-tuf takes the last one; other parsers take "
        "the first, so two clients may read two documents from one signature.",
        first(r"^tuf\.meta\.parse$", expected="each name once"),
    ),
    Rule(
        "depth and size of JSON",
        Stricter.OURS,
        "python-tuf bounds bytes only; we also bound levels, nodes and digits of what is not "
        "verified yet.",
        first(r"^tuf\.meta\.parse$", expected="at most .* (levels|nodes|digits)"),
    ),
    Rule(
        "strict JSON",
        Stricter.OURS,
        "Python's json reads NaN, Infinity and lone surrogates, which RFC 8259 does not know.",
        first(r"^tuf\.meta\.parse$", expected="(JSON|UTF-8)"),
    ),
    Rule(
        "length of the pinned root",
        Stricter.OURS,
        "python-tuf reads a pinned root of any length; we hold it to the bound of every other root.",
        first(r"^tuf\.meta\.parse$", on="^initial root$", expected="at most .* bytes"),
    ),
    Rule(
        "more roots than are followed",
        Stricter.OURS,
        "python-tuf stops at its bound without a word and goes on with an old root; we say that "
        "the chain did not end.",
        first(r"^tuf\.root\.chain\.max_rotations$"),
    ),
    Rule(
        "boolean thresholds",
        Stricter.OURS,
        "python-tuf compares without looking at types, so true counts as 1; §4.3 asks for an "
        "integer.",
        first(r"^tuf\.meta\.threshold\.positive$", found="^true$"),
    ),
    Rule(
        "boolean versions",
        Stricter.OURS,
        "As with thresholds: true is no version.",
        any_of(
            first(r"^tuf\.meta\.version\.positive$", found="^true$"),
            first(r"^tuf\.meta\.schema$", because="the version listed for .* is true"),
        ),
    ),
    Rule(
        "boolean bit lengths",
        Stricter.OURS,
        "As with thresholds: true is no number of bits.",
        first(r"^tuf\.meta\.succinct$", found="^true$"),
    ),
    Rule(
        "lengths that cannot be",
        Stricter.OURS,
        "A length of zero, true or false: we refuse the document that states it (§4.4, §4.5), "
        "python-tuf meets it only where the described file is read, if it ever is.",
        first(r"^tuf\.meta\.length$", found="^(0|true|false)$"),
    ),
    Rule(
        "types of members",
        Stricter.OURS,
        "python-tuf does not look at the type of these members: a text serves as a list of its "
        "letters, anything as true or false, a number as a key id.",
        any_of(*(first(r"^tuf\.meta\.schema$", because=form) for form in _UNTYPED)),
    ),
    Rule(
        "hash algorithms that python's hashlib knows",
        Stricter.OURS,
        "python-tuf takes any spelling that hashlib takes (SHA256, sha512_256, blake2b-256) and "
        "meets an unknown one only when it computes; we refuse a document that nobody can check as "
        "soon as it is read.",
        first(r"^tuf\.meta\.hashes$", because="no stated hash is of a known algorithm"),
    ),
    Rule(
        "one public key counts once",
        Stricter.OURS,
        "python-tuf counts key ids: one key under two ids fills a threshold of two (go-tuf issue "
        "369).",
        first(THRESHOLD, because="of a key that is counted already"),
    ),
    Rule(
        "points of small order",
        Stricter.OURS,
        "A signature that fits every message verifies under such an Ed25519 key; python-tuf takes "
        "it.",
        unreadable_key(small_order),
    ),
    Rule(
        "RSA with PKCS #1 v1.5",
        Stricter.OURS,
        "The specification knows RSASSA-PSS only (§4.2.2); python-tuf knows the older padding too.",
        unreadable_key(scheme("pkcs1v15")),
    ),
    Rule(
        "ECDSA on P-521",
        Stricter.OURS,
        "§4.2.2 names P-256, and P-384 is in use; python-tuf knows P-521 too.",
        unreadable_key(scheme("nistp521")),
    ),
    Rule(
        "hexadecimal with spaces in keys",
        Stricter.OURS,
        "Python's bytes.fromhex skips white space; §4.2.2 asks for hexadecimal text.",
        unreadable_key(spaced_hex),
    ),
    Rule(
        "hexadecimal with spaces in signatures",
        Stricter.OURS,
        "As in keys.",
        spaced_signature,
    ),
    Rule(
        "salt of RSASSA-PSS",
        Stricter.OURS,
        "The salt is as long as the digest (securesystemslib signs so); python-tuf verifies any "
        "length.",
        invalid_signature(scheme("rsassa-pss")),
    ),
    Rule(
        "digits that are not ASCII",
        Stricter.OURS,
        "str.isdigit holds for digits of all scripts, so python-tuf takes them in spec_version.",
        first(r"^tuf\.meta\.spec_version$", found="[^\x00-\x7f]"),
    ),
    Rule(
        "a kept snapshot that is not the listed one",
        Stricter.OURS,
        "python-tuf goes on with the snapshot it has when the version is the listed one, whatever "
        "hash and length timestamp lists now; §5.5.2 compares them, so we ask for the listed "
        "document.",
        kept_snapshot_is_another,
    ),
)


def _unusual_encoding(key: PublicKey) -> bool:
    return key.encoding != ("hex" if key.scheme == "ed25519" else "pem")


def _null_is_dropped(difference: Difference) -> bool:
    return has_null(difference) and says("^UnsignedMetadataError|'NoneType' object")(difference)


PEER = (
    Rule(
        "keys of unknown types",
        Stricter.PEER,
        "python-tuf refuses a document that has one key it cannot use; to us such a key counts for "
        "nothing, and the others still may reach the threshold.",
        says("Unsupported public key"),
    ),
    Rule(
        "encodings of keys",
        Stricter.PEER,
        "Early Sigstore wrote ECDSA points as hex, others base64 DER or PEM; python-tuf reads "
        "Ed25519 as hex and the others as PEM only.",
        says_and_has_key("^UnsignedMetadataError", _unusual_encoding),
    ),
    Rule(
        "fractions and offsets in dates",
        Stricter.PEER,
        "Early Sigstore and go-tuf wrote them; we read them with a finding.",
        says(r"time data '.*(\.\d+Z|[+-]\d\d:\d\d)' does not match"),
    ),
    Rule(
        "a hash of unknown algorithm beside a known one",
        Stricter.PEER,
        "§4.4 allows any algorithm: we compare those that we know, python-tuf needs to know all.",
        lists_hash(lambda algorithm, _: algorithm not in ALGORITHMS),
    ),
    Rule(
        "hashes in upper case",
        Stricter.PEER,
        "Hexadecimal is the same in both cases; python-tuf compares text.",
        lists_hash(lambda _, stated: stated != stated.lower()),
    ),
    Rule(
        "leading zeros in spec_version",
        Stricter.PEER,
        "01.0 is major version 1 to us; python-tuf compares text.",
        says(r"Unsupported spec_version 0+1\."),
    ),
    Rule(
        "succinct bins do not end the search",
        Stricter.PEER,
        "TAP 15: a delegation to bins is not terminating; python-tuf ends the search with the bin.",
        bins_end_the_search,
    ),
    Rule(
        "null for a member that is not there",
        Stricter.PEER,
        "Both read null as nothing where a member may be missing. python-tuf writes the document "
        "again without it before it verifies the signature, and so comes to other bytes, or "
        "stumbles.",
        _null_is_dropped,
    ),
    Rule(
        "another snapshot of the same version",
        Stricter.PEER,
        "As with a kept snapshot that is not the listed one, where the place serves the listed "
        "one: we go on with it, python-tuf with the old one.",
        kept_snapshot_is_another,
    ),
)

RULES = OURS + PEER
