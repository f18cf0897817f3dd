"""Where this project and tuf-js 5.0.1 disagree on purpose, and why."""

import re

from tests.differential.compare import Difference, Stricter
from tests.differential.predicates import (
    THRESHOLD,
    Rule,
    bins_end_the_search,
    first,
    has_null,
    invalid_signature,
    kept_snapshot_is_another,
    says,
    says_and_has_key,
    scheme,
    small_order,
    unreadable_key,
)
from tests.simulators.odd_json import places, value_at
from trustui.core.primitives.keys import PublicKey, scheme_is_supported

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")

OURS = (
    Rule(
        "duplicate names",
        Stricter.OURS,
        "JSON.parse takes the last of two members of one name; other parsers take the first.",
        first(r"^tuf\.meta\.parse$", expected="each name once"),
    ),
    Rule(
        "depth and size of JSON",
        Stricter.OURS,
        "tuf-js bounds bytes only.",
        first(r"^tuf\.meta\.parse$", expected="at most .* (levels|nodes|digits)"),
    ),
    Rule(
        "lone surrogates",
        Stricter.OURS,
        "JSON.parse reads half a character; RFC 8259 §8.2 calls what follows unpredictable.",
        first(r"^tuf\.meta\.parse$", because="surrogate"),
    ),
    Rule(
        "numbers beyond all bounds",
        Stricter.OURS,
        "JSON.parse reads 1e400 as infinity; we read no number that we cannot hold.",
        first(r"^tuf\.meta\.parse$", because="out of range"),
    ),
    Rule(
        "bytes that are not UTF-8",
        Stricter.OURS,
        "tuf-js puts U+FFFD for every byte that is not UTF-8 and reads on.",
        first(r"^tuf\.meta\.parse$", expected="^UTF-8$"),
    ),
    Rule(
        "length of the pinned root",
        Stricter.OURS,
        "tuf-js reads a pinned root of any length; we hold it to the bound of every other root.",
        first(r"^tuf\.meta\.parse$", on="^initial root$", expected="at most .* bytes"),
    ),
    Rule(
        "more roots than are followed",
        Stricter.OURS,
        "tuf-js stops at its bound without a word and goes on with an old root.",
        first(r"^tuf\.root\.chain\.max_rotations$"),
    ),
    Rule(
        "numbers with a fraction",
        Stricter.OURS,
        "JavaScript knows one kind of number: 1.0 is 1 to it, and is signed as 1.",
        first(r"^tuf\.meta\.(schema|length|version|threshold)", because="fraction"),
    ),
    Rule(
        "versions and lengths that cannot be",
        Stricter.OURS,
        "tuf-js asks for numbers, not for versions and lengths above zero.",
        first(
            r"^tuf\.meta\.(version\.positive|length|schema)$",
            because="(version|length)",
            found=r"(^| )-?\d+$",
        ),
    ),
    Rule(
        "numbers of any form in spec_version",
        Stricter.OURS,
        "tuf-js takes whatever Number reads: spaces, exponents, nothing at all.",
        first(r"^tuf\.meta\.spec_version$", because="not readable"),
    ),
    Rule(
        "dates of any form",
        Stricter.OURS,
        "tuf-js gives the text to Date, which reads many forms; what it cannot read never expires.",
        first(r"^tuf\.meta\.expires\.format$"),
    ),
    Rule(
        "keys without a public part",
        Stricter.OURS,
        "tuf-js misses members of a key only where it verifies with that key.",
        first(r"^tuf\.meta\.schema$", because="^.*key.* has no public$"),
    ),
    Rule(
        "hash algorithms that OpenSSL knows",
        Stricter.OURS,
        "tuf-js takes any spelling that OpenSSL takes (SHA256, sha512-256) and meets an unknown one "
        "only when it computes.",
        first(r"^tuf\.meta\.hashes$", because="no stated hash is of a known algorithm"),
    ),
    Rule(
        "empty hashes",
        Stricter.OURS,
        "tuf-js takes an empty list of hashes for nothing to compare.",
        first(r"^tuf\.meta\.hashes$", because="the list of hashes is empty"),
    ),
    Rule(
        "lists in the place of hashes",
        Stricter.OURS,
        "A list is an object to JavaScript, so an empty list of hashes is nothing to compare.",
        first(r"^tuf\.meta\.schema$", because="hashes of a file is a list"),
    ),
    Rule(
        "delegations without roles",
        Stricter.OURS,
        "§4.5 asks for roles where there are delegations; tuf-js takes none for an empty list.",
        first(r"^tuf\.meta\.schema$", because="delegations has neither"),
    ),
    Rule(
        "roles without a name",
        Stricter.OURS,
        "tuf-js lets a delegated role have the empty name.",
        first(r"^tuf\.meta\.schema$", because="a delegated role has an empty name"),
    ),
    Rule(
        "one public key counts once",
        Stricter.OURS,
        "tuf-js counts key ids: one key under two ids fills a threshold of two.",
        first(THRESHOLD, because="of a key that is counted already"),
    ),
    Rule(
        "points of small order",
        Stricter.OURS,
        "A signature that fits every message verifies under such an Ed25519 key; tuf-js takes it.",
        unreadable_key(small_order),
    ),
    Rule(
        "schemes that are not looked at",
        Stricter.OURS,
        "tuf-js looks at the scheme of RSA keys only, so that an Ed25519 key may state any.",
        unreadable_key(lambda key: not scheme_is_supported(key["keytype"], key["scheme"])),
    ),
    Rule(
        "salt of RSASSA-PSS",
        Stricter.OURS,
        "The salt is as long as the digest (securesystemslib signs so); tuf-js verifies any length.",
        invalid_signature(scheme("rsassa-pss")),
    ),
    Rule(
        "signatures up to the first odd character",
        Stricter.OURS,
        "Node's hexadecimal decoder stops where the text is no hexadecimal, without a word.",
        lambda difference: (
            first(THRESHOLD, because="invalid")(difference)
            and any(_HEX.fullmatch(sig) is None for _, sig in difference.signatures)
        ),
    ),
    Rule(
        "a kept snapshot that is not the listed one",
        Stricter.OURS,
        "tuf-js goes on with the snapshot it has when the version is the listed one, whatever hash "
        "and length timestamp lists now.",
        kept_snapshot_is_another,
    ),
)


def _other_digest(key: PublicKey) -> bool:
    return key.scheme.endswith(("384", "512"))


def _null_stumbles(difference: Difference) -> bool:
    said = says("must be an object|must be an array|malformed|was signed by")
    return has_null(difference) and said(difference)


def _large_integer(difference: Difference) -> bool:
    return says("was signed by")(difference) and any(
        type(number := value_at(document, path)) is int and abs(number) > 2**53
        for document in difference.documents
        for path in places(document)
    )


def _escaped_name(difference: Difference) -> bool:
    visit = difference.visit
    lost = visit.unavailable | {
        name for before in difference.scenario.visits for name in before.files.keys() - visit.files
    }
    asked = says("Failed to download|Max length reached")(difference)
    return asked and any("%" in name for name in {*lost, *visit.files})


PEER = (
    Rule(
        "digests other than SHA-256",
        Stricter.PEER,
        "tuf-js leaves the digest to Node, which takes SHA-256 for every key: P-384 with SHA-384 and "
        "RSASSA-PSS with SHA-512 do not verify.",
        says_and_has_key("was signed by", _other_digest),
    ),
    Rule(
        "keys in base64 DER",
        Stricter.PEER,
        "tuf-js reads hex and PEM.",
        says_and_has_key("was signed by", lambda key: key.encoding == "base64-der"),
    ),
    Rule(
        "a hash of unknown algorithm beside a known one",
        Stricter.PEER,
        "§4.4 allows any algorithm: we compare those that we know, tuf-js needs to know all.",
        says("Hash algorithm .* not supported"),
    ),
    Rule(
        "hashes in upper case",
        Stricter.PEER,
        "Hexadecimal is the same in both cases; tuf-js compares text.",
        says("Expected hash [0-9A-F]*[A-F][0-9A-F]* but got"),
    ),
    Rule(
        "leading zeros in spec_version",
        Stricter.PEER,
        "01.0 is major version 1 to us; tuf-js compares text.",
        says("Unsupported specVersion"),
    ),
    Rule(
        "succinct bins do not end the search",
        Stricter.PEER,
        "TAP 15: a delegation to bins is not terminating; tuf-js ends the search with the bin.",
        bins_end_the_search,
    ),
    Rule(
        "integers above 2^53",
        Stricter.PEER,
        "JavaScript rounds them, so tuf-js verifies other bytes than were signed.",
        _large_integer,
    ),
    Rule(
        "what is kept under escaped names",
        Stricter.PEER,
        "tuf-js keeps a role under its escaped name and looks for it under the plain one, so it has "
        "to ask again for what we still have.",
        _escaped_name,
    ),
    Rule(
        "null for a member that is not there",
        Stricter.PEER,
        "We read null as nothing where a member may be missing; tuf-js asks for its type, or drops it "
        "before it verifies.",
        _null_stumbles,
    ),
    Rule(
        "another snapshot of the same version",
        Stricter.PEER,
        "As with a kept snapshot that is not the listed one, where the place serves the listed one.",
        kept_snapshot_is_another,
    ),
)

RULES = OURS + PEER
