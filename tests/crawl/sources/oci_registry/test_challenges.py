import pytest

from trustui.core.errors import LimitExceeded, ParseError
from trustui.crawl.sources.oci_registry.challenges import Challenge, parse_challenges


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ((), ()),
        (("",), ()),
        (("Bearer realm=",), (("bearer", {}),)),
        (("Basic",), (("basic", {}),)),
        (('Basic realm="a"',), (("basic", {"realm": "a"}),)),
        (('BASIC Realm = "a"',), (("basic", {"realm": "a"}),)),
        (("Bearer realm=a",), (("bearer", {"realm": "a"}),)),
        (('Bearer realm="a\\"b\\\\"',), (("bearer", {"realm": 'a"b\\'}),)),
        (
            ('Bearer realm="https://a/t",service="s", scope="repository:a:pull,push"',),
            (
                (
                    "bearer",
                    {"realm": "https://a/t", "service": "s", "scope": "repository:a:pull,push"},
                ),
            ),
        ),
        (
            ('Basic realm="a", Bearer realm="b"',),
            (("basic", {"realm": "a"}), ("bearer", {"realm": "b"})),
        ),
        (
            ('Basic realm="a"', 'Bearer realm="b"'),
            (("basic", {"realm": "a"}), ("bearer", {"realm": "b"})),
        ),
        (("Negotiate YWJj==, NTLM",), (("negotiate", {}), ("ntlm", {}))),
        ((" , ,Basic realm=a,, x=y",), (("basic", {"realm": "a", "x": "y"}),)),
    ],
)
def test_challenges_are_read_as_rfc_9110_writes_them(
    fields: tuple[str, ...], found: tuple[tuple[str, dict[str, str]], ...]
) -> None:
    assert parse_challenges(fields) == tuple(Challenge(*one) for one in found)


@pytest.mark.parametrize(
    "field",
    [
        'realm="a"',
        'Bearer realm="a',
        'Bearer realm="a" service="b"',
        'Bearer realm="a",realm="b"',
        'Bearer realm="a", Realm=b',
        'Bearer realm="a\x00"',
        'Bearer realm="\xe4"',
        "Bearer =a",
        "(",
        'Bearer realm="a"; service="b"',
    ],
)
def test_what_two_readers_could_read_differently_is_refused(field: str) -> None:
    with pytest.raises(ParseError):
        parse_challenges([field])


@pytest.mark.parametrize(
    "fields", [["Basic"] * 11, ["Basic " + "a" * 9_000], [", ".join(["Basic"] * 50)]]
)
def test_no_crowd_of_challenges_is_read(fields: list[str]) -> None:
    with pytest.raises(LimitExceeded):
        parse_challenges(fields)


def test_a_long_field_takes_no_long_time() -> None:
    with pytest.raises(ParseError):
        parse_challenges(["Bearer " + 'a="' * 2_000])
