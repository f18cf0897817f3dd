"""Combinations through cosign and through this project."""

from collections.abc import Iterable, Iterator

from tests.differential.images.cosign.run import judged
from tests.differential.images.private_sigstore.combinations import Combination, generate
from tests.differential.images.private_sigstore.making import Maker
from tests.differential.images.sides import Pair


def compared(maker: Maker, seeds: Iterable[int]) -> Iterator[Pair]:
    """Each combination in both mouths."""
    for seed in seeds:
        yield compare(maker, seed, generate(seed))


def compare(maker: Maker, number: int, one: Combination) -> Pair:
    made, cosign = maker.make(number, one), maker.signing.cosign
    peers = cosign.verify(made.reference, made.expected)
    return Pair(f"combination {number}", one.changed, judged(made, cosign.folder), peers)
