"""What is weak about a good signature: nobody saw it, or nothing proves when it was made."""

from datetime import timedelta

from tests.core.images.verified import bundle, verified
from tests.simulators.image_repository import ANYBODY, BY_KEY, Repository, sign_tag
from trustui.core.images.verify import ImageVerdict
from trustui.core.images.weaknesses import FINDINGS, ONLY_CERTIFICATE, WITHOUT_LOG
from trustui.core.trace import Outcome, Trace
from trustui.demo.images.certifying import SIGNED
from trustui.demo.images.repository import attach_bundle, image
from trustui.demo.images.stack import Json
from trustui.demo.images.tag_format import TagPlan

WITHOUT_TIME = {**ANYBODY, "log": "ignored", "sct": "ignored"}


def weak(one: Trace) -> list[str]:
    return [found.id for found in one.findings if found.id in FINDINGS]


def tagged(plan: TagPlan, wanted: Json) -> tuple[Trace, ImageVerdict]:
    repository = Repository()
    sign_tag(repository, image(repository), plan)
    return verified(repository, wanted, at=SIGNED)


def bundled(wanted: Json, *, with_key: bool) -> tuple[Trace, ImageVerdict]:
    repository = Repository()
    digest = image(repository)
    attach_bundle(repository, digest, bundle(digest, with_key=with_key))
    return verified(repository, wanted, at=SIGNED)


def test_a_key_without_a_log() -> None:
    one, verdict = tagged(TagPlan(), BY_KEY)
    assert (one.outcome, weak(one)) == (Outcome.PASSED, [WITHOUT_LOG])
    assert verdict.turns == set()


def test_a_certificate_that_only_its_own_validity_dates() -> None:
    one, verdict = tagged(TagPlan(with_certificate=True), WITHOUT_TIME)
    assert (one.outcome, weak(one)) == (Outcome.PASSED, [ONLY_CERTIFICATE])
    (end,) = {turn.at for turn in verdict.turns if turn.at > SIGNED} - {
        turn.at for turn in verdict.turns if turn.at > SIGNED + timedelta(hours=1)
    }
    assert end.microsecond == 1


def test_a_certificate_and_a_log_are_not_weak() -> None:
    one, verdict = bundled(ANYBODY, with_key=False)
    assert (one.outcome, weak(one), verdict.turns) == (Outcome.PASSED, [], set())


def test_a_bundle_that_the_present_judges_says_when_that_changes() -> None:
    _, verdict = bundled(WITHOUT_TIME, with_key=False)
    words = {turn.because.split(" ")[1] for turn in verdict.turns}
    assert words == {"certificate", "authority"}


def test_what_fails_is_not_called_weak() -> None:
    one, _ = tagged(
        TagPlan(with_certificate=True), {**WITHOUT_TIME, "identity": "mallory@a.example"}
    )
    assert (one.outcome, weak(one)) == (Outcome.FAILED, [])
