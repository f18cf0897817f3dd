"""The referrers interface: whole, in pages, without it, and where it lies. What a verification makes of
each: nothing is called "not signed" that was not looked at.
"""

import json
from datetime import UTC, datetime

import pytest

from tests.crawl.sources.oci_registry.conftest import NAME, Open, Serve
from tests.simulators.fault_server import answer
from tests.simulators.image_repository import BY_KEY, Repository, read, sign_tag
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.images.states import image_state
from trustui.core.images.verify import ImageQuestion, verify_image
from trustui.core.oci.manifests import MAX_DESCRIPTORS, Index, parse_manifest
from trustui.core.oci.places import Place, PlaceState
from trustui.core.oci.references import Reference, fallback_tag
from trustui.core.oci.requests import referrers_request
from trustui.core.trace import Finding, Outcome, Trace, TrustState, collect, trace
from trustui.core.trust_policy.expectations import expectation_of
from trustui.crawl.image_source import ImageSource, Referrers
from trustui.crawl.sources.oci_registry.referrers import SIGNATURE_TYPES
from trustui.demo.images.repository import index, referrer
from trustui.demo.images.tag_format import TagPlan

AT = datetime(2026, 11, 21, tzinfo=UTC)
SBOM = "application/spdx+json"
BUNDLE = SIGNATURE_TYPES[0]


class Verified:
    """An image verified through a registry."""

    def __init__(self, source: ImageSource) -> None:
        reference = Reference("registry.example", NAME, "1.0")
        question = ImageQuestion(reference, expectation_of({**BY_KEY}), read, AT)
        self.events, verdict = collect(verify_image, question, source.ask)
        self.trace: Trace = trace(str(reference), AT, AT, self.events)
        self.state: TrustState = image_state(self.trace, verdict)
        assert verdict.discovery is not None
        self.discovery = verdict.discovery
        self.places = {
            one.place: (one.state, one.because) for one in self.discovery.places if not one.of
        }

    @property
    def findings(self) -> list[str]:
        return [one.id for one in self.events if isinstance(one, Finding)]


def listed(source: ImageSource, digest: str) -> tuple[Document, list[str]]:
    found = source.ask(referrers_request(digest))
    assert isinstance(found, Document), found
    parsed = parse_manifest(found.body, found.media_type)
    assert isinstance(parsed, Index)
    return found, [one.digest for one in parsed.manifests]


def attach(repository: Repository, digest: str, count: int, kind: str = SBOM) -> list[str]:
    return [referrer(repository, digest, b"%d" % number, kind) for number in range(count)]


# Pages ----------------------------------------------------------------------------------------------


def test_an_answer_on_one_page_is_given_as_it_is(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    attached = attach(repository, digest, 3)
    source = open_at(serve()).open(NAME)
    found, digests = listed(source, digest)
    assert digests == attached
    assert found.shortfall == ""
    assert source.referrers is Referrers.OFFERED


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_all_pages_become_one_index(
    serve: Serve, open_at: Open, repository: Repository, digest: str, size: int
) -> None:
    attached = attach(repository, digest, 4)
    found, digests = listed(open_at(serve(referrers_page=size)).open(NAME), digest)
    assert (digests, found.shortfall) == (attached, "")


def test_an_index_without_a_stated_type_is_read_by_its_form(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    attached = attach(repository, digest, 1)
    server = serve()
    body = json.dumps({"schemaVersion": 2, "manifests": repository.referrers[digest]}).encode()
    path = f"/v2/{NAME}/referrers/{digest}"
    server.on(path, answer(200, body, {"Content-Type": "application/json; charset=utf-8"}))
    assert listed(open_at(server).open(NAME), digest)[1] == attached


@pytest.mark.parametrize(
    ("manners", "because"),
    [
        ({"links_in_circles": True}, "page 2 leads back to pages that were read already"),
        ({}, "page 2 is missing: it answered 400"),
        ({"breaks": True}, "page 2 is missing: what it answered is no image index"),
        ({"stalls": True}, "page 2 is missing: not asked"),
    ],
)
def test_pages_that_cannot_be_had_leave_it_undecided_with_what_was_had(
    serve: Serve,
    open_at: Open,
    repository: Repository,
    digest: str,
    manners: dict[str, bool],
    because: str,
) -> None:
    attached = attach(repository, digest, 3)
    server = serve(referrers_page=2, links_in_circles=manners.get("links_in_circles", False))
    second = f"/v2/{NAME}/referrers/{digest}?from=2"
    if manners.get("breaks"):
        server.on(second, answer(200, b"{}"))
    elif manners.get("stalls"):
        server.on(second, answer(429, headers={"Retry-After": "60"}))
        because = "page 2 is missing: it answered 429"
    elif not manners:
        server.on(second, answer(400))
    found, digests = listed(open_at(server).open(NAME), digest)
    assert found.shortfall.startswith(because)
    assert digests == attached[:2]
    verified = Verified(open_at(server).open(NAME))
    assert verified.trace.outcome is Outcome.UNDECIDED
    assert verified.state is TrustState.COULD_NOT_CHECK
    assert "registry.finding.partial" in verified.findings
    assert "not all are known" in verified.places[Place.REFERRERS][1]


def test_a_crowd_of_referrers_hides_no_signature(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    """CVE-2023-33957 and CVE-2024-29902: whoever may push floods the list."""
    crowd = repository.referrers.setdefault(digest, [])
    template = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 2}
    crowd += [
        {**template, "digest": f"sha256:{number:064x}", "artifactType": SBOM}
        for number in range(MAX_DESCRIPTORS + 500)
    ]
    signature = referrer(repository, digest, b"{}", BUNDLE)
    for server in (serve(), serve(referrers_page=200), serve(filters=False)):
        found, digests = listed(open_at(server).open(NAME), digest)
        assert digests[0] == signature
        assert len(digests) == MAX_DESCRIPTORS
        assert found.shortfall == "more is listed than the 1,000 manifests that are read"


def test_endless_pages_end(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    attach(repository, digest, 25)
    server = serve(referrers_page=1)
    found, digests = listed(open_at(server).open(NAME), digest)
    assert len(digests) == 20
    assert found.shortfall == "more than 20 pages are listed"
    assert len(server.asked("artifactType")) == len(SIGNATURE_TYPES)


# Whether it is offered ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "offered", "kind"),
    [
        (404, b"404 page not found\n", Referrers.NOT_OFFERED, ProblemKind.ABSENT),
        (
            404,
            b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}',
            Referrers.NOT_OFFERED,
            ProblemKind.ABSENT,
        ),
        (404, b'{"errors":[{"code":"NAME_UNKNOWN"}]}', Referrers.UNKNOWN, ProblemKind.ABSENT),
        (405, b"", Referrers.NOT_OFFERED, ProblemKind.ABSENT),
        (400, b'{"errors":[{"code":"UNSUPPORTED"}]}', Referrers.NOT_OFFERED, ProblemKind.ABSENT),
        (400, b"", Referrers.UNKNOWN, ProblemKind.UNREADABLE),
        (403, b"", Referrers.UNKNOWN, ProblemKind.UNREADABLE),
        (500, b"", Referrers.UNKNOWN, ProblemKind.UNREADABLE),
    ],
)
def test_only_a_clear_answer_says_that_it_is_not_offered(
    serve: Serve,
    open_at: Open,
    digest: str,
    status: int,
    body: bytes,
    offered: Referrers,
    kind: ProblemKind,
) -> None:
    server = serve()
    server.on(f"/v2/{NAME}/referrers/{digest}", answer(status, body))
    source = open_at(server).open(NAME)
    problem = source.ask(referrers_request(digest))
    assert isinstance(problem, Problem)
    assert (problem.kind, source.referrers) == (kind, offered)


@pytest.mark.parametrize(
    ("body", "media_type", "because"),
    [
        (b"<html>sign in</html>", "text/html", "it is 'text/html' and no image index"),
        (b"<html>sign in</html>", "application/json", "cannot be read"),
        (b"{}", "application/json", "no image index"),
        (b'{"errors":[]}', "application/vnd.oci.image.index.v1+json", "no image index"),
        (b'{"manifests":{}}', "", "no image index"),
        (b"[" * 1000, "application/json", "cannot be read"),
    ],
)
def test_a_false_200_is_no_empty_list(
    serve: Serve, open_at: Open, digest: str, body: bytes, media_type: str, because: str
) -> None:
    """sigstore-js issues 1183 and 1187: registries that answer 200 to what they do not know."""
    server = serve()
    lie = answer(200, body, {"Content-Type": media_type})
    server.on(f"/v2/{NAME}/referrers/{digest}", lie)
    verified = Verified(open_at(server).open(NAME))
    state, words = verified.places[Place.REFERRERS]
    assert state is PlaceState.UNREADABLE
    assert because in words
    assert words.startswith("it answered 200 as if it offered this interface")
    assert verified.state is TrustState.COULD_NOT_CHECK


# Verified -------------------------------------------------------------------------------------------


def signed(repository: Repository, digest: str) -> None:
    sign_tag(repository, digest, TagPlan())


def test_a_signature_is_found_and_every_place_says_what_it_has(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    signed(repository, digest)
    repository.offers_referrers = False
    verified = Verified(open_at(serve()).open(NAME))
    states = {place: state for place, (state, _) in verified.places.items()}
    assert states == {
        Place.REFERRERS: PlaceState.NOT_OFFERED,
        Place.FALLBACK: PlaceState.EMPTY,
        Place.SIGNATURES: PlaceState.LISTED,
        Place.ATTESTATIONS: PlaceState.EMPTY,
        Place.SBOMS: PlaceState.EMPTY,
        Place.IN_INDEX: PlaceState.NOT_LOOKED_AT,
    }
    assert len(verified.discovery.attached) == 1


def test_an_image_is_not_signed_where_every_place_answered(serve: Serve, open_at: Open) -> None:
    verified = Verified(open_at(serve()).open(NAME))
    assert verified.state is TrustState.NOT_SIGNED
    assert verified.trace.outcome is Outcome.FAILED


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
@pytest.mark.parametrize("suffix", ["", ".sig"])
def test_an_image_is_never_not_signed_where_a_place_gave_no_answer(
    serve: Serve, open_at: Open, digest: str, status: int, suffix: str
) -> None:
    server = serve()
    headers = {"Retry-After": "60"} if status == 429 else {}
    refusing = answer(status, headers=headers)
    server.on(f"/v2/{NAME}/manifests/{fallback_tag(digest)}{suffix}", refusing)
    verified = Verified(open_at(server).open(NAME))
    place = Place.SIGNATURES if suffix else Place.FALLBACK
    state, because = verified.places[place]
    assert state is PlaceState.UNREADABLE
    assert because
    assert verified.state is TrustState.COULD_NOT_CHECK


def test_a_listed_manifest_that_is_gone_is_told_and_hides_no_other(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    gone, there = attach(repository, digest, 2)
    del repository.blobs[gone]
    verified = Verified(open_at(serve()).open(NAME))
    assert list(verified.discovery.attached) == [there]
    assert verified.discovery.lost == [gone]
    assert "registry.dangling" in verified.findings


def test_a_fallback_tag_with_the_wrong_type_hides_no_signature(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    """cosign issue 4641: `artifactType` of the fallback index was that of an empty configuration."""
    signature = referrer(repository, digest, b"{}", BUNDLE)
    (entry,) = repository.referrers.pop(digest)
    wrong = {**entry, "artifactType": "application/vnd.oci.empty.v1+json"}
    repository.put(index([wrong]), fallback_tag(digest))
    repository.offers_referrers = False
    verified = Verified(open_at(serve()).open(NAME))
    assert verified.discovery.attached[signature].manifest.artifact_type == BUNDLE
    assert verified.discovery.attached[signature].place is Place.FALLBACK


def test_bytes_that_are_not_those_of_the_digest_are_not_attached(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    (attached,) = attach(repository, digest, 1)
    server = serve()
    other = repository.blobs[digest]
    server.on(f"/v2/{NAME}/manifests/{attached}", answer(200, other))
    verified = Verified(open_at(server).open(NAME))
    assert verified.discovery.lost == [attached]
    assert "registry.digest" in verified.findings
