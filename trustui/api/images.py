"""Images: repositories of artefacts, tags, verdicts, signatures, who signs, and what is expected."""

from typing import Annotated, Literal

from msgspec import Meta

from trustui.api.asking import Ask
from trustui.api.operations import reads
from trustui.api.questions import AtQuery, ListQuery, Number, Text
from trustui.pages.image_verdict import (
    ArtefactVerdictPage,
    artefact_verdict,
    artefact_verdict_json,
)
from trustui.pages.images import registry as registries
from trustui.pages.images import repository as repositories
from trustui.pages.images.answer import ImageAnswer
from trustui.pages.images.applying import MOST_REFERENCE
from trustui.pages.images.artefact import ArtefactPage
from trustui.pages.images.artefact import artefact as artefact_page
from trustui.pages.images.graph import Graph
from trustui.pages.images.graph import graph as graph_of
from trustui.pages.images.identity import IdentitiesPage, IdentityPage
from trustui.pages.images.identity import identities as identities_page
from trustui.pages.images.identity import identity as identity_page
from trustui.pages.images.listed_repositories import Filter
from trustui.pages.images.material import MaterialPage
from trustui.pages.images.material import material as material_page
from trustui.pages.images.policy import PoliciesPage, PolicyPage, Wanted
from trustui.pages.images.policy import policies as policies_page
from trustui.pages.images.policy import policy as policy_page
from trustui.pages.images.registry import RepositoriesPage
from trustui.pages.images.repository import ImageRepositoryPage
from trustui.pages.images.revocation import RevocationPage
from trustui.pages.images.revocation import revocation as revocation_page
from trustui.pages.images.signature import SignaturePage
from trustui.pages.images.signature import signature as signature_page
from trustui.pages.images.tag import TagPage
from trustui.pages.images.tag import tag as tag_page
from trustui.pages.images.verdicts import ArtefactVerdictsPage, artefact_verdicts


class ImagesQuery(ListQuery, frozen=True, kw_only=True):
    """Which repositories."""

    source: Annotated[Number, Meta(description="Of this registry.")] | None = None
    team: Number | None = None
    text: Annotated[Text, Meta(description="In HOST/NAME.")] = ""
    partial: Annotated[bool, Meta(description="Only those that were read in part.")] = False
    state: Annotated[
        Literal["", "failing", "could_not_check", "unverified", "verified"],
        Meta(description="The worst that is among its tags; `unverified`: not all are verified."),
    ] = ""


@reads(RepositoriesPage, ImagesQuery)
def images(ask: Ask[ImagesQuery, None]) -> RepositoriesPage:
    """Repositories of registries, and how much of each is signed and trusted."""
    asked = ask.query
    chosen = Filter(asked.source, asked.team, asked.text, asked.partial, asked.state)
    return registries.repositories(ask.viewer, ask.moment, chosen, asked.after, asked.size)


class TagsQuery(ListQuery, frozen=True, kw_only=True):
    """Which tags."""

    state: Annotated[Text, Meta(description="A trust state, such as failing.")] = ""
    text: Annotated[Text, Meta(description="In the name of the tag.")] = ""


@reads(ImageRepositoryPage, TagsQuery)
def repository(ask: Ask[TagsQuery, None], repository_id: int) -> ImageRepositoryPage | None:
    """A repository: its tags with state, digest and signers, and its share over time."""
    asked = ask.query
    chosen = repositories.filter_of({"state": asked.state, "text": asked.text})
    return repositories.image_repository(
        ask.viewer, ask.moment, repository_id, chosen, asked.after, asked.size
    )


class TagQuery(ListQuery, frozen=True, kw_only=True):
    """Whether a digest was ever on the tag."""

    digest: Annotated[
        str, Meta(max_length=140, description="Tell whether it was here, and valid then.")
    ] = ""


@reads(TagPage, TagQuery)
def tag(ask: Ask[TagQuery, None], repository_id: int, tag_id: int) -> TagPage | None:
    """Where a tag pointed, from when to when, and how that stood then."""
    asked = ask.query
    return tag_page(
        ask.viewer, ask.moment, repository_id, tag_id, asked.digest, asked.after, asked.size
    )


@reads(ArtefactPage, AtQuery)
def artefact(ask: Ask[AtQuery, None], repository_id: int, oci_digest: str) -> ArtefactPage | None:
    """An artefact: what it is, what hangs on it, and which places were looked at."""
    return artefact_page(ask.viewer, ask.moment, repository_id, oci_digest)


@reads(Graph, AtQuery)
def graph(ask: Ask[AtQuery, None], repository_id: int, oci_digest: str) -> Graph | None:
    """What names an artefact, what it lists and what hangs on it, as a picture and as rows."""
    found = artefact_page(ask.viewer, ask.moment, repository_id, oci_digest)
    return None if found is None else graph_of(found)


@reads(ArtefactVerdictsPage, ListQuery)
def verdicts(
    ask: Ask[ListQuery, None], repository_id: int, oci_digest: str
) -> ArtefactVerdictsPage | None:
    """What was concluded about an artefact, newest first."""
    asked = ask.query
    return artefact_verdicts(
        ask.viewer, ask.moment, repository_id, oci_digest, asked.after, asked.size
    )


class VerdictQuery(AtQuery, frozen=True, kw_only=True):
    """How much of it."""

    every: Annotated[bool, Meta(description="Also the groups of steps that went alike.")] = False


@reads(ArtefactVerdictPage, VerdictQuery)
def verdict(
    ask: Ask[VerdictQuery, None], repository_id: int, artefact_verdict_id: int
) -> ArtefactVerdictPage | None:
    """Why an artefact verifies or does not: facts, nearest miss, steps, what changed before."""
    return artefact_verdict(
        ask.viewer, ask.moment, repository_id, artefact_verdict_id, every=ask.query.every
    )


@reads(ImageAnswer, AtQuery, is_stored=True)
def trace(ask: Ask[AtQuery, None], repository_id: int, artefact_verdict_id: int) -> bytes | None:
    """Every step of a verdict, as `trustui verify image --json` printed it."""
    return artefact_verdict_json(ask.viewer, ask.moment, repository_id, artefact_verdict_id)


@reads(SignaturePage, AtQuery)
def signature(
    ask: Ask[AtQuery, None], repository_id: int, manifest_digest: str, position: int
) -> SignaturePage | None:
    """A signature or attestation: decoded, its certificates, log entries and timestamps."""
    return signature_page(ask.viewer, ask.moment, repository_id, manifest_digest, position)


class IdentitiesQuery(ListQuery, frozen=True, kw_only=True):
    """Which identities."""

    text: Annotated[Text, Meta(description="In the subject.")] = ""


@reads(IdentitiesPage, IdentitiesQuery)
def identities(ask: Ask[IdentitiesQuery, None]) -> IdentitiesPage:
    """Who signs, as certificates of signatures name them."""
    asked = ask.query
    return identities_page(ask.viewer, ask.moment, asked.text, asked.after, asked.size)


@reads(IdentityPage, ListQuery)
def identity(ask: Ask[ListQuery, None], identity_id: str) -> IdentityPage | None:
    """One identity: where it signs, what it signed, and which policies ask for it."""
    return identity_page(ask.viewer, ask.moment, identity_id, ask.query.after, ask.query.size)


@reads(PoliciesPage, AtQuery)
def policies(ask: Ask[AtQuery, None]) -> PoliciesPage:
    """What is expected of images, what that covers, and the keys and roots it names."""
    return policies_page(ask.viewer, ask.moment)


@reads(RevocationPage, ListQuery)
def revocation(ask: Ask[ListQuery, None]) -> RevocationPage:
    """Places that certificates name for revocation: whether each may be asked, and what it says."""
    return revocation_page(ask.viewer, ask.moment, ask.query.after, ask.query.size)


class PolicyQuery(ListQuery, frozen=True, kw_only=True):
    """Which version, and what of it is asked; `after` and `size` are of its images."""

    version: Annotated[Number, Meta(description="Another one than that in force.")] | None = None
    part: (
        Annotated[Number, Meta(description="List the images of this rule or statement, from 1.")]
        | None
    ) = None
    reference: Annotated[
        str,
        Meta(
            max_length=MOST_REFERENCE,
            description="Tell which part applies to this image, and why not the others.",
        ),
    ] = ""


@reads(PolicyPage, PolicyQuery)
def policy(ask: Ask[PolicyQuery, None], policy_id: int) -> PolicyPage | None:
    """A policy: its rules or statements, what each covers, and what in it looks odd."""
    asked = ask.query
    part = asked.part - 1 if asked.part else None
    wanted = Wanted(asked.version, part, asked.after, asked.size, asked.reference)
    return policy_page(ask.viewer, ask.moment, policy_id, wanted)


@reads(MaterialPage, AtQuery)
def material(ask: Ask[AtQuery, None], material_id: int) -> MaterialPage | None:
    """A trusted root, key or file of certificates, and from when to when each counts."""
    return material_page(ask.viewer, ask.moment, material_id)
