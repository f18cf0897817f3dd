"""Is the certificate of a signature that of whom somebody expects?"""

from collections.abc import Callable, Iterator, Mapping

import msgspec

from trustui.core.primitives.text import visible
from trustui.core.trace import Judgement, failed, passed
from trustui.core.trust_policy.expectations import GITHUB, Expectation
from trustui.core.trust_policy.patterns import is_found_in, matches

MAX_NAMES = 20
"""Names of one certificate that a sentence lists."""

Matches = Callable[[str, str], bool]


class SignerIdentity(msgspec.Struct, frozen=True):
    """Who signed, as the certificate says: subject alternative names and Fulcio's extensions.

    `extensions` has the members of `GITHUB` that the certificate states.
    """

    names: tuple[str, ...]
    issuer: str = ""
    extensions: Mapping[str, str] = {}

    def __str__(self) -> str:
        told = ", ".join(visible(name, 120) for name in self.names[:MAX_NAMES]) or "no name"
        return f"{told}; issuer {visible(self.issuer, 120) or 'not stated'}"


class Mismatch(msgspec.Struct, frozen=True):
    """One thing that differs: what was expected, what the certificate has."""

    what: str
    expected: str
    found: str


def judge_identity(expectation: Expectation, signer: SignerIdentity) -> Judgement:
    """Subject, issuer and extensions are as expected; patterns mean the whole text.

    `evidence.cosign_accepts` says that only an unanchored pattern is why this fails.
    """
    differing = list(mismatches(expectation, signer))
    if not differing:
        return passed(f"signed by {signer}", expected=expectation.who, found=str(signer))
    loosely = list(mismatches(expectation, signer, is_found_in))
    first = differing[0]
    words = "; a part of it matches, which is not enough" if not loosely else ""
    return failed(
        f"the {first.what} is another{words}",
        expected="; ".join(one.expected for one in differing),
        found="; ".join(one.found for one in differing),
        cosign_accepts=not loosely,
        differing=[one.what for one in differing],
    )


def mismatches(
    expectation: Expectation, signer: SignerIdentity, by: Matches = matches
) -> Iterator[Mismatch]:
    """What differs, in the order subject, issuer, extensions."""
    wanted, pattern = expectation.identity, expectation.identity_regexp
    if not any(_fits(name, wanted, pattern, by) for name in signer.names):
        names = ", ".join(visible(name, 120) for name in signer.names[:MAX_NAMES])
        yield Mismatch("subject", wanted or f"/{pattern}/", names or "no name")
    wanted, pattern = expectation.issuer, expectation.issuer_regexp
    if not _fits(signer.issuer, wanted, pattern, by):
        yield Mismatch("issuer", wanted or f"/{pattern}/", visible(signer.issuer, 120) or "none")
    for member in GITHUB:
        wanted, found = getattr(expectation, member), signer.extensions.get(member, "")
        if wanted and wanted != found:
            what = member.replace("_", " ")
            yield Mismatch(what, wanted, visible(found, 120) or f"no {what}")


def _fits(text: str, wanted: str, pattern: str, by: Matches) -> bool:
    """Exactly, and by the pattern, where either is stated."""
    if wanted and text != wanted:
        return False
    return not pattern or by(pattern, text)
