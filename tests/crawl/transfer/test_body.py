"""The body's caps, byte by byte and in one piece."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.core.facts import ProblemKind
from trustui.crawl.transfer.body import Body
from trustui.crawl.transfer.limits import Fault, FetchLimits

LIMITS = FetchLimits()


def fed(data: bytes, *, max_length: int, chunk: int = 65536, packed: bool = True) -> Body | Fault:
    body = Body(gzip=packed, max_length=max_length, limits=LIMITS)
    for start in range(0, len(data), chunk):
        fault = body.feed(data[start : start + chunk])
        if fault:
            return fault
    return body.end() or body


def kind_of(result: Body | Fault) -> ProblemKind:
    assert isinstance(result, Fault), result
    return result.kind


@given(st.binary(max_size=500), st.booleans(), st.integers(1, 40))
def test_what_goes_in_comes_out_up_to_the_length(data: bytes, packed: bool, chunk: int) -> None:
    sent = gzip.compress(data) if packed else data
    exact = fed(sent, max_length=len(data), chunk=chunk, packed=packed)
    assert isinstance(exact, Body)
    assert exact.content == data
    if data:
        short = fed(sent, max_length=len(data) - 1, chunk=chunk, packed=packed)
        assert kind_of(short) is ProblemKind.TOO_LONG


def test_a_small_body_may_compress_as_well_as_it_likes() -> None:
    data = bytes(LIMITS.ratio_floor)
    result = fed(gzip.compress(data), max_length=1 << 30)
    assert isinstance(result, Body)
    assert result.content == data


def test_beyond_the_floor_the_ratio_counts() -> None:
    result = fed(gzip.compress(bytes(1 << 20)), max_length=1 << 30)
    assert isinstance(result, Fault)
    assert result.because == "the body inflates more than 100 times"


@pytest.mark.parametrize(
    "data",
    [
        b"plain",
        zlib.compress(b"zlib"),
        gzip.compress(b"x")[:-8] + bytes(8),
        gzip.compress(b"x") + b"more",
        gzip.compress(b"x") * 2,
        gzip.compress(b"x" * 99)[:-1],
        gzip.compress(b"x" * 99)[:5],
        b"",
    ],
    ids=["plain", "zlib", "wrong sum", "surplus", "two members", "no end", "no start", "empty"],
)
def test_malformed_gzip_is_unreadable(data: bytes) -> None:
    for chunk in (1, 65536):
        assert kind_of(fed(data, max_length=1000, chunk=chunk)) is ProblemKind.UNREADABLE


def test_only_a_truncated_body_is_worth_another_attempt() -> None:
    whole = gzip.compress(b"x" * 99)
    cut, broken = fed(whole[:-1], max_length=100), fed(whole + b"x", max_length=100)
    assert isinstance(cut, Fault)
    assert isinstance(broken, Fault)
    assert (cut.is_passing, broken.is_passing) == (True, False)
