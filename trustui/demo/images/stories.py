"""The repositories of images between the port and its vendor, and what happened to them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from trustui.demo.images.certifying import derived_key
from trustui.demo.images.notation_stories import customs_link, weighbridge
from trustui.demo.images.publisher import ImagePublisher
from trustui.demo.images.stack import Json
from trustui.demo.images.story import ExpectedTag, ImageStory, lived
from trustui.demo.images.trust import BUILDER, FORK, in_service_since, second_stack
from trustui.demo.story import DAYS

PROVENANCE = "https://slsa.dev/provenance/v1"
ROTATED_ON = 30
"""The day on which the vendor's trusted root gets its second authority."""


def terminal_suite(now: datetime) -> ImageStory:
    """Signed by the vendor's workflow, for two platforms, with a bill; one candidate by a fork."""
    repo = ImagePublisher("terminal-suite", now)

    def release(tag: str) -> None:
        repo.push_for_all(tag)
        repo.sign(tag)
        repo.attach_bill(tag)

    def contribute() -> None:
        repo.push("7.3.0-rc1")
        repo.sign("7.3.0-rc1", subject=FORK)

    past = lived(
        repo,
        {
            3: lambda: release("7.0.0"),
            19: lambda: release("7.1.0"),
            33: lambda: release("7.2.0"),
            41: contribute,
        },
        now,
    )
    return ImageStory(
        name=repo.name,
        title="The vendor's terminal suite: signed by its workflow, but for one candidate",
        text=(
            "Quayline's release workflow builds the terminal suite for two platforms and signs the "
            "index of each release; a bill of materials is attached beside. "
            "Nordhaven expects that workflow by name. "
            "The candidate of version 7.3 came from a contractor's fork, whose workflow has a "
            "certificate of the same authority and another name. "
            "trustui should say: verified for each release, and failing for the candidate, because "
            "somebody else signed it."
        ),
        expected=(
            ExpectedTag("7.0.0", "passed", "verified"),
            ExpectedTag("7.2.0", "passed", "verified"),
            ExpectedTag("7.3.0-rc1", "failed", "failing", check="bundle.identity"),
        ),
        past=past,
    )


def gate_kiosk(now: datetime) -> ImageStory:
    """Signed with a key in the tag format; the newest with another key."""
    repo = ImagePublisher("gate-kiosk", now)

    def release_from_a_laptop() -> None:
        repo.push("3.4.0")
        repo.sign_at_tag("3.4.0", key=derived_key("a contractor's laptop"))

    past = lived(
        repo,
        {
            2: partial(_release_with_key, repo, "3.2.0"),
            22: partial(_release_with_key, repo, "3.3.0"),
            42: release_from_a_laptop,
        },
        now,
    )
    return ImageStory(
        name=repo.name,
        title="The gate kiosk: the newest version is signed with another key",
        text=(
            "The gate kiosk is an older product that Quayline signs with a key of its own, in "
            "the tag format of cosign, and logs. "
            "Version 3.4 was built on a contractor's laptop and signed with the key that was there. "
            "A signature stands where clients look for one, and its log entry is in order. "
            "trustui should say: verified for 3.3, and failing for 3.4, because the logged key is not "
            "the one that Nordhaven trusts."
        ),
        expected=(
            ExpectedTag("3.3.0", "passed", "verified"),
            ExpectedTag("3.4.0", "failed", "failing", check="cosign.tlog_key"),
        ),
        past=past,
    )


def crane_controller(now: datetime) -> ImageStory:
    """Signed until the pipeline was rebuilt."""
    repo = ImagePublisher("crane-controller", now)

    plot = {4: "4.1.0", 14: "4.2.0", 24: "4.3.0"}
    past = lived(
        repo,
        {day: partial(_release_with_key, repo, tag) for day, tag in plot.items()}
        | {34: lambda: repo.push("4.4.0"), 43: lambda: repo.push("4.5.0")},
        now,
    )
    return ImageStory(
        name=repo.name,
        title="The crane controller: nobody signs it any more",
        text=(
            "Quayline signed each version of the crane controller until its pipeline was rebuilt. "
            "Since then the versions 4.4 and 4.5 were pushed without a signature, and nobody noticed. "
            "Every place where a signature may stand was looked at and has nothing for them. "
            "trustui should say: verified for 4.3, and not signed for 4.5."
        ),
        expected=(
            ExpectedTag("4.3.0", "passed", "verified"),
            ExpectedTag("4.5.0", "failed", "not_signed", check="registry.find"),
        ),
        past=past,
    )


def reefer_monitor(now: datetime) -> ImageStory:
    """A certificate of ten minutes, and nothing that proves when it was used."""
    repo = ImagePublisher("reefer-monitor", now)

    def release(tag: str) -> None:
        repo.push(tag)
        repo.sign_at_tag_without_proof(tag)

    past = lived(repo, {DAYS - 4: lambda: release("1.8.0")}, now)
    return ImageStory(
        name=repo.name,
        title="The reefer monitor: its certificate is over, and nothing says when it signed",
        text=(
            "The team of the refrigerated containers signs with a certificate that lives ten minutes, "
            "and waived the log because its network has no way out. "
            "It asked no timestamp authority either. "
            "In the first minutes the signature verified, so its own test passed. "
            "trustui should say: failing since the certificate is over, because no proof of the time "
            "of signing is stored with the signature."
        ),
        expected=(ExpectedTag("1.8.0", "failed", "failing", check="cosign.expiry"),),
        past=past,
    )


def yard_map(now: datetime) -> ImageStory:
    """A version tag that names other bytes than before."""
    repo = ImagePublisher("yard-map", now)

    past = lived(
        repo,
        {
            6: partial(_release_with_key, repo, "2.0.0"),
            28: partial(_release_with_key, repo, "2.1.0"),
            DAYS - 2: lambda: repo.push("2.0.0", build=2),
        },
        now,
    )
    return ImageStory(
        name=repo.name,
        title="The yard map: a version tag was moved to other bytes",
        text=(
            "Version 2.0 of the yard map was signed five weeks ago. "
            "Yesterday somebody pushed another image under the same tag, and whoever deploys by tag "
            "runs it since. "
            "The signed image is still there by its digest, and version 2.1 is untouched. "
            "trustui should say: verified for 2.1, and not signed for what 2.0 names now."
        ),
        expected=(
            ExpectedTag("2.0.0", "failed", "not_signed", check="registry.find"),
            ExpectedTag("2.1.0", "passed", "verified"),
        ),
        past=past,
    )


def berth_planner(now: datetime) -> ImageStory:
    """Signed, and attested by the isolated builder; once by another one."""
    repo = ImagePublisher("berth-planner", now)

    def release(tag: str, builder: str) -> None:
        repo.push(tag)
        repo.sign(tag)
        repo.attest(tag, PROVENANCE, _provenance(builder))

    elsewhere = "https://build.quayline.example/shared"
    past = lived(
        repo, {12: lambda: release("1.4.0", BUILDER), 38: lambda: release("1.5.0", elsewhere)}, now
    )
    return ImageStory(
        name=repo.name,
        title="The berth planner: signed, but not built where it should be",
        text=(
            "The berth planner decides which ship lies where, so Nordhaven also expects to be told how "
            "it was built: provenance by Quayline's isolated builder. "
            "Version 1.5 was built on the shared builder while the isolated one was down. "
            "It is signed by the right workflow, and its provenance says the truth. "
            "trustui should say: verified for 1.4, and failing for 1.5, because another builder built it."
        ),
        expected=(
            ExpectedTag("1.4.0", "passed", "verified"),
            ExpectedTag("1.5.0", "failed", "failing", check="attestation.condition"),
        ),
        past=past,
    )


def tide_service(now: datetime) -> ImageStory:
    """Signed under the vendor's second authority before the trusted root knew it."""
    repo = ImagePublisher("tide-service", now)

    def release_under_the_second_authority() -> None:
        repo.push("5.1.0")
        repo.sign("5.1.0", stack=second_stack(in_service_since(now)))

    def release() -> None:
        repo.push("5.0.0")
        repo.sign("5.0.0")

    past = lived(repo, {8: release, ROTATED_ON - 1: release_under_the_second_authority}, now)
    return ImageStory(
        name=repo.name,
        title="The tide service: signed under a new authority",
        text=(
            "Quayline replaced the authority of its Sigstore a month in. "
            "Version 5.1 was signed under the new one a day before the trusted root that names it was "
            "published in Quayline's TUF repository, which Nordhaven follows. "
            "For that day nobody could verify it; with the new trusted root it was verified again, "
            "and the old versions stay good under the old authority. "
            "trustui should say: verified for both."
        ),
        expected=(
            ExpectedTag("5.0.0", "passed", "verified"),
            ExpectedTag("5.1.0", "passed", "verified"),
        ),
        past=past,
    )


def port_simulator(now: datetime) -> ImageStory:
    """Well signed, and nobody said what to expect of it."""
    repo = ImagePublisher("port-simulator", now)

    def release() -> None:
        repo.push("0.9.0")
        repo.sign("0.9.0")

    past = lived(repo, {36: release}, now)
    return ImageStory(
        name=repo.name,
        title="The port simulator: nobody said what to expect of it",
        text=(
            "The training department added a simulator, and Nordhaven's policies do not name it. "
            "The image is signed as well as any other of Quayline's. "
            "Without an expectation a signature says nothing: anybody can sign. "
            "trustui should say: not covered, and which policies come nearest."
        ),
        expected=(ExpectedTag("0.9.0", "failed", "not_covered", check="policy.covered"),),
        past=past,
    )


def terminal_mirror(now: datetime) -> ImageStory:
    """The port's own copy of a release, which left behind what is attached to it."""
    vendor = ImagePublisher("terminal-suite", now)
    past = lived(vendor, {35: lambda: vendor.push_for_all("7.2.0")}, now)
    return ImageStory(
        name="terminal-mirror",
        title="The port's mirror of the terminal suite: the signature was left behind",
        text=(
            "Nordhaven copies the terminal suite into a registry of its own, so that the terminal runs "
            "when the line to the vendor is down. "
            "The tool that copies follows tags, and what refers to an image has none. "
            "The digest is the same as at the vendor's, where it is signed. "
            "trustui should say: not signed here, and that this very digest is signed elsewhere."
        ),
        expected=(ExpectedTag("7.2.0", "failed", "not_signed", check="registry.find"),),
        past=past,
    )


def _release_with_key(repo: ImagePublisher, tag: str) -> None:
    repo.push(tag)
    repo.sign_at_tag(tag)


def _provenance(builder: str) -> Json:
    """SLSA provenance v1."""
    repository = "https://git.quayline.example/berth"
    return {
        "buildDefinition": {
            "buildType": "https://build.quayline.example/types/container/v1",
            "externalParameters": {
                "workflow": {"repository": repository, "ref": "refs/heads/main"}
            },
            "resolvedDependencies": [{"uri": f"git+{repository}@refs/heads/main"}],
        },
        "runDetails": {"builder": {"id": builder}},
    }


IMAGE_STORIES: tuple[Callable[[datetime], ImageStory], ...] = (
    terminal_suite,
    gate_kiosk,
    crane_controller,
    reefer_monitor,
    yard_map,
    berth_planner,
    tide_service,
    terminal_mirror,
    port_simulator,
    customs_link,
    weighbridge,
)
