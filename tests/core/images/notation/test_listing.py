from tests.simulators.image_repository import Repository
from trustui.core.facts import Document, Problem, ProblemKind
from trustui.core.images.notation.listing import list_for, opened
from trustui.core.images.notation.question import SIGNATURE_TYPE
from trustui.core.oci.manifests import OCI_MANIFEST, Manifest
from trustui.core.oci.references import fallback_tag
from trustui.demo.images.repository import descriptor, image, index


def listed(*bodies: bytes) -> list[dict[str, object]]:
    return [descriptor(one, OCI_MANIFEST, artifactType=SIGNATURE_TYPE) for one in bodies]


def test_a_manifest_that_is_listed_twice_counts_once_and_where_it_stood_first() -> None:
    repository = Repository()
    digest = image(repository)
    repository.referrers[digest] = listed(b"a", b"b", b"a")
    found = [one.descriptor.size for one in list_for(digest, repository.ask).signatures]
    assert len(found) == 2
    sizes = [one.descriptor.digest for one in list_for(digest, repository.ask).signatures]
    assert sizes == [one["digest"] for one in listed(b"a", b"b")]


def test_signatures_whose_digests_begin_alike_have_names_of_their_own() -> None:
    """Twelve digits are soon found twice by whoever tries."""
    repository = Repository()
    digest = image(repository)
    alike = [dict(one, digest=f"sha256:{'a' * 63}{n}") for n, one in enumerate(listed(b"a", b"b"))]
    repository.referrers[digest] = alike
    names = [one.name for one in list_for(digest, repository.ask).signatures]
    assert names == ["signature sha256:aaaaaaaaaaaa", "signature sha256:aaaaaaaaaaaa number 2"]


def test_where_the_interface_is_silent_the_fallback_tag_may_still_tell() -> None:
    repository = Repository(problems={"referrers": ProblemKind.UNREADABLE})
    digest = image(repository)
    repository.put(index(listed(b"a")), fallback_tag(digest))
    assert len(list_for(digest, repository.ask).signatures) == 1


def test_what_is_no_manifest_has_no_facts() -> None:
    repository = Repository()
    body = repository.blobs[image(repository)]
    assert isinstance(opened(Document("x", body)), Manifest)
    assert opened(Document("x", b"[]")) is None
    assert opened(Problem("x", ProblemKind.ABSENT, "gone")) is None
