"""What a repository of a registry is asked, and what its answers mean."""

import json

import pytest

from tests.crawl.conftest import QUICK
from tests.crawl.sources.oci_registry.conftest import NAME, Open, Serve, problem
from tests.simulators.fault_server import answer, head, raw, redirect, silent
from tests.simulators.image_repository import Repository
from trustui.core.facts import Document, ProblemKind
from trustui.core.oci.manifests import MAX_MANIFEST, OCI_MANIFEST
from trustui.core.oci.requests import blob_request, manifest_request, referrers_request
from trustui.crawl.image_source import Head, Referrers
from trustui.crawl.sources.oci_registry.repository import ACCEPT

NOWHERE = f"sha256:{'0' * 64}"


def test_a_manifest_is_given_by_tag_and_digest_as_it_is(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    server = serve()
    source = open_at(server).open(NAME)
    for name in ("1.0", digest):
        found = source.ask(manifest_request(name))
        assert isinstance(found, Document)
        assert (found.body, found.media_type) == (repository.blobs[digest], OCI_MANIFEST)
        assert found.seen_at is not None
    assert {one.headers["accept"] for one in server.requests} == {ACCEPT}
    assert source.location == f"127.0.0.1:{server.port}/team/app"


def test_blobs_are_given_by_digest_and_never_more_than_was_asked_for(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    source = open_at(serve()).open(NAME)
    layer = json.loads(repository.blobs[digest])["layers"][0]
    found = source.ask(blob_request(layer["digest"], layer["size"]))
    assert isinstance(found, Document)
    assert found.body == repository.blobs[layer["digest"]]
    assert problem(source.ask(blob_request(layer["digest"], layer["size"] - 1))).kind is (
        ProblemKind.TOO_LONG
    )


@pytest.mark.parametrize("name", ["../../etc", "a/../b", "A", "a b", "a%2fb", "", "a" * 300, "a?b"])
def test_a_name_that_is_no_repository_is_never_asked_for(
    serve: Serve, open_at: Open, name: str
) -> None:
    server = serve()
    source = open_at(server).open(name)
    assert problem(source.ask(manifest_request("1.0"))).kind is ProblemKind.REFUSED
    assert problem(source.tags()).kind is ProblemKind.REFUSED
    assert problem(source.heads(["1.0"])[0]).kind is ProblemKind.REFUSED
    assert server.requests == []


@pytest.mark.parametrize(
    "name", ["../x", "a b", "sha256:1", "md5:" + "a" * 32, "", "-a", "a" * 129]
)
def test_a_name_that_is_neither_tag_nor_digest_is_never_asked_for(
    serve: Serve, open_at: Open, name: str
) -> None:
    server = serve()
    source = open_at(server).open(NAME)
    assert problem(source.ask(manifest_request(name))).kind is ProblemKind.ABSENT
    assert problem(source.ask(blob_request(name, 1))).kind is ProblemKind.ABSENT
    assert problem(source.heads([name])[0]).kind is ProblemKind.ABSENT
    assert server.requests == []


def test_bytes_of_a_tag_that_the_registry_calls_by_another_digest_are_not_taken(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    server = serve()
    lie = answer(200, repository.blobs[digest], {"Docker-Content-Digest": NOWHERE})
    server.on("/v2/team/app/manifests/1.0", lie)
    refused = problem(open_at(server).open(NAME).ask(manifest_request("1.0")))
    assert refused.because == f"it says that the tag is {NOWHERE}, and sends bytes of {digest}"
    server.on("/v2/team/app/manifests/1.0", answer(200, b"{}", {"Docker-Content-Digest": "x"}))
    refused = problem(open_at(server).open(NAME).ask(manifest_request("1.0")))
    assert refused.because.startswith("Docker-Content-Digest: ")


def test_h17_other_bytes_of_a_digest_are_handed_on_for_the_verifier_to_refuse(
    serve: Serve, open_at: Open, digest: str
) -> None:
    server = serve()
    server.on(f"/v2/team/app/manifests/{digest}", answer(200, b"{}"), answer(200, b"[]"))
    source = open_at(server).open(NAME)
    bodies = [source.ask(manifest_request(digest)) for _ in range(2)]
    assert [one.body for one in bodies if isinstance(one, Document)] == [b"{}", b"[]"]


# Heads ---------------------------------------------------------------------------------------------


def test_a_head_tells_what_a_tag_stands_for_without_its_content(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    server = serve()
    registry = open_at(server)
    one, two, three = registry.open(NAME).heads(["1.0", "2.0", digest])
    assert isinstance(one, Head)
    assert isinstance(three, Head)
    assert (one.digest, one.media_type, one.size) == (
        digest,
        OCI_MANIFEST,
        len(repository.blobs[digest]),
    )
    assert three.digest == digest
    assert problem(two).kind is ProblemKind.ABSENT
    assert {request.method for request in server.requests} == {"HEAD"}
    assert registry.requests() == (3, 0)


@pytest.mark.parametrize("manners", [{"says_digest": False}, {"allows_head": False}])
def test_where_a_head_does_not_tell_the_content_is_fetched(
    serve: Serve, open_at: Open, repository: Repository, digest: str, manners: dict[str, bool]
) -> None:
    server = serve(**manners)
    found, missing = open_at(server).open(NAME).heads(["1.0", "2.0"])
    assert isinstance(found, Head)
    assert (found.digest, found.size) == (digest, len(repository.blobs[digest]))
    assert problem(missing).kind is ProblemKind.ABSENT


def test_a_head_with_an_odd_digest_or_length_is_told(
    serve: Serve, open_at: Open, digest: str
) -> None:
    server = serve()
    odd = {"Docker-Content-Digest": "sha256:x", "Content-Length": "0"}
    server.on("/v2/team/app/manifests/1.0", raw(head(200, odd)))
    good = {"Docker-Content-Digest": digest, "Transfer-Encoding": "chunked"}
    server.on("/v2/team/app/manifests/2.0", raw(head(200, good)))
    first, second = open_at(server).open(NAME).heads(["1.0", "2.0"])
    assert problem(first).because.startswith("Docker-Content-Digest: ")
    assert isinstance(second, Head)
    assert second.size is None


# Broken and slow -----------------------------------------------------------------------------------


def test_a_silent_registry_and_an_endless_body_are_left(serve: Serve, open_at: Open) -> None:
    server = serve()
    server.on("/v2/team/app/manifests/1.0", silent)
    server.on("/v2/team/app/manifests/2.0", answer(200, bytes(MAX_MANIFEST + 1)))
    source = open_at(server, QUICK).open(NAME)
    slow, long = source.ask_many([manifest_request("1.0"), manifest_request("2.0")])
    assert problem(slow).because == f"nothing came for {QUICK.stall_seconds:g} s"
    assert problem(long).kind is ProblemKind.TOO_LONG


def test_a_redirect_to_a_store_is_followed_for_content(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    server, store = serve(), serve()
    layer = json.loads(repository.blobs[digest])["layers"][0]["digest"]
    server.on(f"/v2/team/app/blobs/{layer}", redirect(store.on("/x", answer(200, b"layer")), 307))
    found = open_at(server).open(NAME).ask(blob_request(layer, 100))
    assert isinstance(found, Document)
    assert found.body == b"layer"


# Referrers -----------------------------------------------------------------------------------------


def test_what_a_probe_found_is_remembered_and_not_asked_again(
    serve: Serve, open_at: Open, repository: Repository, digest: str
) -> None:
    repository.offers_referrers = False
    server = serve()
    registry = open_at(server)
    source = registry.open(NAME)
    before = source.referrers
    assert problem(source.ask(referrers_request(digest))).kind is ProblemKind.ABSENT
    assert (before, source.referrers) == (Referrers.UNKNOWN, Referrers.NOT_OFFERED)
    assert problem(source.ask(referrers_request(digest))).because.startswith("the repository was")
    known = registry.open(NAME, Referrers.NOT_OFFERED)
    assert problem(known.ask(referrers_request(digest))).kind is ProblemKind.ABSENT
    assert len(server.requests) == 1


def test_it_can_answer_as_a_registry_without_that_interface(
    serve: Serve, open_at: Open, digest: str
) -> None:
    server = serve()
    source = open_at(server, without_referrers=True).open(NAME)
    assert "asked to answer" in problem(source.ask(referrers_request(digest))).because
    assert server.requests == []
