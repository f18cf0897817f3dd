"""The past of the images that the demo's vendor signs with Notation."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.core.images.verified import first
from tests.demo.images.test_stories import asking
from trustui.cli.verify_notation import nobody
from trustui.core.facts import Document
from trustui.core.images.languages import PolicyAnswer, PolicyQuestion, verify_by_policy
from trustui.core.oci.references import Reference
from trustui.core.trace import Outcome, TrustState
from trustui.core.trust_policy.languages import NOTATION
from trustui.core.trust_policy.notation.identities import Miss
from trustui.demo.images.code_signing import IDENTITY, stores, trust_policy
from trustui.demo.images.notation_stories import customs_link, weighbridge
from trustui.demo.images.story import ImageStory, Served

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def verified(story: ImageStory, served: Served, tag: str, at: datetime) -> PolicyAnswer:
    files = stores(NOW)
    question = PolicyQuestion(
        reference=Reference("localhost", story.name, tag),
        language=NOTATION.name,
        document=NOTATION.parse(trust_policy()),
        read=lambda name: Document(name, files[name]),
        at=at,
        evidence=nobody,
    )
    return verify_by_policy(question, asking(served))


@pytest.fixture(scope="module")
def customs() -> ImageStory:
    return customs_link(NOW)


@pytest.fixture(scope="module")
def bridge() -> ImageStory:
    return weighbridge(NOW)


def test_the_technicians_certificate_misses_the_identity_by_one_attribute(
    customs: ImageStory,
) -> None:
    found = verified(customs, customs.past[-1], "2.1.1", NOW)
    assert first(found.trace) == "notation.identity"
    miss = found.members["nearest_identity"]
    assert isinstance(miss, Miss)
    assert miss.identity == IDENTITY
    unmet = [(one.name, one.wanted, one.found) for one in miss.attributes if not one.is_met]
    assert unmet == [("OU", "Release", "Field service")]


def test_the_timestamp_keeps_the_customs_link_good_after_its_certificate(
    customs: ImageStory,
) -> None:
    found = verified(customs, customs.past[-1], "2.0.0", NOW + 365 * DAY)
    assert found.state is TrustState.VERIFIED
    assert "by timestamp authority" in next(
        one.because for one in found.trace.steps if one.check == "notation.timestamp"
    )


def test_the_weighbridge_was_verified_until_its_certificate_was_over(bridge: ImageStory) -> None:
    pushed = bridge.past[0]
    before = verified(bridge, pushed, "1.0.0", pushed.since + 29 * DAY)
    after = verified(bridge, pushed, "1.0.0", pushed.since + 31 * DAY)
    assert (before.state, after.state) == (TrustState.VERIFIED, TrustState.NOT_TRUSTED)
    assert after.trace.outcome is Outcome.PASSED


def test_that_nobody_was_asked_about_revocation_is_only_logged(bridge: ImageStory) -> None:
    found = verified(bridge, bridge.past[-1], "1.1.0", NOW)
    assert found.state is TrustState.NOT_TRUSTED
    (logged,) = [one for one in found.trace.findings if one.id.endswith("logged_failure")]
    assert "notation.revocation" in logged.because
