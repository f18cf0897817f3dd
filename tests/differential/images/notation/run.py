"""Many combinations through Notation and through this project, and what they did not agree on."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime

from tests.differential.images.notation.combinations import Combination, generate
from tests.differential.images.notation.making import Made, Maker
from tests.differential.images.sides import Ours, Pair
from tests.simulators.revoking import Places
from trustui.core.formats.notation.verify import ROWS
from trustui.core.images.notation.question import NotationQuestion
from trustui.core.images.notation.signatures import logged_failures
from trustui.core.images.notation.verify import verify_notation_image
from trustui.core.trace import Outcome, collect, trace
from trustui.crawl.image_source import ImageOptions
from trustui.crawl.notation_configuration import read_configuration
from trustui.crawl.registry import open_registry

VALIDATION_OF = {check.id: str(validation) for check, validation, _ in ROWS}
HERE = frozenset({"127.0.0.1"})


def compared(maker: Maker, answers: dict[str, bytes], seeds: Iterable[int]) -> Iterator[Pair]:
    """Each combination in both mouths; `answers` is what the server of revocation serves."""
    for seed in seeds:
        yield compare(maker, answers, seed, generate(seed))


def compare(maker: Maker, answers: dict[str, bytes], number: int, one: Combination) -> Pair:
    made = maker.make(number, one)
    answers.update(made.evidence)
    peers = maker.notation.verify(made.reference, made.home, made.metadata)
    return Pair(f"combination {number}", one.changed, judged(made), peers)


def judged(made: Made) -> Ours:
    """By this project, as `verify image --notation-config` asks."""
    at = datetime.now(UTC)
    question = NotationQuestion(
        reference=made.reference,
        configuration=read_configuration(made.home / "notation"),
        at=at,
        evidence=Places(made.evidence),
        metadata=made.metadata,
    )
    location = f"oci+http://{made.reference.host}"
    with closing(open_registry(location, ImageOptions(allowed_hosts=HERE))) as registry:
        ask = registry.open(made.reference.repository).ask
        events, _ = collect(verify_notation_image, question, ask)
    one = trace(str(made.reference), at, at, events)
    first = one.first_failing
    logged = {VALIDATION_OF[check] for check in logged_failures(one.steps)}
    check, because = ("", "") if first is None else (first.check, first.because)
    return Ours(one.outcome is Outcome.PASSED, check or None, because, frozenset(logged))
