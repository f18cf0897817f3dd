"""CBOR as RFC 8949 writes it; values and bytes of its appendix A where it has them."""

import math
from datetime import UTC, datetime

import pytest

from tests.simulators.cbor_writer import Raw, Tag, encode
from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.primitives import cbor
from trustui.core.primitives.cbor import Simple, Tagged, decode, encode_bytes, encode_head

RFC_8949_A = [
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("1903e8", 1000),
    ("1a000f4240", 1_000_000),
    ("1bffffffffffffffff", 2**64 - 1),
    ("20", -1),
    ("3903e7", -1000),
    ("3bffffffffffffffff", -(2**64)),
    ("f90000", 0.0),
    ("fa47c35000", 100_000.0),
    ("fb3ff199999999999a", 1.1),
    ("f97e00", None),
    ("f4", False),
    ("f5", True),
    ("f6", None),
    ("f7", Simple(23)),
    ("f0", Simple(16)),
    ("f8ff", Simple(255)),
    ("c11a514b67b0", datetime(2013, 3, 21, 20, 4, tzinfo=UTC)),
    ("c1fb41d452d9ec200000", datetime(2013, 3, 21, 20, 4, 0, 500_000, UTC)),
    ("d74401020304", Tagged(23, b"\x01\x02\x03\x04")),
    ("40", b""),
    ("4401020304", b"\x01\x02\x03\x04"),
    ("62c3bc", "ü"),
    ("83010203", [1, 2, 3]),
    ("a201020304", {1: 2, 3: 4}),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
]


@pytest.mark.parametrize(("written", "value"), RFC_8949_A, ids=[row[0] for row in RFC_8949_A])
def test_it_reads_the_examples_of_the_specification(written: str, value: object) -> None:
    found = decode(bytes.fromhex(written))
    if written == "f97e00":
        assert isinstance(found, float)
        assert math.isnan(found)
    else:
        assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "ends too early"),
        ("18", "ends too early"),
        ("6261", "ends too early"),
        ("0000", "bytes after the value"),
        ("5f42010243030405ff", "indefinite"),
        ("9fff", "indefinite"),
        ("bfff", "indefinite"),
        ("ff", "indefinite form"),
        ("1c", "reserved"),
        ("fc", "reserved"),
        ("f818", "in two bytes"),
        ("61ff", "not UTF-8"),
        ("a201020103", "twice in one map"),
        ("a2613102613103", "twice in one map"),
        ("a1f401", "kind that is not read"),
        ("a18001", "kind that is not read"),
        ("9a00ffffff", "more values are announced"),
        ("ba00ffffff", "more values are announced"),
        ("c16131", "a time is no number"),
        ("c1f5", "a time is no number"),
        ("c120", "outside the calendar"),
        ("c1f97e00", "outside the calendar"),
        ("c11bffffffffffffffff", "outside the calendar"),
    ],
)
def test_it_refuses_what_readers_could_read_differently(written: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        decode(bytes.fromhex(written))


def test_it_stops_at_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LimitExceeded, match="levels"):
        decode(b"\x81" * 40 + b"\x00")
    with pytest.raises(LimitExceeded, match="values"):
        decode(encode([0] * cbor.MAX_NODES))
    monkeypatch.setattr(cbor, "MAX_BYTES", 10)
    with pytest.raises(LimitExceeded, match="bytes"):
        decode(bytes(11))


@pytest.mark.parametrize(
    "value",
    [
        0,
        23,
        24,
        255,
        256,
        65_535,
        65_536,
        2**32,
        -1,
        -500,
        b"x" * 300,
        "é" * 30,
        [1, [2]],
        {1: "a"},
    ],
)
def test_what_is_written_is_read_again(value: object) -> None:
    assert decode(encode(value)) == value


def test_heads_are_as_short_as_they_can_be() -> None:
    assert [len(encode_head(2, one)) for one in (0, 23, 24, 255, 256, 2**16, 2**32)] == [
        1, 1, 2, 2, 3, 5, 9,
    ]  # fmt: skip
    assert encode_bytes(b"ab") == b"\x42ab"
    with pytest.raises(ValueError, match="that large"):
        encode_head(0, 2**64)


def test_a_tag_around_a_time_is_kept() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    assert decode(encode(Tag(99, at))) == Tagged(99, at)
    assert decode(encode(Raw(b"\x01"))) == 1
