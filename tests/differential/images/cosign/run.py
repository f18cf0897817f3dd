"""Many combinations through cosign and through this project, and what they did not agree on."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tests.differential.images.cosign.combinations import Combination, generate
from tests.differential.images.cosign.making import Made, Maker
from tests.differential.images.sides import Ours, Pair
from trustui.core.facts import Document, Problem
from trustui.core.images.verify import ImageQuestion, verify_image
from trustui.core.limits import MIB
from trustui.core.trace import Outcome, collect, trace
from trustui.core.trust_policy.expectations import expectation_of
from trustui.crawl.files import read_file
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.registry import open_registry

HERE = frozenset({"127.0.0.1"})


def compared(maker: Maker, seeds: Iterable[int]) -> Iterator[Pair]:
    """Each combination in both mouths."""
    for seed in seeds:
        yield compare(maker, seed, generate(seed))


def compare(maker: Maker, number: int, one: Combination) -> Pair:
    made = maker.make(number, one)
    peers = maker.cosign.verify(made.reference, made.expected)
    return Pair(f"combination {number}", one.changed, judged(made, maker.cosign.folder), peers)


def judged(made: Made, folder: Path) -> Ours:
    """By this project, as `verify image --expect` asks."""
    at = datetime.now(UTC)

    def read(name: str) -> Document | Problem:
        return read_file(folder / name, MIB)

    question = ImageQuestion(made.reference, expectation_of(made.expected), read, at)
    location = f"oci+http://{made.reference.host}"
    with closing(open_registry(location, ImageOptions(allowed_hosts=HERE))) as registry:
        ask = registry.open(made.reference.repository).ask
        events, _ = collect(verify_image, question, ask)
    one = trace(str(made.reference), at, at, events)
    first = one.first_failing
    check, because = ("", "") if first is None else (first.check, first.because)
    unhappy = {Outcome.FAILED, Outcome.UNDECIDED}
    others = frozenset(step.check for step in one.steps if step.outcome in unhappy)
    return Ours(one.outcome is Outcome.PASSED, check or None, because, others=others)
