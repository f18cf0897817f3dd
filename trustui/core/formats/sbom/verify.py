"""What can be said of a bill of materials that is attached to an artefact.

It proves nothing about the artefact unless it is itself signed: no verdict of an artefact rests on
these steps. To add a check, write its judge and add it to `verify_bill` and docs/formats/sbom.md.
"""

from collections.abc import Mapping

import msgspec

from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.sbom.bill import SPEC, Bill
from trustui.core.formats.sbom.parse import parse
from trustui.core.primitives.text import counted, visible
from trustui.core.trace import (
    Chain,
    Check,
    Finding,
    Judgement,
    Outcome,
    Severity,
    Verification,
    failed,
    noted,
    passed,
)

PARSE = Check("sbom.parse", f"{SPEC} JSON")
SUBJECT = Check(
    "sbom.subject", "SPDX 2.3 §11.1, SPDX 3.0 rootElement, CycloneDX 1.7 metadata.component"
)
SIGNED = Check("sbom.signed", 'distribution 1.1 "Listing Referrers"')

CHECKS = (PARSE, SUBJECT, SIGNED)

LOOSE = "sbom.finding.loose"

MAX_NAMED = 5
"""Things that a sentence lists."""


class BillQuestion(msgspec.Struct, frozen=True):
    """A bill, the digest of the artefact that it hangs on, and what signatures of it came to.

    `parts` names other digests of that artefact, such as those of its platforms, for people.
    """

    document: Document
    subject: str
    parts: Mapping[str, str] = {}
    signatures: tuple[Outcome, ...] = ()
    """Of those attached to the bill itself, each against what is expected of the artefact."""


def verify_bill(question: BillQuestion, chain: Chain) -> Verification[Bill | None]:
    """The steps of one bill; gives its facts, or None where it cannot be read."""
    found = _read(question.document)
    yield chain.judge(PARSE, judge_form, found)
    if isinstance(found, Bill):
        yield chain.judge(SUBJECT, judge_subject, found, question)
        if not found.digests:
            yield Finding(LOOSE, chain.on, f"a loose SBOM: {_loosely(found)}", Severity.LOW)
    yield chain.judge(SIGNED, judge_signed, question.signatures)
    return found if isinstance(found, Bill) else None


def _read(document: Document) -> Bill | ParseError:
    try:
        return parse(document)
    except ParseError as error:
        return error


def judge_form(found: Bill | ParseError) -> Judgement:
    """It is strict JSON of one of the forms."""
    if isinstance(found, ParseError):
        return failed(
            f"the bill of materials cannot be read: {found.because}",
            expected=found.expected or SPEC,
            found=found.found or None,
        )
    words = f"{found.form} {found.version} with {counted(found.parts, 'part')}"
    return passed(words, found=visible(found.name, 100) or None)


def judge_subject(bill: Bill, question: BillQuestion) -> Judgement:
    """It says itself that it is about this artefact, by a digest."""
    told = visible(", ".join(str(one) for one in bill.described[:MAX_NAMED]), 200)
    if question.subject in bill.digests:
        return passed("it names this artefact by its digest", found=question.subject)
    for digest in bill.digests:
        if digest in question.parts:
            return passed(f"it names {question.parts[digest]} of this artefact", found=digest)
    if bill.digests:
        return failed(
            "it names something else than what it is attached to",
            expected=question.subject,
            found=", ".join(bill.digests[:MAX_NAMED]),
        )
    return noted(
        f"it is bound to no content: {_loosely(bill)}",
        expected=question.subject,
        found=told or "nothing",
    )


def _loosely(bill: Bill) -> str:
    if not bill.described:
        return "it does not say what it is about"
    named = visible(str(bill.described[0]), 120)
    return f"it names {named}, by a name or tag that can be moved, and no digest"


def judge_signed(signatures: tuple[Outcome, ...]) -> Judgement:
    """Whether somebody answers for what it says."""
    good = signatures.count(Outcome.PASSED)
    if good:
        return passed(f"it is signed as expected, by {counted(good, 'signature')}")
    if signatures:
        others = counted(len(signatures), "signature")
        return noted(
            f"{others} of it, none by whom is expected: what it says is nobody's word",
            expected="a signature that is wanted",
            found=others,
        )
    return noted("nobody signed it: whoever can write to the repository can change what it says")
