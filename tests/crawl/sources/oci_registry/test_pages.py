"""Tags page after page: links, circles, registries that ignore pages, and where a list is cut."""

import json

import pytest

from tests.crawl.sources.oci_registry.conftest import NAME, Open, Serve, problem
from tests.simulators.fault_server import answer
from tests.simulators.image_repository import Repository
from trustui.core.facts import ProblemKind
from trustui.crawl.image_source import Listing

NOWHERE = f"sha256:{'0' * 64}"


def many(repository: Repository, count: int) -> list[str]:
    digest = repository.tags["1.0"]
    repository.tags = {f"v{number:05}": digest for number in range(count)}
    return sorted(repository.tags)


@pytest.mark.parametrize("manners", [{}, {"page": 3}, {"page": 1}, {"page": 10}])
def test_tags_are_read_page_after_page(
    serve: Serve, open_at: Open, repository: Repository, manners: dict[str, int]
) -> None:
    names = many(repository, 10)
    server = serve(**manners)
    assert open_at(server).open(NAME).tags() == Listing(tuple(names))
    assert server.requests[0].path == "/v2/team/app/tags/list?n=1000"


@pytest.mark.parametrize(
    "form",
    [
        '<http://internal.invalid/somewhere?{query}>; rel="next"',
        "</v2/other/name?{query}>;rel=next",
        '<?{query}>; title="a, b"; rel="next"',
        '<https://169.254.169.254/v2/x?{query}>; rel="prev", </x?{query}>; rel="next"',
    ],
)
def test_of_a_link_only_its_query_is_taken(
    serve: Serve, open_at: Open, repository: Repository, form: str
) -> None:
    names = many(repository, 5)
    server = serve(page=2, link_form=form)
    assert open_at(server).open(NAME).tags() == Listing(tuple(names))
    assert {one.path.partition("?")[0] for one in server.requests} == {"/v2/team/app/tags/list"}


@pytest.mark.parametrize("count", [0, 7, 1000, 1001])
def test_a_registry_that_ignores_pages_gives_its_whole_list(
    serve: Serve, open_at: Open, repository: Repository, count: int
) -> None:
    """As Debian's docker-registry 2.8.2: unsorted, no link, `n` and `last` ignored (measured)."""
    names = many(repository, count)
    server = serve(ignores_pages=True)
    listing = open_at(server).open(NAME).tags()
    assert isinstance(listing, Listing)
    assert sorted(listing.names) == names
    assert listing.because == ""
    assert len(server.requests) == (2 if count == 1000 else 1)


def test_pages_are_followed_by_the_last_name_where_there_is_no_link(
    serve: Serve, open_at: Open, repository: Repository
) -> None:
    names = many(repository, 2500)
    server = serve(link_form='</x>; rel="other"')
    assert open_at(server).open(NAME).tags() == Listing(tuple(names))
    assert len(server.requests) == 3


def test_h16_pages_that_lead_in_a_circle_are_left_with_what_they_brought(
    serve: Serve, open_at: Open, repository: Repository
) -> None:
    many(repository, 5)
    server = serve(page=2, links_in_circles=True)
    listing = open_at(server).open(NAME).tags()
    assert isinstance(listing, Listing)
    assert listing.names == ("v00000", "v00001")
    assert listing.because == "page 2 leads to pages that bring nothing new"


def test_h15_a_million_tags_are_cut_and_said_to_be(
    serve: Serve, open_at: Open, monkeypatch: pytest.MonkeyPatch, repository: Repository
) -> None:
    from trustui.crawl.sources.oci_registry import pages  # noqa: PLC0415  its bounds are changed

    assert (pages.MAX_PAGES, pages.MAX_NAMES) == (1_000, 100_000)
    many(repository, 50)
    monkeypatch.setattr(pages, "MAX_NAMES", 20)
    listing = open_at(serve(page=6)).open(NAME).tags()
    assert isinstance(listing, Listing)
    assert (len(listing.names), listing.because) == (24, "cut after 4 pages with 24 names")
    monkeypatch.setattr(pages, "MAX_PAGES", 3)
    listing = open_at(serve(page=1)).open(NAME).tags()
    assert isinstance(listing, Listing)
    assert (len(listing.names), listing.because) == (3, "cut after 3 pages with 3 names")


def test_a_page_that_is_missing_keeps_those_before_it(
    serve: Serve, open_at: Open, repository: Repository
) -> None:
    many(repository, 5)
    server = serve(page=2)
    server.on("/v2/team/app/tags/list?n=2&last=v00001", answer(400))
    listing = open_at(server).open(NAME).tags()
    assert listing == Listing(("v00000", "v00001"), "page 2 is missing: it answered 400")


def test_names_that_no_tag_can_have_are_left_out_and_counted(serve: Serve, open_at: Open) -> None:
    server = serve()
    body = json.dumps({"tags": ["1.0", "../x", 7, "a b", "2.0", "1.0"]}).encode()
    server.on("/v2/team/app/tags/list?n=1000", answer(200, body))
    listing = open_at(server).open(NAME).tags()
    assert listing == Listing(("1.0", "2.0"), "3 names left out that no name can be")


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"tags":{}}', b'{"tags":["a"],"tags":["b"]}', b"[" * 9999]
)
def test_what_is_no_list_is_a_problem(serve: Serve, open_at: Open, body: bytes) -> None:
    server = serve()
    server.on("/v2/team/app/tags/list?n=1000", answer(200, body))
    assert problem(open_at(server).open(NAME).tags()).kind is ProblemKind.UNREADABLE


@pytest.mark.parametrize("query", ["&".join(f"a{n}=b" for n in range(11)), "a=" + "b" * 3_000])
def test_a_link_that_is_no_honest_one_ends_the_list(
    serve: Serve, open_at: Open, query: str
) -> None:
    server = serve()
    headers = {"Link": f'</x?{query}>; rel="next"'}
    server.on("/v2/team/app/tags/list?n=1000", answer(200, b'{"tags":["a"]}', headers))
    assert problem(open_at(server).open(NAME).tags()).kind is ProblemKind.UNREADABLE
