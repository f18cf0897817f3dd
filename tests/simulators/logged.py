"""A verification by Notation's rules that passes although something does not hold."""

from functools import cache

from tests.core.images.notation.signed import ask, payload_of, sign
from tests.core.trust_policy.notation.written import statement
from tests.simulators.image_repository import Repository
from tests.simulators.notation_signer import Plan, world
from trustui.core.answer import as_json
from trustui.demo.images.certifying import MINUTE, SIGNED
from trustui.demo.images.repository import image
from trustui.pages.images.answer import ImageAnswer, read_image_answer

PERMISSIVE = {"level": "permissive"}


@cache
def only_logged(*, beside_a_good_one: bool = False) -> ImageAnswer:
    """Signed for a time that is over, under a level that only logs this."""
    repository = Repository()
    digest = image(repository)
    payload = payload_of(repository, digest)
    sign(repository, digest, Plan(payload=payload, chain=world().chain, expiry=SIGNED + MINUTE))
    if beside_a_good_one:
        sign(repository, digest)
    asked = ask(repository, statement(signatureVerification=PERMISSIVE))
    return read_image_answer(as_json(asked.trace, "image", asked.state, **asked.verdict.members))
