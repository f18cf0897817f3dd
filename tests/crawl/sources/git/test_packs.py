"""Objects of a pack: whole ones, deltas, and all that may be wrong with them."""

import random
import zlib
from pathlib import Path

import pytest

from tests.simulators.git_packs import PackWriter, adding, header, name_of, size_of
from tests.simulators.memory import measured
from trustui.core.facts import ProblemKind
from trustui.core.limits import MIB
from trustui.crawl.sources.git import packs
from trustui.crawl.sources.git.errors import GitError
from trustui.crawl.sources.git.packs import OFS_DELTA, REF_DELTA, Pack

BLOB = 3
BODY = b"some metadata of one kilobyte" * 40


@pytest.fixture
def writer() -> PackWriter:
    return PackWriter()


def opened(writer: PackWriter, folder: Path) -> Pack:
    index = writer.write(folder / "one.pack")
    return Pack(folder / "one.pack", index)


def problem(writer: PackWriter, folder: Path, offset: int, limit: int = 10_000) -> tuple[str, str]:
    pack = opened(writer, folder)
    with pytest.raises(GitError) as caught:
        pack.read(offset, limit)
    pack.close()
    return caught.value.kind.value, caught.value.because


# What is good ---------------------------------------------------------------------------------


def test_an_object_is_found_by_its_name_and_read(writer: PackWriter, tmp_path: Path) -> None:
    writer.whole(b"other")
    writer.whole(BODY)
    pack = opened(writer, tmp_path)
    offset = pack.find(name_of(BODY))
    assert offset is not None
    assert pack.read(offset, len(BODY)) == (BLOB, BODY)
    assert pack.find(name_of(b"not there")) is None
    pack.close()


@pytest.mark.parametrize("body", [b"", b"a", b"a" * 15, b"a" * 16, b"ab" * 100_000])
def test_any_length_is_read(writer: PackWriter, tmp_path: Path, body: bytes) -> None:
    offset = writer.whole(body)
    pack = opened(writer, tmp_path)
    assert pack.read(offset, len(body)) == (BLOB, body)
    pack.close()


def test_what_does_not_compress_is_read(writer: PackWriter, tmp_path: Path) -> None:
    body = random.Random(1).randbytes(100_000)
    offset = writer.whole(body)
    pack = opened(writer, tmp_path)
    assert pack.read(offset, len(body)) == (BLOB, body)
    pack.close()


def test_deltas_are_applied_by_distance_and_by_name(writer: PackWriter, tmp_path: Path) -> None:
    base = writer.whole(BODY)
    writer.whole(b"x" * 70_000)  # so that the distance takes more than two bytes
    first = BODY[:100] + b" more"
    at_first = writer.upon(base, adding(len(BODY), b" more", copied=100), first)
    second = first[:50] + b" again"
    at_second = writer.upon_name(name_of(first), adding(len(first), b" again", copied=50), second)
    pack = opened(writer, tmp_path)
    assert pack.read(at_second, 100) == (BLOB, second)
    assert pack.read(at_first, 105) == (BLOB, first)
    pack.close()


def test_a_chain_may_be_as_long_as_git_makes_them(writer: PackWriter, tmp_path: Path) -> None:
    body = b"0"
    offset = writer.whole(body)
    for number in range(1, packs.MAX_CHAIN + 1):
        result = str(number).encode()
        offset = writer.upon(offset, adding(len(body), result), result)
        body = result
    pack = opened(writer, tmp_path)
    assert pack.read(offset, 100) == (BLOB, body)
    pack.close()


def test_it_can_be_read_again_after_it_was_closed(writer: PackWriter, tmp_path: Path) -> None:
    offset = writer.whole(BODY)
    pack = opened(writer, tmp_path)
    pack.close()
    assert pack.read(offset, 10_000) == (BLOB, BODY)
    pack.close()
    pack.close()


def test_what_was_read_is_kept_but_not_without_a_bound(
    writer: PackWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "MAX_HELD_BYTES", 100)
    offsets = [writer.whole(bytes([65 + n]) * 60) for n in range(5)]
    pack = opened(writer, tmp_path)
    for n, offset in [*enumerate(offsets), *enumerate(offsets)]:
        assert pack.read(offset, 60) == (BLOB, bytes([65 + n]) * 60)
        assert sum(len(body) for _, body in pack._held.values()) <= 100
    pack.close()


# Too long -------------------------------------------------------------------------------------


def test_more_than_was_asked_for_is_not_inflated(writer: PackWriter, tmp_path: Path) -> None:
    offset = writer.whole(b"\0" * (64 * MIB))
    pack = opened(writer, tmp_path)

    with measured() as growth, pytest.raises(GitError, match="more than 1,000 bytes") as caught:
        pack.read(offset, 1_000)
    assert caught.value.kind is ProblemKind.TOO_LONG
    assert growth.bytes < 8 * MIB
    pack.close()


def test_the_limit_holds_for_what_was_kept_too(writer: PackWriter, tmp_path: Path) -> None:
    offset = writer.whole(BODY)
    pack = opened(writer, tmp_path)
    pack.read(offset, len(BODY))
    with pytest.raises(GitError, match="more than 10 bytes"):
        pack.read(offset, 10)
    pack.close()


def test_a_delta_that_makes_too_much_is_not_applied(writer: PackWriter, tmp_path: Path) -> None:
    base = writer.whole(b"a" * 60_000)
    copies = b"\xb0\x60\xea" * 2_000
    delta = size_of(60_000) + size_of(60_000 * 2_000) + copies
    offset = writer.upon(base, delta, b"never")
    assert problem(writer, tmp_path, offset) == ("too_long", "more than 10,000 bytes")


def test_a_base_may_be_longer_than_what_is_made_of_it(writer: PackWriter, tmp_path: Path) -> None:
    base = writer.whole(b"a" * 60_000)
    result = b"a" * 10 + b"b"
    offset = writer.upon(base, adding(60_000, b"b", copied=10), result)
    pack = opened(writer, tmp_path)
    assert pack.read(offset, 11) == (BLOB, result)
    pack.close()


@pytest.mark.parametrize("bound", ["MAX_BASE_BYTES", "MAX_CHAIN_BYTES"])
def test_bases_have_bounds_of_their_own(
    writer: PackWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    base = writer.whole(b"a" * 60_000)
    delta = adding(60_000, b"b", copied=50_000)
    middle = writer.upon(base, delta, b"a" * 50_000 + b"b")
    offset = writer.upon(middle, adding(50_001, b"c", copied=1), b"ac")
    monkeypatch.setattr(packs, bound, 40_000)
    assert problem(writer, tmp_path, offset, 100)[0] in {"too_long", "unreadable"}


def test_a_chain_longer_than_git_makes_them_is_refused(
    writer: PackWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "MAX_CHAIN", 3)
    offset = writer.whole(b"0")
    for _ in range(4):
        offset = writer.upon(offset, adding(1, b"0"), b"0")
    assert "a chain of deltas that is too long" in problem(writer, tmp_path, offset)[1]


# What is wrong --------------------------------------------------------------------------------


def test_deltas_upon_one_another_end(writer: PackWriter, tmp_path: Path) -> None:
    one, other = b"one", b"other"
    writer.upon_name(name_of(other), adding(5, one), one)
    offset = writer.upon_name(name_of(one), adding(3, other), other)
    assert "too long" in problem(writer, tmp_path, offset)[1]


def test_a_delta_upon_itself_ends(writer: PackWriter, tmp_path: Path) -> None:
    offset = writer.upon_name(name_of(b"one"), adding(3, b"one"), b"one")
    assert problem(writer, tmp_path, offset)[0] == "unreadable"


@pytest.mark.parametrize("back", [b"\x00", b"\x0d", b"\xff\xff\xff\xff\x7f", b"\x80" * 80])
def test_a_delta_upon_nothing_is_unreadable(
    writer: PackWriter, tmp_path: Path, back: bytes
) -> None:
    delta = adding(3, b"one")
    entry = header(OFS_DELTA, len(delta)) + back + zlib.compress(delta)
    offset = writer.add(name_of(b"one"), entry)
    assert problem(writer, tmp_path, offset)[0] == "unreadable"


def test_a_base_in_another_pack_is_unreadable(writer: PackWriter, tmp_path: Path) -> None:
    offset = writer.upon_name(b"\x01" * 20, adding(3, b"one"), b"one")
    assert "an object of another pack" in problem(writer, tmp_path, offset)[1]


@pytest.mark.parametrize(
    "delta",
    [
        b"",
        b"\x03",
        b"\x03\x03",
        b"\x80" * 100,
        b"\x03\x03\x00",
        b"\x03\x03\xb0\xff\xff",
        b"\x03\x7f\x01a",
        adding(4, b"one"),
        size_of(3) + size_of(2**70) + b"\x01a",
    ],
)
def test_a_delta_that_is_none_is_unreadable_or_too_long(
    writer: PackWriter, tmp_path: Path, delta: bytes
) -> None:
    offset = writer.upon(writer.whole(b"abc"), delta, b"never")
    assert problem(writer, tmp_path, offset)[0] in {"unreadable", "too_long"}


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"\x80",
        b"\xb0" + b"\x80" * 100,
        header(BLOB, 5),
        header(BLOB, 5) + b"no zlib here",
        header(BLOB, 5) + zlib.compress(b"four"),
        header(BLOB, 5) + zlib.compress(b"six bytes"),
        header(BLOB, 5) + zlib.compress(b"fives")[:-6],
        header(REF_DELTA, 5) + b"short",
        header(BLOB, 5) + b"\x78\x9c" + b"\0\0\0\xff\xff" * 100_000,
    ],
    ids=range(10),
)
def test_an_entry_that_is_none_is_unreadable(
    writer: PackWriter, tmp_path: Path, entry: bytes
) -> None:
    offset = writer.add(name_of(b"x"), entry)
    assert problem(writer, tmp_path, offset)[0] == "unreadable"


def test_a_place_beyond_the_end_is_unreadable(writer: PackWriter, tmp_path: Path) -> None:
    writer.whole(BODY)
    for offset in (10**6, 2**63 - 1, 2**64):
        assert problem(writer, tmp_path, offset)[0] == "unreadable"


def test_a_pack_that_is_gone_is_unreadable(writer: PackWriter, tmp_path: Path) -> None:
    offset = writer.whole(BODY)
    pack = opened(writer, tmp_path)
    (tmp_path / "one.pack").unlink()
    with pytest.raises(GitError, match=r"one\.pack cannot be read: No such file") as caught:
        pack.read(offset, 10_000)
    assert caught.value.kind is ProblemKind.UNREADABLE


def test_a_pack_that_is_cut_while_it_is_read_is_unreadable(
    writer: PackWriter, tmp_path: Path
) -> None:
    """Were it mapped into memory, the process would end here."""
    offset = writer.whole(random.Random(2).randbytes(100_000))
    pack = opened(writer, tmp_path)
    pack._read_at(0, 1)
    (tmp_path / "one.pack").write_bytes(b"PACK")
    with pytest.raises(GitError):
        pack.read(offset, 200_000)
    pack.close()


@pytest.mark.parametrize("length", [0, 1, 4, 8, 100, 1_031, 1_032, 1_040, 1_059])
def test_an_index_that_is_cut_is_malformed(writer: PackWriter, tmp_path: Path, length: int) -> None:
    writer.whole(BODY)
    index = writer.write(tmp_path / "one.pack")
    with pytest.raises(GitError, match=r"the index of one\.pack is malformed"):
        Pack(tmp_path / "one.pack", index[:length])


def test_a_changed_index_finds_another_place_or_says_that_it_is_malformed(
    writer: PackWriter, tmp_path: Path
) -> None:
    names = [name_of(body) for body in (b"a", b"b", b"c", BODY)]
    for body in (b"a", b"b", b"c", BODY):
        writer.whole(body)
    index = bytearray(writer.write(tmp_path / "one.pack"))
    chance = random.Random(3)
    refused = 0
    for _ in range(2_000):
        changed = bytearray(index)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        refused += not reads_all(tmp_path / "one.pack", bytes(changed), names)
    assert 100 < refused < 2_000


def reads_all(path: Path, index: bytes, names: list[bytes]) -> bool:
    """Whether all goes well; nothing but a GitError may go wrong."""
    try:
        pack = Pack(path, index)
    except GitError:
        return False
    try:
        for name in names:
            offset = pack.find(name)
            if offset is not None:
                pack.read(offset, 10_000)
    except GitError:
        return False
    finally:
        pack.close()
    return True
