import pytest

from trustui.crawl.sources.oci_registry import KIND, plain_url
from trustui.crawl.sources.oci_registry.location import parse_location


@pytest.mark.parametrize(
    ("location", "host", "base"),
    [
        ("oci://registry.example", "registry.example", "https://registry.example:443"),
        ("oci://Registry.Example:5000/", "registry.example:5000", "https://registry.example:5000"),
        ("oci+http://127.0.0.1:5000", "127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("oci://[2001:db8::1]:5000", "[2001:db8::1]:5000", "https://[2001:db8::1]:5000"),
    ],
)
def test_a_location_is_a_host(location: str, host: str, base: str) -> None:
    where = parse_location(location)
    assert (where.host, where.base) == (host, base)
    assert KIND.recognizes(location)


@pytest.mark.parametrize(
    "location",
    [
        "oci://",
        "oci://registry.example/team/app",
        "oci://registry.example?a",
        "oci://registry.example#a",
        "oci://alice:secret@registry.example",
        "oci://registry.example:99999",
        "oci://127.1",
        "oci://regis try",
        "https://registry.example",
    ],
)
def test_anything_else_is_refused_without_telling_a_password(location: str) -> None:
    with pytest.raises(ValueError, match="expected oci://HOST") as error:
        parse_location(location)
    assert "secret" not in str(error.value)


def test_the_plain_url_is_not_judged_yet() -> None:
    assert plain_url("oci://127.0.0.1:1") == "https://127.0.0.1:1"
    assert plain_url("oci+http://a/b") == "http://a/b"
