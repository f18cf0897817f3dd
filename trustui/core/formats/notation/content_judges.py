"""What is signed and how: the signature itself, its headers, its algorithm, the signed descriptor."""

import hashlib
import re

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.formats.notation.algorithms import HASH_OF, algorithm_of, verifies
from trustui.core.formats.notation.case import Case
from trustui.core.formats.notation.envelope import (
    AUTHENTIC_TIME,
    EXPIRY,
    PAYLOAD_TYPE,
    PLUGIN,
    PLUGIN_MIN_VERSION,
    SCHEME,
    SCHEME_AUTHORITY,
    SCHEME_X509,
    SIGNING_TIME,
    Envelope,
    Target,
    parse_payload,
)
from trustui.core.pki.keys import PkixKey
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Judgement, failed, noted, passed, undecided


def judge_parse(content: Document | Problem, found: Envelope | ParseError | None) -> Judgement:
    """The envelope can be had and read as its media type says."""
    if isinstance(content, Problem):
        conclude = failed if content.kind is ProblemKind.ABSENT else undecided
        words = f"the signature cannot be had: {content.because}"
        return conclude(words, expected="an envelope", found=visible(content.location))
    if isinstance(found, ParseError):
        words = f"the envelope cannot be read: {found.because}"
        return failed(words, expected=found.expected or None, found=found.found or None)
    assert found is not None
    chain = counted(len(found.certificates), "certificate")
    return passed(
        f"a {found.format.upper()} envelope with {chain}",
        found=visible(found.agent, 100) or None,
        signing_agent=visible(found.agent, 200),
    )


def judge_integrity(case: Case) -> Judgement:
    """The signature over payload and protected headers was made with the key of the certificate."""
    key = case.leaf.key
    if key is None:
        return failed(
            "the certificate has no key that signatures may be made with",
            expected="RSA of 2,048 to 4,096 bits, or ECDSA on P-256, P-384 or P-521",
            found="; ".join(case.leaf.problems)[:200] or "another kind of key",
        )
    envelope = case.envelope
    algorithm = _verified_with(key, envelope)
    if algorithm is None:
        return failed(
            "the signature does not verify: what is signed was changed, or another key signed it",
            expected=f"a signature by {key.kind} {key.fingerprint[:16]}…",
            found=f"{counted(len(envelope.signature), 'byte')} that are none",
            key=key.fingerprint,
        )
    return passed(
        f"signed by {key.kind} {key.fingerprint[:16]}… with {algorithm}", key=key.fingerprint
    )


def _verified_with(key: PkixKey, envelope: Envelope) -> str | None:
    """The algorithm of the key, or else one that the envelope states, which `algorithm` then refuses."""
    for name in (algorithm_of(key), envelope.algorithm):
        if name in HASH_OF and verifies(key, name, envelope.signature, envelope.signed_bytes):
            return name
    return None


def judge_algorithm(case: Case) -> Judgement:
    """The algorithm is the one that goes with the key, and the envelope says so."""
    key = case.leaf.key
    wanted = None if key is None else algorithm_of(key)
    stated = visible(case.envelope.algorithm, 60) or "none"
    if key is None or wanted is None:
        return failed(
            f"keys of this size sign nothing here: {'none' if key is None else key.kind}",
            expected="RSA 2048, 3072 or 4096, or ECDSA P-256, P-384 or P-521",
            found=stated,
        )
    if case.envelope.algorithm != wanted:
        words = f"the envelope states another algorithm than goes with {key.kind}"
        return failed(words, expected=wanted, found=stated)
    return passed(f"{wanted}, as goes with {key.kind}", expected=wanted, found=stated)


# Headers --------------------------------------------------------------------------------------


def judge_header(case: Case) -> Judgement:
    """Signing scheme, times and critical headers are as the specification wants them."""
    envelope = case.envelope
    problem = _scheme_problem(envelope) or _critical_problem(envelope) or _times_problem(envelope)
    if problem is not None:
        return problem
    stated = envelope.authentic_signing_time or envelope.signing_time
    assert stated is not None
    return passed(
        f"scheme {envelope.scheme}, signed at {write_instant(stated)} as the signer says",
        found=envelope.scheme,
        signing_time=write_instant(stated),
        critical=[visible(name, 80) for name in envelope.critical or ()],
    )


def _scheme_problem(envelope: Envelope) -> Judgement | None:
    schemes = (SCHEME_X509, SCHEME_AUTHORITY)
    if envelope.scheme in schemes:
        return None
    words = "the signing scheme is not known here" if envelope.scheme else "no signing scheme"
    found = visible(envelope.scheme, 80) or "none"
    return failed(words, expected=" or ".join(schemes), found=found)


_NEVER_CRITICAL = frozenset({"alg", "cty", "crit"})
"""Of JWS itself: whoever lists one of them misuses the header (RFC 7515 §4.1.11)."""


def _critical_problem(envelope: Envelope) -> Judgement | None:
    listed = envelope.critical
    if not listed:
        words = "no header is marked critical: readers may pass over the signing scheme"
        return failed(words, expected=f"crit with {SCHEME}", found="none")
    needed = [SCHEME]
    needed += [AUTHENTIC_TIME] if envelope.scheme == SCHEME_AUTHORITY else []
    needed += [EXPIRY] if envelope.expiry is not None else []
    missing = [name for name in needed if name not in listed]
    if missing:
        words = "a header that every reader must understand is not marked critical"
        return failed(words, expected=f"crit with {', '.join(missing)}", found=_listed(listed))
    absent = [name for name in listed if name not in envelope.headers]
    if absent:
        words = "a header is marked critical that is not there"
        return failed(words, expected=f"a header {_listed(tuple(absent))}", found="none")
    if envelope.format == "jws" and (
        len(set(listed)) < len(listed) or _NEVER_CRITICAL & set(listed)
    ):
        words = "crit lists a header twice, or one that it must not list"
        return failed(words, expected="each header of an extension once", found=_listed(listed))
    return None


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(visible(name, 60) for name in names[:8])


def _times_problem(envelope: Envelope) -> Judgement | None:
    """Each scheme has its own time, and not that of the other (signing-scheme.md)."""
    own, other = envelope.signing_time, envelope.authentic_signing_time
    names = (SIGNING_TIME, AUTHENTIC_TIME)
    if envelope.scheme == SCHEME_AUTHORITY:
        own, other, names = other, own, (AUTHENTIC_TIME, SIGNING_TIME)
    if own is None:
        return failed("the envelope does not say when it was signed", expected=names[0])
    if other is not None:
        words = f"the scheme {envelope.scheme} does not have the time of the other"
        return failed(words, expected=f"no {names[1]}", found=write_instant(other))
    if envelope.expiry is not None and envelope.expiry <= own:
        return failed(
            "the signature expires before it was signed",
            expected=f"an expiry after {write_instant(own)}",
            found=write_instant(envelope.expiry),
        )
    return None


def judge_content_type(case: Case) -> Judgement:
    """What is signed is a payload of the Notary Project."""
    stated = case.envelope.content_type
    if stated != PAYLOAD_TYPE:
        words = "something else is signed than a payload of the Notary Project"
        return failed(words, expected=PAYLOAD_TYPE, found=visible(stated, 100) or "none")
    return passed("a payload of the Notary Project", found=stated)


_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
)


def judge_plugin(case: Case) -> Judgement:
    """Where the signer demands a plugin for the verification, only that plugin can conclude it."""
    envelope = case.envelope
    if envelope.plugin is None:
        return noted("no verification plugin is demanded")
    name, version = visible(envelope.plugin, 100), envelope.plugin_min_version
    critical = envelope.critical or ()
    loose = [one for one in (PLUGIN, PLUGIN_MIN_VERSION) if one in envelope.headers]
    loose = [one for one in loose if one not in critical]
    if loose:
        words = "a plugin is demanded by a header that is not critical"
        return failed(words, expected=f"crit with {', '.join(loose)}", found=_listed(critical))
    if not envelope.plugin.strip():
        return failed("a plugin without a name is demanded", expected="the name of a plugin")
    if version is not None and not _SEMVER.fullmatch(version):
        words = "the demanded version of the plugin is none"
        return failed(words, expected="a version as 1.2.3", found=visible(version, 60))
    at_least = f" {version} or later" if version else ""
    return undecided(
        "the signer demands a verification plugin, and no plugins are run here",
        expected=f"the plugin {name}{at_least}",
        found="none",
        plugin=name,
        plugin_min_version=version,
    )


def judge_extended(case: Case) -> Judgement:
    """Every critical header is understood (signature-specification.md "Extended attributes")."""
    unknown = case.envelope.unknown_critical
    if not unknown:
        return noted("no header of the signer's own is critical")
    if case.envelope.plugin is not None:
        words = "critical headers are for the demanded plugin, which is not run here"
        return undecided(words, expected="a plugin that processes them", found=_listed(unknown))
    return failed(
        "a critical header is not understood: whoever does not know it must refuse",
        expected="only critical headers of the specification",
        found=_listed(unknown),
        notation_accepts=True,
    )


# What is signed -------------------------------------------------------------------------------


def judge_payload(case: Case) -> Judgement:
    """The signed descriptor is that of this image or blob."""
    target = parse_payload(case.envelope.payload)
    wanted = case.question.wanted
    if isinstance(wanted.blob, Problem):
        words = f"the signed file cannot be had: {wanted.blob.because}"
        return undecided(words, found=visible(wanted.blob.location))
    digest, size = wanted.digest, wanted.size
    if isinstance(wanted.blob, Document):
        digest, size = _of_blob(case, wanted.blob.body)
    return _compared(target, digest, size, wanted.media_type)


def _of_blob(case: Case, body: bytes) -> tuple[str, int]:
    """Its digest, by the hash that goes with the key (trust-store-trust-policy.md "Steps")."""
    key = case.leaf.key
    algorithm = None if key is None else algorithm_of(key)
    name = HASH_OF[algorithm or "PS256"]
    return f"{name}:{hashlib.new(name, body).hexdigest()}", len(body)


def _compared(target: Target, digest: str, size: int | None, media_type: str) -> Judgement:
    rows = [
        ("digest", digest, target.digest),
        ("size", "" if size is None else f"{size:,} bytes", f"{target.size:,} bytes"),
        ("media type", media_type, target.media_type),
    ]
    for what, expected, found in rows:
        if (expected or what == "digest") and expected != found:
            words = "something else is signed: the {} differs"
            return failed(words.format(what), expected=expected, found=visible(found, 150))
    return passed("this very artefact is signed", expected=digest, found=target.digest)


def judge_metadata(case: Case) -> Judgement:
    """What is wanted besides is among the signed annotations."""
    wanted = case.asked.metadata
    if not wanted:
        return noted("no metadata are wanted")
    target = case.envelope.target
    stated = {} if target is None else target.annotations
    for name, text in wanted.items():
        if stated.get(name) != text:
            shown = visible(name, 40)
            found = visible(stated[name], 80) if name in stated else f"no {shown}"
            words = f"the metadata {shown} are not signed as wanted"
            return failed(words, expected=f"{shown}={visible(text, 80)}", found=found)
    return passed(f"{counted(len(wanted), 'wanted pair')} signed as wanted")
