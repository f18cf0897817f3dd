import pytest

from trustui.core.errors import ParseError
from trustui.core.oci.references import (
    HelperTag,
    Reference,
    cosign_tag,
    digest_of,
    fallback_tag,
    has_digest,
    helper_tag,
    is_repository,
    is_tag,
    parse_digest,
    parse_reference,
)

HEX = "a1" * 32
DIGEST = f"sha256:{HEX}"


@pytest.mark.parametrize("digest", [DIGEST, f"sha384:{'a' * 96}", f"sha512:{'0' * 128}"])
def test_it_reads_digests_of_algorithms_that_bind(digest: str) -> None:
    assert parse_digest(digest) == digest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256",
        f"SHA256:{HEX}",
        f"sha256:{HEX.upper()}",
        "sha256:a1",
        f"md5:{'a' * 32}",
        "sha256:../../etc/passwd",
        f"sha256:{HEX}\n",
        None,
        7,
    ],
)
def test_it_refuses_digests_in_any_other_form(text: object) -> None:
    with pytest.raises(ParseError) as refused:
        parse_digest(text)
    assert refused.value.expected


def test_bytes_have_their_digest_and_no_other() -> None:
    assert has_digest(b"abc", digest_of(b"abc"))
    assert has_digest(b"abc", digest_of(b"abc", "sha512"))
    assert not has_digest(b"abc", DIGEST)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("registry.example/app", Reference("registry.example", "app")),
        ("localhost/app:1", Reference("localhost", "app", "1")),
        ("127.0.0.1:5000/a/b_c/d:v1.2", Reference("127.0.0.1:5000", "a/b_c/d", "v1.2")),
        ("[::1]:5000/app", Reference("[::1]:5000", "app")),
        (f"r.example/a@{DIGEST}", Reference("r.example", "a", None, DIGEST)),
        (f"r.example/a:1@{DIGEST}", Reference("r.example", "a", "1", DIGEST)),
    ],
)
def test_it_reads_whole_references_and_writes_them_alike(text: str, reference: Reference) -> None:
    assert parse_reference(text) == reference
    assert str(reference) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "app",
        "team/app",
        "registry.example",
        "registry.example/",
        "registry.example/App",
        "registry.example/a//b",
        "registry.example/../b",
        "registry.example/a:",
        "registry.example/a:b c",
        "registry.example/a@sha256:1",
        "-bad.example/a",
        "registry.example/" + "a" * 1100,
    ],
)
def test_it_refuses_what_is_no_whole_reference(text: str) -> None:
    with pytest.raises(ParseError):
        parse_reference(text)


def test_the_name_of_a_reference_is_host_and_repository() -> None:
    assert parse_reference("r.example/a/b:1").name == "r.example/a/b"


def test_tags_for_machines_are_told_from_those_for_people() -> None:
    assert helper_tag(fallback_tag(DIGEST)) == HelperTag(DIGEST, "")
    assert helper_tag(cosign_tag(DIGEST, "sig")) == HelperTag(DIGEST, "sig")
    assert helper_tag("1.0") is None
    assert helper_tag(f"sha256-{HEX}.other") is None


def test_the_fallback_tag_of_a_long_digest_is_cut_as_the_specification_says() -> None:
    assert fallback_tag(f"sha512:{'b' * 128}") == f"sha512-{'b' * 64}"


@pytest.mark.parametrize(
    ("text", "is_one"), [("v1", True), ("_", True), (".a", False), ("a" * 129, False)]
)
def test_a_tag_has_its_grammar(text: str, is_one: bool) -> None:
    assert is_tag(text) is is_one


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("app", True),
        ("team/app__x/a-b.c", True),
        ("a" * 255, True),
        ("a" * 256, False),
        ("", False),
        ("/app", False),
        ("app/", False),
        ("a/../b", False),
        ("App", False),
        ("a%2fb", False),
        ("a\n", False),
    ],
)
def test_names_of_repositories_have_their_grammar_and_an_end(name: str, *, is_one: bool) -> None:
    assert is_repository(name) is is_one
