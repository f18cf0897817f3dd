"""What proves when and by whom: log entry, certificate chain, SCT. One judge a check."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from trustui.core.errors import ParseError
from trustui.core.facts import Turn, VerifiedTime
from trustui.core.formats.cosign.case import Case
from trustui.core.formats.cosign.payload import LOG_ENTRY
from trustui.core.pki.authorities import Authority, Log
from trustui.core.pki.certificates import CODE_SIGNING
from trustui.core.pki.chains import Chain, ChainProblem, build_chain
from trustui.core.pki.sct import verify_sct
from trustui.core.pki.times import turns_of
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible
from trustui.core.tlog.entries import (
    Logged,
    LoggedSignature,
    parse_cosign_bundle,
    read_body,
    verifier_key,
)
from trustui.core.tlog.inclusion import find_log
from trustui.core.tlog.promises import promise_holds
from trustui.core.trace import Judgement, failed, noted, passed

# The log --------------------------------------------------------------------------------------


def entry_is_there(case: Case) -> Judgement:
    """A log entry is stored with the signature, where one is wanted."""
    is_there = bool(case.annotation(LOG_ENTRY))
    if not case.expectation.needs_log:
        words = "stored, and not used" if is_there else "not stored"
        return noted(f"no log entry is wanted; one is {words}")
    if not is_there:
        return failed(
            "no log entry is stored with the signature",
            expected=f"an entry in {LOG_ENTRY}",
            found="none",
        )
    return passed("a log entry is stored with the signature")


def entry_can_be_read(case: Case) -> Judgement:
    """The entry is one of a kind that holds signatures."""
    try:
        case.entry = parse_cosign_bundle(case.annotation(LOG_ENTRY).encode())
        logged = read_body(case.entry)
        verifier_key(_logged_signature(logged).verifier)
    except ParseError as error:
        return failed(
            f"the log entry cannot be read: {error.because}",
            expected=error.expected or None,
            found=error.found or None,
        )
    case.logged = logged
    return passed(f"a {logged.kind} {logged.version} entry", found=case.entry.title)


def _logged_signature(logged: Logged) -> LoggedSignature:
    """The first; entries of this format have one. Raises ParseError where there is none."""
    if not logged.signatures:
        raise ParseError("nobody's signature was logged", expected="a signature", found="none")
    return logged.signatures[0]


def entry_is_consistent(case: Case) -> Judgement:
    """The logged signature is one of the logged key over the logged digest."""
    assert case.logged is not None
    one = _logged_signature(case.logged)
    key = verifier_key(one.verifier)
    if not case.logged.digest:
        return noted("what the logged signature is over is in the envelope, not in the entry")
    algorithm, _, encoded = case.logged.digest.partition(":")
    if not key.verifies_digest(one.signature, bytes.fromhex(encoded), algorithm):
        return failed(
            "the log entry does not fit together: its signature is not one of its key over its digest",
            expected=f"a signature by {key.kind} {key.fingerprint[:16]}… over {case.logged.digest[:23]}…",
            found="another signature",
        )
    return passed("logged signature, key and digest fit together")


def entry_has_this_signature(case: Case) -> Judgement:
    """What was logged is this signature."""
    assert case.logged is not None
    if case.question.is_attestation and case.logged.envelope_digest:
        return noted("the entry holds the whole envelope by its digest")
    if _logged_signature(case.logged).signature != case.signature:
        return failed(
            "another signature was logged",
            expected=_short(case.signature),
            found=_short(_logged_signature(case.logged).signature),
        )
    return passed("this signature was logged")


def entry_has_this_key(case: Case) -> Judgement:
    """What it was logged with is the key, or the certificate's, that is expected."""
    assert case.logged is not None
    logged, key = verifier_key(_logged_signature(case.logged).verifier), case.key
    if key is None or logged.material != key.material:
        return failed(
            "it was logged with another key",
            expected=f"{key.kind} {key.fingerprint}" if key else "a usable key",
            found=f"{logged.kind} {logged.fingerprint}",
        )
    return passed("it was logged with this key", found=logged.fingerprint)


def entry_has_this_digest(case: Case) -> Judgement:
    """What was logged is the digest of this payload or envelope."""
    assert case.logged is not None
    stated = case.logged.digest or case.logged.payload_digest or case.logged.envelope_digest
    found = {f"sha256:{hashlib.sha256(body).hexdigest()}" for body in _logged_bytes(case)}
    if stated not in found:
        return failed(
            "the log entry is about something else",
            expected=", ".join(sorted(found)),
            found=visible(stated, 100),
        )
    return passed("the log entry is about this payload", found=stated)


def _logged_bytes(case: Case) -> Iterator[bytes]:
    """What an entry may be about: what is signed, or of an envelope its payload or the whole."""
    yield case.message
    if case.question.is_attestation:
        assert case.attestation is not None and not isinstance(case.attestation, ParseError)  # noqa: PT018
        yield case.body
        yield case.attestation.envelope.payload


def log_is_known(case: Case) -> Judgement:
    """The log is one of those that are trusted."""
    assert case.entry is not None
    logs = _logs(case)
    log = find_log(logs, case.entry.log_id)
    if log is None:
        return failed(
            "the entry is of a log that is not trusted",
            expected=", ".join(visible(one.host, 60) for one in logs[:10])
            or "a trusted root with a log",
            found=f"log {case.entry.log_id.hex()}",
        )
    return passed(f"the entry is of {visible(log.host, 100)}", found=case.entry.log_id.hex())


def _logs(case: Case) -> tuple[Log, ...]:
    return () if case.trust.trusted_root is None else case.trust.trusted_root.logs


def promise_is_good(case: Case) -> Judgement:
    """The log signed when it took the entry in (signed entry timestamp), while it was in use."""
    assert case.entry is not None
    log = find_log(_logs(case), case.entry.log_id)
    at = case.entry.integrated_time
    if log is None or at is None or not promise_holds(case.entry, log):
        return failed(
            "the log's promise does not verify: its key made no such promise",
            expected="a signed entry timestamp of a trusted log",
            found=case.entry.title,
        )
    if not log.window.contains(at):
        return failed(
            f"the log {visible(log.host, 100)} was not in use at that time",
            expected=str(log.window),
            found=write_instant(at),
            cosign_accepts=True,
        )
    because = f"{visible(log.host, 100)} took the signature in"
    case.times.append(VerifiedTime(at, "log", because))
    return passed(f"{because} at {write_instant(at)}", found=write_instant(at))


# The certificate ------------------------------------------------------------------------------


def chain_is_trusted(case: Case) -> Judgement:
    """The certificate leads to an authority that is trusted; when is judged by `expiry`."""
    problems: list[ChainProblem] = []
    for found, authority in _chains(case):
        if isinstance(found, Chain):
            case.chain, case.authority = found, authority
            return passed(
                f"the certificate leads to {found.root.title}",
                found=found.root.fingerprint,
                chain=[one.title for one in found.certificates],
            )
        problems.append(found)
    if not problems:
        return failed(
            "no certificate authority is trusted",
            expected="a trusted root, or certificates of authorities",
            found="none",
        )
    told = max(problems, key=lambda one: one.depth)
    return failed(told.because, expected=told.expected, found=told.found)


def _chains(case: Case) -> Iterator[tuple[Chain | ChainProblem, Authority | None]]:
    leaf, trust = case.certificate, case.trust
    assert leaf is not None
    if trust.roots:
        between = (*trust.intermediates, *case.intermediates)
        yield build_chain(leaf, between, trust.roots, None, CODE_SIGNING), None
    elif trust.trusted_root is not None:
        for authority in trust.trusted_root.certificate_authorities:
            between = (*authority.chain[:-1], *case.intermediates)
            yield build_chain(leaf, between, authority.chain[-1:], None, CODE_SIGNING), authority


def sct_is_good(case: Case) -> Judgement:
    """A log of certificates promised to show this one, so that nobody gets one in secret."""
    if not case.expectation.needs_sct:
        return noted("no proof is wanted that the certificate is public")
    if case.chain is None:
        return failed("who issued the certificate is not known", expected="a chain", found="none")
    logs = () if case.trust.trusted_root is None else case.trust.trusted_root.ct_logs
    result = verify_sct(case.chain.leaf, case.chain.issuer, logs)
    conclude = passed if result.verified else failed
    return conclude(result.because, expected=result.expected or None, found=result.found or None)


def certificate_was_valid(case: Case) -> Judgement:
    """Valid at every proven time of signing; without one, at the instant of this check."""
    if case.chain is None:
        return failed(
            "no chain was found that could have been valid", expected="a chain", found="none"
        )
    for at, words in _instants(case):
        outside = case.chain.outside(at)
        if outside is not None:
            return failed(
                f"the certificate {outside.title} was not valid {words}",
                expected=str(outside.window),
                found=write_instant(at),
            )
        if case.authority is not None and not case.authority.window.contains(at):
            return failed(
                f"the authority {visible(case.authority.title, 100)} was not in use {words}",
                expected=str(case.authority.window),
                found=write_instant(at),
            )
    proven = " and ".join(dict.fromkeys(one.kind for one in case.times)) or "this instant"
    return passed(f"the certificate was valid at the time of signing ({proven})")


def turns(case: Case) -> Iterator[Turn]:
    """When `certificate_was_valid` concludes otherwise, where the present decides."""
    if case.chain is None or case.times:
        return
    for one in case.chain.certificates:
        yield from turns_of(one.window, f"the certificate {visible(one.title, 100)}")
    if case.authority is not None:
        yield from turns_of(
            case.authority.window, f"the authority {visible(case.authority.title, 100)}"
        )


def _instants(case: Case) -> Iterator[tuple[datetime, str]]:
    for one in case.times:
        yield one.at, f"when it is proven to have signed ({one.kind})"
    if not case.times:
        yield case.question.at, "at this instant, and nothing proves when it signed"


def _short(signature: bytes) -> str:
    return f"{signature[:12].hex()}… ({len(signature)} bytes)"
