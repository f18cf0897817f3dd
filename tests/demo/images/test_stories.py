"""The past of the images of the demo world, seen at times other than its present."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.core.images.verified import first
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.images.verify import ImageQuestion, verify_image
from trustui.core.oci.manifests import OCI_INDEX
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import ImageRequest
from trustui.core.trace import Outcome, Trace, collect, trace
from trustui.core.trust_policy.policies import parse_policies
from trustui.demo.images.stack import Json
from trustui.demo.images.stories import (
    IMAGE_STORIES,
    ROTATED_ON,
    reefer_monitor,
    tide_service,
    yard_map,
)
from trustui.demo.images.story import ImageStory, Served
from trustui.demo.images.trust import (
    PUBLIC_KEY,
    TRUSTED_ROOT,
    policies,
    public_key,
    trusted_root,
)
from trustui.demo.story import DAY, DAYS

NOW = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def asking(served: Served) -> Callable[[ImageRequest], Document | Problem]:
    """The files of a layout as a registry without the referrers interface would answer."""
    index = json.loads(served.files["index.json"])["manifests"]
    tags = {
        one["annotations"]["org.opencontainers.image.ref.name"]: one
        for one in index
        if "annotations" in one
    }

    def ask(request: ImageRequest) -> Document | Problem:
        if request.kind == "referrers":
            found = list(_listed(served, index, request.name))
            body = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found})
            return Document("referrers", body.encode(), OCI_INDEX)
        digest = tags[request.name]["digest"] if request.name in tags else request.name
        body_ = served.files.get(f"blobs/{digest.replace(':', '/')}")
        if body_ is None:
            return Problem(request.name, ProblemKind.ABSENT, "not there")
        return Document(request.name, body_)

    return ask


def _listed(served: Served, index: list[Json], to: str) -> Iterator[Json]:
    """What refers to a digest, each with its own type."""
    for one in index:
        manifest = json.loads(served.files[f"blobs/{one['digest'].replace(':', '/')}"])
        if manifest.get("subject", {}).get("digest") == to:
            yield {**one, "artifactType": manifest["artifactType"]}


def verified(
    story: ImageStory, served: Served, tag: str, at: datetime, *, rotated: bool = True
) -> Trace:
    files = {
        TRUSTED_ROOT: trusted_root(NOW, rotated=rotated),
        PUBLIC_KEY: public_key(NOW),
    }
    question = ImageQuestion(
        Reference("localhost", story.name, tag),
        parse_policies(policies()),
        lambda name: Document(name, files[name]),
        at,
    )
    events, _ = collect(verify_image, question, asking(served))
    return trace(tag, at, at, events)


@pytest.mark.parametrize("tell", IMAGE_STORIES, ids=lambda tell: tell.__name__)
def test_the_past_goes_forward_and_ends_before_the_present(
    tell: Callable[[datetime], ImageStory],
) -> None:
    times = [one.since for one in tell(NOW).past]
    assert times == sorted(set(times))
    assert NOW - DAYS * DAY < times[0] <= times[-1] < NOW


def test_the_reefer_monitor_verified_while_its_certificate_lived() -> None:
    story = reefer_monitor(NOW)
    (pushed,) = story.past
    assert verified(story, pushed, "1.8.0", pushed.since + 4 * MINUTE).outcome is Outcome.PASSED
    after = verified(story, pushed, "1.8.0", pushed.since + 10 * MINUTE)
    assert first(after) == "cosign.expiry"


def test_the_tide_service_waited_for_the_trusted_root() -> None:
    story = tide_service(NOW)
    *_, pushed = story.past
    before = verified(story, pushed, "5.1.0", pushed.since + MINUTE, rotated=False)
    assert first(before) == "bundle.chain"
    good = verified(story, pushed, "5.0.0", pushed.since + MINUTE, rotated=False)
    assert good.outcome is Outcome.PASSED
    assert verified(story, pushed, "5.1.0", NOW).outcome is Outcome.PASSED
    last_publication = NOW - timedelta(hours=6) - (DAYS - 1 - ROTATED_ON) * DAY
    assert pushed.since < last_publication < pushed.since + DAY


def test_the_signed_yard_map_is_still_there_by_its_digest() -> None:
    story = yard_map(NOW)
    before, _, now = story.past
    signed = json.loads(before.files["index.json"])["manifests"][0]["digest"]
    assert verified(story, before, "2.0.0", before.since).outcome is Outcome.PASSED
    assert first(verified(story, now, "2.0.0", NOW)) == "registry.find"
    assert f"blobs/{signed.replace(':', '/')}" in now.files
