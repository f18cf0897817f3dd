"""From an expectation to what verification needs: the files that it names, read and judged."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias, TypeVar

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.limits import MIB
from trustui.core.pki.authorities import Authority
from trustui.core.pki.certificates import Certificate, parse_certificates
from trustui.core.pki.keys import PkixKey, load_key
from trustui.core.pki.times import Window
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import Chain, Check, Judgement, Step, failed, noted, passed
from trustui.core.trust_policy.expectations import Expectation
from trustui.core.trusted_root import TrustedRoot, parse_trusted_root

T = TypeVar("T")

_WHO = "cosign SIGNATURE_SPEC"

IDENTITY_GIVEN = Check("policy.identity_given", f'{_WHO} "Signature Verification"')
KEY_READABLE = Check("policy.key_readable", "RFC 5280 §4.1.2.7")
ROOT_READABLE = Check("policy.root_readable", "sigstore_trustroot.proto TrustedRoot")
FLAGS = Check("policy.flags", "cosign BUNDLE_SPEC")

GIVEN = (IDENTITY_GIVEN, KEY_READABLE, ROOT_READABLE)

MAX_TRUST_FILE = 4 * MIB
"""Bytes of a key, a file of certificates or a trusted root."""
_REMEMBERED = 16
"""Files whose facts are kept: every artefact of a team is judged by the same few."""

Read: TypeAlias = Callable[[str], Document | Problem]
"""How a file that an expectation names is read; never raises for the file's faults."""


class Trust(msgspec.Struct, frozen=True):
    """What an expectation rests on, loaded; empty where it does not state it."""

    key: PkixKey | None = None
    trusted_root: TrustedRoot | None = None
    roots: tuple[Certificate, ...] = ()
    intermediates: tuple[Certificate, ...] = ()
    timestamp_chain: tuple[Certificate, ...] = ()

    @property
    def timestamp_authorities(self) -> tuple[Authority, ...]:
        """Of the trusted root and of the PEM file; the latter without a window of its own."""
        own = () if self.trusted_root is None else self.trusted_root.timestamp_authorities
        if not self.timestamp_chain:
            return own
        return (*own, Authority("", self.timestamp_chain, Window()))


class Given(msgspec.Struct):
    """What came of reading: the steps that say so, and the trust when all could be read."""

    trust: Trust
    steps: list[Step]
    broken_by: str | None = None


def give_trust(expectation: Expectation, read: Read, chain: Chain) -> Given:
    """Read every file that the expectation names; each that is missing is a failed step."""
    key = _read(read, expectation.key, load_key)
    root = _read(read, expectation.trusted_root, parse_trusted_root)
    pems = {name: _read(read, name, parse_certificates) for name in _pem_files(expectation)}
    steps = [
        chain.judge(IDENTITY_GIVEN, judge_identity_given, expectation),
        chain.judge(KEY_READABLE, judge_readable, "the key", [(expectation.key, key)]),
        chain.judge(
            ROOT_READABLE,
            judge_readable,
            "what is trusted",
            [(expectation.trusted_root, root), *pems.items()],
        ),
    ]
    if chain.broken_by is not None:
        return Given(Trust(), steps, chain.broken_by)
    trust = Trust(_good(key), _good(root), *_certificates(expectation, pems))
    return Given(trust, steps)


def _read(read: Read, name: str, parse: Callable[[bytes], T]) -> T | Problem | ParseError | None:
    if not name:
        return None
    answer = read(name)
    if isinstance(answer, Problem):
        return answer
    try:
        parsed: T = _parsed(parse, answer.body)
    except ParseError as error:
        return error
    return parsed


@lru_cache(_REMEMBERED)
def _parsed(parse: Callable[[bytes], T], body: bytes) -> T:
    return parse(body)


def _good(found: T | Problem | ParseError | None) -> T | None:
    return None if isinstance(found, Problem | ParseError) else found


def _pem_files(expectation: Expectation) -> Iterator[str]:
    names = (
        expectation.certificate_chain,
        expectation.ca_roots,
        expectation.ca_intermediates,
        expectation.timestamp_certificate_chain,
    )
    return (name for name in names if name)


def _certificates(
    expectation: Expectation,
    pems: "dict[str, tuple[Certificate, ...] | Problem | ParseError | None]",
) -> tuple[tuple[Certificate, ...], tuple[Certificate, ...], tuple[Certificate, ...]]:
    """Roots, intermediates, and the chain of the timestamp authority.

    The last certificate of a chain is its root, as cosign reads `--certificate-chain`.
    """
    chain = _good(pems.get(expectation.certificate_chain)) or ()
    roots = _good(pems.get(expectation.ca_roots)) or ()
    intermediates = _good(pems.get(expectation.ca_intermediates)) or ()
    stamps = _good(pems.get(expectation.timestamp_certificate_chain)) or ()
    return (*roots, *chain[-1:]), (*intermediates, *chain[:-1]), stamps


# Judges ---------------------------------------------------------------------------------------


def judge_identity_given(expectation: Expectation) -> Judgement:
    """Somebody said whom to trust: a key, or a subject and its issuer, and not both."""
    has_subject = bool(expectation.identity or expectation.identity_regexp)
    has_issuer = bool(expectation.issuer or expectation.issuer_regexp)
    if expectation.key and expectation.names_a_person:
        return failed(
            "both a key and an identity are wanted: one signature has either",
            expected="a key, or an identity with its issuer",
            found="both",
        )
    if expectation.key:
        return passed("a key was named", found=visible(expectation.key, 200))
    if has_subject and has_issuer:
        return passed("an identity and its issuer were named", found=expectation.who)
    found = (
        "nothing"
        if not expectation.names_a_person
        else ("no issuer" if has_subject else "no identity")
    )
    return failed(
        "nobody said whose signature is wanted: anybody can sign",
        expected="a key, or an identity with its issuer",
        found=found,
    )


def judge_readable(what: str, files: "list[tuple[str, object]]") -> Judgement:
    """Each file that was named is there and is what it should be."""
    named = [(name, found) for name, found in files if name]
    for name, found in named:
        if isinstance(found, Problem | ParseError):
            return failed(
                f"{visible(name, 200)} cannot be used: {found.because}",
                expected=f"a file with {what}",
                found=visible(name, 200),
            )
    if not named:
        return noted(f"no file with {what} was named")
    return passed(
        f"{counted(len(named), 'file')} with {what} read", found=visible(named[0][0], 200)
    )


def judge_flags(expectation: Expectation, *, is_bundle: bool) -> Judgement:
    """The kind of trust that was given goes with the format that was found."""
    if is_bundle and expectation.has_pem_authorities and not expectation.trusted_root:
        return failed(
            "authorities are given as PEM files, which say nothing about when they were in use: "
            "bundles are verified with a trusted root",
            expected="a trusted root (JSON)",
            found=visible(expectation.certificate_chain or expectation.ca_roots, 200),
        )
    return passed("the trust that was given goes with this format")
