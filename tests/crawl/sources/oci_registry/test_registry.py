"""A registry's list of its repositories."""

from tests.crawl.sources.oci_registry.conftest import Open, Serve, problem
from tests.simulators.image_repository import Repository
from trustui.core.facts import ProblemKind
from trustui.crawl.image_source import Listing

NOWHERE = f"sha256:{'0' * 64}"


def test_the_catalogue_lists_the_repositories(serve: Serve, open_at: Open) -> None:
    server = serve()
    server.repositories |= {"library": Repository(), "team/b": Repository()}
    registry = open_at(server)
    assert registry.repositories() == Listing(("library", "team/app", "team/b"))
    assert registry.host == f"127.0.0.1:{server.port}"


def test_a_registry_without_a_catalogue_says_to_name_repositories(
    serve: Serve, open_at: Open
) -> None:
    missing = problem(open_at(serve(has_catalogue=False)).repositories())
    assert missing.kind is ProblemKind.ABSENT
    assert missing.because.startswith("its list of repositories cannot be had, name them instead")
