"""Merkle trees against the recursive definition of RFC 6962 §2.1 and published roots."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.core.errors import ParseError
from trustui.core.primitives.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    includes,
    inclusion_proof,
    is_extended_by,
    leaf_hash,
    node_hash,
    root_of,
)

# The inputs of certificate-transparency's reference tests (cpp/merkletree/merkle_tree_test.cc),
# and the roots over the first 1, 2, ... 8 of them; each is recomputed by `defined_root` below.
ENTRIES = tuple(
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)

LEAVES = tuple(leaf_hash(bytes([number])) for number in range(70))
"""More than two complete trees of 32."""

SIZES = st.integers(min_value=1, max_value=len(LEAVES))


def defined_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word: split at the largest power of two below the size."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    halves = defined_root(leaves[:split]) + defined_root(leaves[split:])
    return hashlib.sha256(b"\x01" + halves).digest()


def defined_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*defined_path(index, leaves[:split]), defined_root(leaves[split:])]
    return [*defined_path(index - split, leaves[split:]), defined_root(leaves[:split])]


def defined_subproof(old: int, leaves: Sequence[bytes], *, complete: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2."""
    if old == len(leaves):
        return [] if complete else [defined_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if old <= split:
        inner = defined_subproof(old, leaves[:split], complete=complete)
        return [*inner, defined_root(leaves[split:])]
    inner = defined_subproof(old - split, leaves[split:], complete=False)
    return [*inner, defined_root(leaves[:split])]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Frontier().root == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots_come_out(size: int) -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES[:size]]
    assert root_of(leaves).hex() == defined_root(leaves).hex() == ROOTS[size - 1]


def test_a_leaf_is_never_taken_for_a_node() -> None:
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert node_hash(left, right) != leaf_hash(left + right)


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_is_the_recursively_defined_one(entries: list[bytes]) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    assert root_of(leaves) == defined_root(leaves)


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_frontier_goes_on_from_its_bytes(before: int, after: int) -> None:
    frontier = Frontier()
    frontier.extend(LEAVES[:before])
    restored = Frontier.from_bytes(frontier.to_bytes())
    restored.extend(LEAVES[before : before + after])
    whole = LEAVES[: before + after]
    assert (restored.size, restored.root) == (len(whole), defined_root(whole))


def test_a_frontier_keeps_a_hash_for_each_complete_subtree_only() -> None:
    frontier = Frontier()
    for leaf in LEAVES:
        frontier.append(leaf)
        assert len(frontier.hashes) == frontier.size.bit_count()


@pytest.mark.parametrize(
    "stored",
    [b"", b"\0" * 7, b"\0" * 9, (1).to_bytes(8, "big"), (3).to_bytes(8, "big") + b"\0" * 32],
)
def test_a_frontier_of_another_length_is_refused(stored: bytes) -> None:
    with pytest.raises(ParseError, match="not as long as its size asks") as caught:
        Frontier.from_bytes(stored)
    assert caught.value.found == f"{len(stored)} bytes"


@pytest.mark.parametrize("size", range(1, 20))
def test_every_leaf_of_every_small_tree_is_proved(size: int) -> None:
    leaves = LEAVES[:size]
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        assert list(proof) == defined_path(index, leaves)
        assert includes(defined_root(leaves), size, index, leaf, proof)


@pytest.mark.parametrize("size", range(1, 20))
def test_every_growth_of_every_small_tree_is_proved(size: int) -> None:
    leaves = LEAVES[:size]
    for old in range(1, size + 1):
        proof = consistency_proof(leaves, old)
        assert list(proof) == defined_subproof(old, leaves, complete=True)
        old_root = defined_root(leaves[:old])
        assert is_extended_by(old_root, old, defined_root(leaves), size, proof)


@given(SIZES, st.data())
def test_a_proof_proves_no_other_leaf_place_or_tree(size: int, data: st.DataObject) -> None:
    leaves = LEAVES[:size]
    index = data.draw(st.integers(0, size - 1))
    proof, root, leaf = inclusion_proof(leaves, index), root_of(leaves), leaves[index]
    elsewhere = data.draw(st.integers(-1, size + 1))
    assert includes(root, size, elsewhere, leaf, proof) is (elsewhere == index)
    assert not includes(root, size, index, leaf_hash(b"another"), proof)
    assert not includes(leaf_hash(b"another"), size, index, leaf, proof)
    assert not includes(root, size, index, leaf, (*proof, leaf))
    assert not includes(root, size, index, leaf, proof[:-1]) or not proof


@given(SIZES, st.data())
def test_a_proof_of_growth_proves_no_other_growth(size: int, data: st.DataObject) -> None:
    leaves = LEAVES[:size]
    old = data.draw(st.integers(1, size))
    proof, root, old_root = consistency_proof(leaves, old), root_of(leaves), root_of(leaves[:old])
    other = leaf_hash(b"another")
    assert is_extended_by(old_root, old, root, size, proof)
    assert not is_extended_by(other, old, root, size, proof)
    assert not is_extended_by(old_root, old, other, size, proof)
    assert not is_extended_by(old_root, old, root, size, (*proof, other))
    assert not is_extended_by(old_root, old, root, size, proof[:-1]) or not proof
    if proof:
        position = data.draw(st.integers(0, len(proof) - 1))
        spoilt = (*proof[:position], other, *proof[position + 1 :])
        assert not is_extended_by(old_root, old, root, size, spoilt)


def test_a_history_that_was_rewritten_is_no_growth() -> None:
    rewritten = (leaf_hash(b"another"), *LEAVES[1:8])
    proof = consistency_proof(rewritten, 5)
    assert not is_extended_by(root_of(LEAVES[:5]), 5, root_of(rewritten), 8, proof)


@pytest.mark.parametrize(("old", "size"), [(0, 5), (-1, 5), (6, 5), (0, 0)])
def test_growth_from_nothing_or_backwards_is_not_proved(old: int, size: int) -> None:
    assert not is_extended_by(EMPTY_ROOT, old, EMPTY_ROOT, size, ())


@pytest.mark.parametrize(("old", "size"), [(3, 5), (5, 6), (2, 3)])
def test_growth_without_a_proof_is_not_proved(old: int, size: int) -> None:
    assert not is_extended_by(root_of(LEAVES[:old]), old, root_of(LEAVES[:size]), size, ())


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError, match=f"no leaf {index} among 3"):
        inclusion_proof(LEAVES[:3], index)


@pytest.mark.parametrize("old", [0, 4])
def test_there_is_no_proof_from_a_size_that_never_was(old: int) -> None:
    with pytest.raises(IndexError, match=f"3 leaves had no size {old}"):
        consistency_proof(LEAVES[:3], old)
