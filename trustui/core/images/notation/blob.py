"""The verdict of a file and its detached signature, by Notation's policy for files."""

from trustui.core.facts import Document, Problem
from trustui.core.formats.notation.case import SignatureQuestion, Wanted
from trustui.core.formats.notation.envelope import COSE_TYPE, JWS_TYPE
from trustui.core.formats.notation.verify import IDENTITY, verify_signature
from trustui.core.images.notation.question import RESOLVE, BlobQuestion, NotationVerdict
from trustui.core.images.notation.signatures import Trust, as_told, miss_of
from trustui.core.images.notation.verify import judge_statement
from trustui.core.primitives.text import visible
from trustui.core.trace import (
    Chain,
    Judgement,
    Planned,
    Verification,
    collect,
    failed,
    passed,
    trace,
)
from trustui.core.trust_policy.notation.configuration import read_document, stores_of
from trustui.core.trust_policy.notation.selection import for_file

SIGNATURE = "signature"
FILES = "files"

EXTENSIONS = {".jws.sig": JWS_TYPE, ".cose.sig": COSE_TYPE}
"""How the name of a detached signature says what it is ("Blob Signatures")."""


def verify_notation_blob(question: BlobQuestion) -> Verification[NotationVerdict]:
    """Everything that can be said about a file, its signature and a Notation configuration."""
    verdict = NotationVerdict()
    name = visible(question.signature_name, 200)
    read = read_document(question.configuration, "blob")
    if read.document is not None:
        verdict.selection = for_file(read.document, question.statement)
    yield from judge_statement(verdict, read, name)
    chain = Chain(FILES, name)
    yield Planned(FILES, name, (RESOLVE.id,))
    yield chain.judge(RESOLVE, judge_files, question.signature, question.blob)
    statement = None if verdict.selection is None else verdict.selection.statement
    if statement is None or statement.is_skipped or chain.broken_by is not None:
        return verdict
    trust = Trust(statement, stores_of(statement, question.configuration.stores))
    asked = _asked(question, trust, name)
    events, result = collect(verify_signature, asked)
    yield from events
    alone = trace(name, question.at, question.at, events)
    verdict.signatures.append(as_told(alone, result, None, statement.who))
    first = alone.first_failing
    if first is not None and first.check == IDENTITY.id:
        verdict.miss = miss_of(statement.identities, asked.content, asked.media_type)
    return verdict


def _asked(question: BlobQuestion, trust: Trust, on: str) -> SignatureQuestion:
    return SignatureQuestion(
        group=SIGNATURE,
        on=on,
        content=question.signature,
        media_type=envelope_type(question.signature_name),
        wanted=Wanted(media_type=question.media_type, blob=question.blob),
        asked=trust.asked(question.metadata),
        at=question.at,
        evidence=question.evidence,
    )


def envelope_type(name: str) -> str:
    """What a detached signature is by its name, or "": its first bytes say it then."""
    return next((EXTENSIONS[one] for one in EXTENSIONS if name.endswith(one)), "")


def judge_files(signature: Document | Problem, blob: Document | Problem) -> Judgement:
    """The signature and the file, which somebody named, can be read."""
    for what, file in (("signature", signature), ("file", blob)):
        if isinstance(file, Problem):
            return failed(
                f"the {what} cannot be read: {file.because}",
                expected=f"a {what} that can be read",
                found=visible(file.location),
            )
    return passed("the signature and the file were read")
