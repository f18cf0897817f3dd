"""Is a document formed as TUF 1.0.34 §4 says? One judge for each id of `tuf.meta.*`.

The judges run in the order of `SHAPE`. `judge_schema` establishes that containers and required
members are there, so that those after it may rely on it; each of them then owns one kind of
scalar and says what was expected and found. Maps of a million entries are checked column by
column, which costs a tenth of a loop over entries.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

import msgspec

from trustui.core.errors import ParseError
from trustui.core.formats.tuf.metadata import TOP_LEVEL_ROLES, Object
from trustui.core.formats.tuf.schema import problems
from trustui.core.primitives.canonical_json import has_float
from trustui.core.primitives.digests import ALGORITHMS
from trustui.core.primitives.instants import TUF_FORM, parse_instant
from trustui.core.primitives.text import quoted
from trustui.core.trace import Check, Judgement, Severity, failed, noted, passed

SPEC = "TUF 1.0.34"
MAX_BIT_LENGTH = 32
"""TAP 15: bins are numbered by at most the first 32 bits of the hash."""


class Envelope(msgspec.Struct, frozen=True):
    """A strict JSON object with a `signed` object; nothing is known about their members yet."""

    document: Object
    has_float: bool
    expected_type: str
    sorted_signed: bytes | None = None
    """The signed part encoded again, where that proved the form of its map (`large_maps`)."""

    @property
    def signed(self) -> Object:
        """The signed part."""
        signed: Object = self.document["signed"]
        return signed


Judge: TypeAlias = Callable[[Envelope], Judgement]


def judge_type(envelope: Envelope) -> Judgement:
    """§4.2.1: `_type` is the role that was asked for."""
    found = envelope.signed.get("_type")
    if found != envelope.expected_type:
        return failed(
            f"a {envelope.expected_type} document was asked for, this says it is another",
            expected=envelope.expected_type,
            found=quoted(found),
        )
    return passed("the document says it is what was asked for", found=found)


def judge_spec_version(envelope: Envelope) -> Judgement:
    """§4.3: major version 1 of the specification."""
    found = envelope.signed.get("spec_version")
    parts = found.split(".") if isinstance(found, str) else []
    if len(parts) not in {2, 3} or not all(part.isascii() and part.isdigit() for part in parts):
        return failed(
            "the specification version is not readable", expected="1.x.y", found=quoted(found)
        )
    if int(parts[0][:9]) != 1:
        return failed("another major version of the specification", expected="1.x.y", found=found)
    return passed("a supported version of the specification", found=found)


def judge_schema(envelope: Envelope) -> Judgement:
    """§4.2 to §4.5: every required member is there and of its kind."""
    if envelope.has_float and has_float(envelope.signed):
        return failed(
            "a number with a fraction stands in the signed part, so the bytes that are signed are not defined",
            expected="integers only",
        )
    is_proven = envelope.sorted_signed is not None
    problem = next(
        problems(envelope.document, envelope.expected_type, map_is_proven=is_proven), None
    )
    if problem is not None:
        return failed(
            f"the document is not formed as the specification says: {problem}", found=problem
        )
    return passed("all required members are there and of their kind")


def judge_version(envelope: Envelope) -> Judgement:
    """§4.3: the version is an integer greater than zero."""
    found = envelope.signed["version"]
    if type(found) is not int or found < 1:
        return failed(
            "the version is no positive integer",
            expected="an integer of 1 or more",
            found=quoted(found),
        )
    return passed("the version is a positive integer", found=quoted(found))


def judge_expires(envelope: Envelope) -> Judgement:
    """§4.2.3: `expires` is a UTC time of one exact form."""
    found = envelope.signed["expires"]
    if not isinstance(found, str):
        return failed("the expiry is no text", expected=TUF_FORM, found=quoted(found))
    try:
        instant = parse_instant(found)
    except ParseError as error:
        return failed(error.because, expected=TUF_FORM, found=quoted(found))
    if instant.deviation:
        return noted(
            f"the expiry has {instant.deviation}, which the specification does not allow; it is read all the same",
            finding=Severity.LOW,
            expected=TUF_FORM,
            found=found,
        )
    return passed("the expiry has the specified form", found=found)


def judge_length(envelope: Envelope) -> Judgement:
    """§4.4, §4.5: stated lengths are integers, of metadata above zero, of targets not below."""
    least = 0 if envelope.expected_type == "targets" else 1
    if envelope.sorted_signed is not None:
        return passed(
            f"of {len(_entries(envelope)):,} files every stated length is {least} or more"
        )
    lengths = [entry["length"] for entry in _entries(envelope) if "length" in entry]
    if set(map(type, lengths)) <= {int} and min(lengths, default=least) >= least:
        return passed(f"{len(lengths):,} stated lengths are integers of {least} or more")
    bad = next(n for n in lengths if type(n) is not int or n < least)
    return failed(
        "a stated length is impossible",
        expected=f"an integer of {least} or more",
        found=quoted(bad),
    )


def judge_hashes(envelope: Envelope) -> Judgement:
    """§4.4, §4.5: stated hashes are not empty and at least one can be computed."""
    if envelope.sorted_signed is not None:
        return passed(f"of {len(_entries(envelope)):,} files all stated hashes are computable")
    hashes = [entry["hashes"] for entry in _entries(envelope) if "hashes" in entry]
    algorithms = Counter(tuple(stated) for stated in hashes)
    for stated in algorithms:
        if not stated:
            return failed("the list of hashes is empty", expected="at least one hash", found="{}")
    if not set(map(type, (digest for stated in hashes for digest in stated.values()))) <= {str}:
        return failed("a stated hash is no text", expected="hexadecimal text")
    unknown = [stated for stated in algorithms if not ALGORITHMS.intersection(stated)]
    if unknown:
        # One target that cannot be checked breaks itself (tuf.target.hash), not the whole role.
        words = {
            "expected": ", ".join(sorted(ALGORITHMS)),
            "found": quoted(", ".join(unknown[0])),
        }
        if envelope.expected_type == "targets":
            return noted(
                "a target has no hash of a known algorithm", finding=Severity.HIGH, **words
            )
        return failed("no stated hash is of a known algorithm", **words)
    return passed(f"{len(hashes):,} files have stated hashes, all computable")


def judge_threshold(envelope: Envelope) -> Judgement:
    """§4.3, §4.5: a threshold is an integer of one or more."""
    for name, role in _signing_roles(envelope):
        threshold = role["threshold"]
        if type(threshold) is not int or threshold < 1:
            return failed(
                f"the threshold of {quoted(name)} lets it be signed by nobody",
                expected="an integer of 1 or more",
                found=quoted(threshold),
            )
    return passed("every threshold is an integer of 1 or more")


def judge_threshold_reachable(envelope: Envelope) -> Judgement:
    """§4.3: a role whose threshold exceeds its keys can never be signed."""
    for name, role in _signing_roles(envelope):
        if type(role["threshold"]) is int and role["threshold"] > len(set(role["keyids"])):
            return noted(
                f"{quoted(name)} can never reach its threshold with the keys it has",
                finding=Severity.HIGH,
                expected=f"at least {role['threshold']} keys",
                found=f"{len(set(role['keyids']))} keys",
            )
    return passed("every role has at least as many keys as its threshold")


def judge_keyids_unique(envelope: Envelope) -> Judgement:
    """§4.3: a role lists each key id once."""
    for name, role in _signing_roles(envelope):
        keyids = role["keyids"]
        if len(set(keyids)) != len(keyids):
            twice = max(keyids, key=keyids.count)
            return failed(
                f"{quoted(name)} lists a key id twice",
                expected="each key id once",
                found=quoted(twice),
            )
    return passed("every role lists each of its key ids once")


def judge_role_name(envelope: Envelope) -> Judgement:
    """§3.1.2.1: a delegated role has a name of its own, not a top-level one."""
    delegations = envelope.signed.get("delegations") or {}
    for role in delegations.get("roles") or ():
        if role["name"] in TOP_LEVEL_ROLES:
            return failed(
                "a delegated role takes the name of a top-level role",
                expected="another name",
                found=quoted(role["name"]),
            )
    return passed("no delegated role takes a top-level name")


def judge_delegation_paths(envelope: Envelope) -> Judgement:
    """§4.5: a delegation states either paths or path_hash_prefixes."""
    delegations = envelope.signed.get("delegations") or {}
    for role in delegations.get("roles") or ():
        stated = [name for name in ("paths", "path_hash_prefixes") if role.get(name) is not None]
        if len(stated) != 1:
            return failed(
                f"the delegation to {quoted(role['name'])} does not say clearly which paths it covers",
                expected="either paths or path_hash_prefixes",
                found=" and ".join(stated) or "neither",
            )
    return passed("every delegation states its paths in one way")


def judge_succinct(envelope: Envelope) -> Judgement:
    """TAP 15: 1 to 32 bits, a prefix for the names, and no named roles beside the bins."""
    delegations = envelope.signed.get("delegations") or {}
    bins = delegations.get("succinct_roles")
    if bins is None:
        return passed("there are no succinct bins")
    if delegations.get("roles") is not None:
        return failed(
            "named roles and succinct bins exclude each other", expected="one of them", found="both"
        )
    bits = bins["bit_length"]
    if type(bits) is not int or not 1 <= bits <= MAX_BIT_LENGTH:
        return failed(
            "the bit length is impossible", expected="an integer from 1 to 32", found=quoted(bits)
        )
    return passed(f"{1 << bits:,} bins of {bits} bits")


def judge_signature_keyids(envelope: Envelope) -> Judgement:
    """§4.2.1: no two signatures of one document bear the same key id."""
    keyids = [signature["keyid"] for signature in envelope.document["signatures"]]
    if len(set(keyids)) != len(keyids):
        twice, count = Counter(keyids).most_common(1)[0]
        return failed(
            "one key id signs several times",
            expected="each key id once",
            found=f"{quoted(twice)} {count} times",
        )
    return passed(f"{len(keyids):,} signatures, each of another key id")


PARSE = Check("tuf.meta.parse", f"{SPEC} §4.1")
FRAME = (
    (Check("tuf.meta.type", f"{SPEC} §4.2.1"), judge_type),
    (Check("tuf.meta.spec_version", f"{SPEC} §4.3"), judge_spec_version),
    (Check("tuf.meta.schema", f"{SPEC} §4"), judge_schema),
)
_HEAD = (
    (Check("tuf.meta.version.positive", f"{SPEC} §4.3"), judge_version),
    (Check("tuf.meta.expires.format", f"{SPEC} §4.2.3"), judge_expires),
)
_FILES = (
    (Check("tuf.meta.length", f"{SPEC} §4.4"), judge_length),
    (Check("tuf.meta.hashes", f"{SPEC} §4.4"), judge_hashes),
)
_ROLES = (
    (Check("tuf.meta.threshold.positive", f"{SPEC} §4.3"), judge_threshold),
    (Check("tuf.meta.threshold.reachable", f"{SPEC} §4.3"), judge_threshold_reachable),
    (Check("tuf.meta.keyids.unique", f"{SPEC} §4.3"), judge_keyids_unique),
)
_DELEGATIONS = (
    (Check("tuf.meta.role_name", f"{SPEC} §3.1.2.1"), judge_role_name),
    (Check("tuf.meta.delegation.paths", f"{SPEC} §4.5"), judge_delegation_paths),
    (Check("tuf.meta.succinct", "TAP 15"), judge_succinct),
)
_SIGNATURES = ((Check("tuf.sig.keyid.unique", f"{SPEC} §4.2.1"), judge_signature_keyids),)

SHAPE: dict[str, tuple[tuple[Check, Judge], ...]] = {
    "root": (*_HEAD, *_ROLES, *_SIGNATURES),
    "timestamp": (*_HEAD, *_FILES, *_SIGNATURES),
    "snapshot": (*_HEAD, *_FILES, *_SIGNATURES),
    "targets": (*_HEAD, *_FILES, *_ROLES, *_DELEGATIONS, *_SIGNATURES),
}
"""What is judged of each type once `FRAME` holds."""


def _entries(envelope: Envelope) -> Collection[Object]:
    member = "targets" if envelope.expected_type == "targets" else "meta"
    entries: dict[str, Object] = envelope.signed[member]
    return entries.values()


def _signing_roles(envelope: Envelope) -> Iterator[tuple[str, Object]]:
    if envelope.expected_type == "root":
        yield from envelope.signed["roles"].items()
        return
    delegations = envelope.signed.get("delegations") or {}
    for role in delegations.get("roles") or ():
        yield role["name"], role
    if delegations.get("succinct_roles") is not None:
        yield delegations["succinct_roles"]["name_prefix"], delegations["succinct_roles"]
