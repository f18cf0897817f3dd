"""Who signed, and when: the time, the chain, the SCT, the certificate's profile, the identity."""

from trustui.core.formats.sigstore_bundle.case import Case
from trustui.core.pki.certificates import CODE_SIGNING, Certificate
from trustui.core.pki.chains import Chain, ChainProblem
from trustui.core.pki.sct import verify_sct
from trustui.core.pki.timestamps import TimestampProblem
from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import counted
from trustui.core.trace import Judgement, failed, noted, passed, undecided
from trustui.core.trust_policy.identity import SignerIdentity
from trustui.core.trust_policy.identity import judge_identity as judge_signer

_BARE_KEY = "a bare key signed: it has no certificate"
_NAMES = frozenset({"email", "uri", "user", "dns", "ip", "other"})


def judge_time(case: Case) -> Judgement:
    """Short-lived certificates need the word of somebody trusted on when they signed."""
    problems = [one for one in case.stamps if isinstance(one, TimestampProblem)]
    if case.wanted.needs_timestamp and not case.good_stamps:
        return _no_time(problems, "a signed timestamp")
    if case.leaf is None and not case.wanted.needs_timestamp:
        return noted("a bare key signed: no time of signing is needed")
    if case.times:
        return passed(
            f"{counted(len(case.times), 'time')} of signing proven",
            found=f"{write_instant(case.times[0].at)} by {case.times[0].because}",
            times=[f"{write_instant(one.at)} {one.because}" for one in case.times],
            unusable=[one.because for one in problems],
        )
    if not case.uses_timestamps:
        return _present_decides(case)
    return _no_time(problems, "a timestamp or a log's promise")


def _no_time(problems: list[TimestampProblem], expected: str) -> Judgement:
    if problems:
        first = problems[0]
        return failed(first.because, expected=first.expected, found=first.found)
    return failed(
        "nothing proves when the signature was made", expected=expected, found="neither is stored"
    )


def _present_decides(case: Case) -> Judgement:
    stored = counted(len(case.bundle.timestamps), "stored timestamp")
    return noted(
        f"the log is waived and no timestamp was asked for: the present time decides; {stored} not used",
        found=write_instant(case.question.at),
    )


def judge_chain(case: Case) -> Judgement:
    """The certificate leads to a trusted authority, at each time that counts."""
    if case.leaf is None:
        return noted(_BARE_KEY)
    for found in case.chains:
        if isinstance(found, ChainProblem):
            return failed(found.because, expected=found.expected, found=found.found)
    chain = case.chains[0]
    assert isinstance(chain, Chain)
    return passed(
        f"the certificate leads to {chain.root.title}",
        found=" → ".join(one.title for one in chain.certificates),
        certificates=[one.fingerprint for one in chain.certificates],
    )


def judge_sct(case: Case) -> Judgement:
    """A log of certificates has the certificate, so that its owner could see it."""
    if case.leaf is None:
        return noted(_BARE_KEY)
    if not case.wanted.needs_sct:
        return noted("whether a log of certificates knows the certificate was not asked")
    root, issuer = case.trust.trusted_root, case.issuer
    if root is None or issuer is None:
        return undecided("without a chain nobody knows whose promise to look for")
    result = verify_sct(case.leaf, issuer, root.ct_logs)
    conclude = passed if result.verified else failed
    return conclude(
        result.because, expected=result.expected or None, found=result.found or result.log or None
    )


def judge_profile(case: Case) -> Judgement:
    """The certificate is one for signing artifacts (Fulcio, docs/certificate-specification.md)."""
    if case.leaf is None:
        return noted(_BARE_KEY)
    problem = _profile_problem(case.leaf)
    if problem is not None:
        return failed(problem[0], expected=problem[1], found=problem[2])
    return passed("the certificate is for signing artifacts", found="digitalSignature, codeSigning")


def _profile_problem(leaf: Certificate) -> tuple[str, str, str] | None:
    if leaf.unknown_critical:
        unknown = ", ".join(leaf.unknown_critical[:4])
        return "a critical extension is not processed here", "no unknown critical one", unknown
    if leaf.is_ca:
        return "the certificate is one of an authority", "an end entity", "CA"
    if leaf.key_usage is None or "digital_signature" not in leaf.key_usage:
        usages = "none" if leaf.key_usage is None else ", ".join(sorted(leaf.key_usage))
        return "the certificate may not sign", "key usage: digitalSignature", usages
    if leaf.eku is None or CODE_SIGNING not in leaf.eku:
        purposes = ", ".join(leaf.eku or ()) or "none"
        return "the certificate is not for signing code", "codeSigning", purposes
    return None


def judge_identity(case: Case) -> Judgement:
    """The certificate is that of whom the expectation names."""
    if case.leaf is None:
        assert case.trust.key is not None
        return noted(
            "the key that was named decides: it has no identity",
            found=f"{case.trust.key.kind}, SHA-256 {case.trust.key.fingerprint}",
        )
    return judge_signer(case.wanted, signer_of(case.leaf))


def signer_of(leaf: Certificate) -> SignerIdentity:
    """Whom a certificate names."""
    names = tuple(text for kind, text in leaf.names if kind in _NAMES)
    return SignerIdentity(names, leaf.oidc_issuer, leaf.fulcio)


def judge_window(case: Case) -> Judgement:
    """The certificate was valid when it signed; ends are inside."""
    if case.leaf is None:
        return noted(_BARE_KEY)
    for at in case.instants:
        if not case.leaf.is_valid_at(at):
            return failed(
                "the certificate was not valid at the proven time of signing"
                if case.times
                else "the certificate is not valid now, and no proof of an earlier signature is used",
                expected=str(case.leaf.window),
                found=write_instant(at),
            )
    return passed(
        "the certificate was valid when it signed",
        expected=str(case.leaf.window),
        found=", ".join(write_instant(at) for at in case.instants[:4]),
    )
