"""The repositories whose images the vendor signs with Notation, and what happened to them."""

from datetime import datetime

from trustui.demo.images.certifying import Issued
from trustui.demo.images.code_signing import (
    CONFIGURATION,
    FIELD_SERVICE,
    RELEASE,
    authority,
)
from trustui.demo.images.publisher import ImagePublisher
from trustui.demo.images.story import ExpectedTag, ImageStory, lived, pushed_on

HALF_A_YEAR, MONTH = 182, 30
"""Days that certificates of signers count."""


def customs_link(now: datetime) -> ImageStory:
    """Signed by the release team and timestamped; the newest by a technician."""
    repo = ImagePublisher("customs-link", now)
    found = authority(now)
    release = found.certify(RELEASE, pushed_on(0, now), HALF_A_YEAR)

    def push(tag: str, chain: tuple[Issued, ...]) -> None:
        repo.push(tag)
        repo.sign_with_notation(tag, chain, found.stamps)

    def repair() -> None:
        push("2.1.1", found.certify(FIELD_SERVICE, repo.at, HALF_A_YEAR))

    past = lived(
        repo,
        {7: lambda: push("2.0.0", release), 27: lambda: push("2.1.0", release), 40: repair},
        now,
    )
    return ImageStory(
        name=repo.name,
        title="The customs link: the newest version is signed by the wrong department",
        text=(
            "Quayline signs the link to the customs office with Notation, by certificates of its own "
            "authority for code, and has each signature timestamped. "
            "Nordhaven's trust policy is strict and trusts the department Release alone. "
            "Version 2.1.1 was built by a technician on site, whose laptop has a certificate of the same "
            "authority. "
            "trustui should say: verified for 2.1.0, and failing for 2.1.1, because the signer's department "
            "is Field service: every other attribute is as the identity wants it."
        ),
        expected=(
            ExpectedTag("2.0.0", "passed", "verified"),
            ExpectedTag("2.1.0", "passed", "verified"),
            ExpectedTag("2.1.1", "failed", "failing", check="notation.identity"),
        ),
        past=past,
        configuration=CONFIGURATION,
    )


def weighbridge(now: datetime) -> ImageStory:
    """Signed without timestamps, under a level that only logs what is wrong."""
    repo = ImagePublisher("weighbridge", now)
    found = authority(now)

    def push(tag: str, *, is_revocable: bool) -> None:
        chain = found.certify(RELEASE, repo.at, MONTH, is_revocable=is_revocable)
        repo.push(tag)
        repo.sign_with_notation(tag, chain)

    past = lived(
        repo,
        {
            5: lambda: push("1.0.0", is_revocable=False),
            32: lambda: push("1.1.0", is_revocable=True),
        },
        now,
    )
    return ImageStory(
        name=repo.name,
        title="The weighbridge: accepted by a policy that only logs what is wrong",
        text=(
            "The weighbridge has no way out to a timestamp authority, so Nordhaven set its statement to the "
            "level permissive: clients log what is wrong with certificates, and go on. "
            "Version 1.0 verified until its certificate of thirty days was over, and nothing proves that it "
            "signed before. "
            "The certificate of version 1.1 still counts, and names a list of revocations at a host that "
            "nobody allowed to be asked. "
            "trustui should say: not trusted for both, because what a client of Notation would accept rests "
            "on failures that were only logged."
        ),
        expected=(
            ExpectedTag("1.0.0", "passed", "not_trusted"),
            ExpectedTag("1.1.0", "passed", "not_trusted"),
        ),
        past=past,
        configuration=CONFIGURATION,
    )
