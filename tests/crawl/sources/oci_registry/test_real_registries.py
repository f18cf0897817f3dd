"""The same images in memory and in real registries: the same artefacts, attachments and verdicts."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from tests.crawl.sources.oci_registry.conftest import HERE
from tests.servers import RegistryServer
from tests.simulators.image_repository import BY_KEY, Repository, read, sign_tag
from tests.simulators.pushing import Pushing
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.images.states import image_state
from trustui.core.images.verify import ImageQuestion, verify_image
from trustui.core.oci.places import Place, PlaceState
from trustui.core.oci.references import Reference
from trustui.core.oci.requests import Ask, blob_request, manifest_request, referrers_request
from trustui.core.trace import TrustState, collect, trace
from trustui.core.trust_policy.expectations import expectation_of
from trustui.crawl.image_source import Head, ImageOptions, Listing, Referrers
from trustui.crawl.registry import open_registry
from trustui.crawl.sources.oci_registry import OciRegistry
from trustui.demo.images.repository import image, platforms, referrer
from trustui.demo.images.tag_format import TagPlan

AT = datetime(2026, 11, 21, tzinfo=UTC)
SBOM = "application/spdx+json"
NAMES = ("library", "team/app", "team/b")


def made(*, offers_referrers: bool) -> dict[str, Repository]:
    """Images with a signature, without, of several platforms, and with an SBOM that is signed."""
    repositories = {name: Repository(offers_referrers=offers_referrers) for name in NAMES}
    app = repositories["team/app"]
    signed = image(app, "1.0", b"signed")
    sign_tag(app, signed, TagPlan())
    image(app, "2.0", b"unsigned")
    platforms(app, "3.0")
    sbom = referrer(app, image(app, "4.0", b"with an SBOM"), b"an SBOM", SBOM)
    referrer(app, sbom, b"about the SBOM", "text/plain")
    for name in ("library", "team/b"):
        image(repositories[name])
    return repositories


@pytest.fixture
def in_docker(
    docker_registry: RegistryServer,
) -> Iterator[tuple[OciRegistry, dict[str, Repository]]]:
    yield from pushed(docker_registry, made(offers_referrers=False))


@pytest.fixture
def in_zot(zot_registry: RegistryServer) -> Iterator[tuple[OciRegistry, dict[str, Repository]]]:
    yield from pushed(zot_registry, made(offers_referrers=True))


def pushed(
    server: RegistryServer, repositories: dict[str, Repository]
) -> Iterator[tuple[OciRegistry, dict[str, Repository]]]:
    with closing(Pushing(server.host)) as pushing:
        for name, repository in repositories.items():
            pushing.push(name, repository)
    registry = open_registry(server.location, ImageOptions(allowed_hosts=HERE))
    assert isinstance(registry, OciRegistry)
    with closing(registry):
        yield registry, repositories


def verified(ask: Ask, name: str, tag: str) -> tuple[TrustState, set[str], dict[str, PlaceState]]:
    """State, what is attached, and the state of each place."""
    question = ImageQuestion(
        Reference("registry.example", name, tag), expectation_of({**BY_KEY}), read, AT
    )
    events, verdict = collect(verify_image, question, ask)
    one = trace(tag, AT, AT, events)
    assert verdict.discovery is not None
    places = {place.place.value: place.state for place in verdict.discovery.places if not place.of}
    return image_state(one, verdict), set(verdict.discovery.attached), places


def the_same(registry: OciRegistry, repositories: dict[str, Repository]) -> None:
    listing = registry.repositories()
    assert isinstance(listing, Listing)
    assert (tuple(sorted(listing.names)), listing.because) == (NAMES, "")
    for name, repository in repositories.items():
        source = registry.open(name)
        tags = source.tags()
        assert isinstance(tags, Listing)
        assert (sorted(tags.names), tags.because) == (sorted(repository.tags), "")
        heads = source.heads(tags.names)
        found = {
            tag: one.digest
            for tag, one in zip(tags.names, heads, strict=True)
            if isinstance(one, Head)
        }
        assert found == repository.tags
        for tag in repository.tags:
            if not tag.startswith("sha256-"):
                assert verified(source.ask, name, tag) == verified(repository.ask, name, tag), tag
    app = registry.open("team/app")
    assert verified(app.ask, "team/app", "1.0")[0] is TrustState.VERIFIED
    assert verified(app.ask, "team/app", "2.0")[0] is TrustState.NOT_SIGNED
    assert len(verified(app.ask, "team/app", "4.0")[1]) == 2


def test_debians_registry_gives_the_same_verdicts(
    in_docker: tuple[OciRegistry, dict[str, Repository]],
) -> None:
    the_same(*in_docker)


def test_zot_gives_the_same_verdicts(in_zot: tuple[OciRegistry, dict[str, Repository]]) -> None:
    the_same(*in_zot)


def test_debians_registry_behaves_as_was_measured(
    in_docker: tuple[OciRegistry, dict[str, Repository]],
) -> None:
    """What the source is prepared for because of it; a newer one that differs would show here."""
    registry, repositories = in_docker
    source, digest = registry.open("team/app"), repositories["team/app"].tags["1.0"]
    assert isinstance(source.ask(referrers_request(digest)), Problem)
    assert source.referrers is Referrers.NOT_OFFERED
    places = verified(source.ask, "team/app", "1.0")[2]
    assert places[Place.REFERRERS.value] is PlaceState.NOT_OFFERED
    unknown = registry.open("team/none").tags()
    assert isinstance(unknown, Problem)
    assert (unknown.kind, "NAME_UNKNOWN" in unknown.because) == (ProblemKind.ABSENT, True)
    missing = source.ask(manifest_request("9.9"))
    assert isinstance(missing, Problem)
    assert "MANIFEST_UNKNOWN" in missing.because
    layer = source.ask(blob_request(next(iter(repositories["team/app"].blobs)), 1_000))
    assert isinstance(layer, Document)
    assert source.heads(["9.9"]) != []


def test_an_empty_registry_lists_nothing(docker_registry: RegistryServer) -> None:
    with closing(
        open_registry(docker_registry.location, ImageOptions(allowed_hosts=HERE))
    ) as registry:
        assert registry.repositories() == Listing(())
