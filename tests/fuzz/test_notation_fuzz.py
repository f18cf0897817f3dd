"""Mutated Notation envelopes and evidence through verification: only declared errors, bounded cost.

Seeded. An ordinary run looks at a few hundred mutations, `make matrices` at 20,000,
`make soak` at 1,000,000 on all cores.
"""

import base64
import json
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import msgspec
import pytest

from tests.fuzz.mutations import mutate
from tests.scale import so_many
from tests.simulators.cbor_writer import Tag, encode
from tests.simulators.memory import measured
from tests.simulators.notation_signer import (
    LEAF,
    NOW,
    Plan,
    certificates,
    make_envelope,
    world,
)
from tests.simulators.revoking import (
    CRL_URL,
    OCSP_URL,
    List,
    Places,
    Response,
    make_list,
    make_response,
    told_by,
)
from tests.vectors.notation.asking import wanted_image
from trustui.core.errors import ParseError
from trustui.core.facts import Document
from trustui.core.formats.notation import Asked, SignatureQuestion, parse_envelope, verify_signature
from trustui.core.primitives.cbor import Tagged, decode
from trustui.core.trace import Outcome, collect, trace
from trustui.demo.images.certifying import YEAR, Stamp
from trustui.demo.images.envelopes import b64url

ORDINARY = 150
SOAK = 1_000_000
BATCH = 10_000
LONGEST_SECONDS = 1.0
MOST_MEMORY = 100 * 1024 * 1024


class Target(msgspec.Struct, frozen=True):
    """A good envelope with good evidence."""

    format: str
    body: bytes
    answers: dict[str, bytes]


class Report(msgspec.Struct, frozen=True):
    """What a batch of mutations cost; `slowest` in seconds of processor time."""

    count: int
    slowest: float
    memory: int
    parsed: int
    passed: int


@cache
def targets() -> list[Target]:
    places = told_by(responders=(OCSP_URL,), lists=(CRL_URL,))
    leaf = world().between.issue(replace(LEAF, extensions=places))
    between = world().between
    answers = {
        OCSP_URL: make_response(Response(until=NOW + YEAR), leaf, between),
        CRL_URL: make_list(List(until=NOW + YEAR), between),
    }
    plan = Plan(chain=(leaf, between, world().root), stamp=Stamp())
    return [
        Target("jws", make_envelope(plan), answers),
        Target("cose", make_envelope(replace(plan, format="cose")), answers),
    ]


# Mutations


def spoiled(target: Target, random: Random) -> Target:
    """The envelope, a part inside it, or what its authority answers."""
    match random.randrange(5):
        case 0:
            address = random.choice(list(target.answers))
            answers = {**target.answers, address: mutate(target.answers[address], random)}
            if random.random() < 0.5:  # then the list decides
                del answers[OCSP_URL]
            return Target(target.format, target.body, answers)
        case 1 | 2:
            return Target(target.format, mutate(target.body, random), target.answers)
        case _:
            inside = _inside_jws if target.format == "jws" else _inside_cose
            return Target(target.format, inside(target.body, random), target.answers)


def _inside_jws(body: bytes, random: Random) -> bytes:
    envelope: Any = json.loads(body)
    name = random.choice(("payload", "protected", "signature", "x5c", "stamp"))
    if name == "x5c":
        chain = envelope["header"]["x5c"]
        chain[random.randrange(len(chain))] = _b64(mutate(base64.b64decode(chain[0]), random))
    elif name == "stamp":
        key = "io.cncf.notary.timestampSignature"
        token = base64.b64decode(envelope["header"][key])
        envelope["header"][key] = _b64(mutate(token, random))
    else:
        text = envelope[name]
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        envelope[name] = b64url(mutate(raw, random))
    return json.dumps(envelope).encode()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _inside_cose(body: bytes, random: Random) -> bytes:
    value = decode(body)
    assert isinstance(value, Tagged)
    parts: Any = value.value
    at = random.randrange(4)
    if at == 1:
        label = random.choice(list(parts[1]))
        parts[1][label] = _odd(parts[1][label], random)
    else:
        parts[at] = mutate(parts[at], random)
    return encode(Tag(18, parts))


def _odd(value: Any, random: Random) -> Any:
    match value:
        case bytes():
            return mutate(value, random)
        case list():
            changed = list(value)
            changed[random.randrange(len(changed))] = mutate(changed[0], random)
            return changed
        case _:
            return random.choice([0, -1, 2**63, b"", "x" * 5_000, None, [], {1: 2}, Tag(18, [])])


# Running


def run_batch(seed: int, count: int) -> Report:
    """Mutate, parse, verify; raises whatever is not a declared error."""
    random = Random(seed)
    good = targets()
    for target in good:
        assert verified(target)
    slowest, parsed, passed = 0.0, 0, 0
    with measured() as growth:
        for _ in range(count):
            target = spoiled(random.choice(good), random)
            since = time.thread_time()
            parsed += parses(target)
            passed += verified(target)
            slowest = max(slowest, time.thread_time() - since)
    return Report(count, slowest, growth.bytes, parsed, passed)


def parses(target: Target) -> bool:
    try:
        parse_envelope(target.body, "")
    except ParseError:
        return False
    return True


def verified(target: Target) -> bool:
    stores = {"ca:acme": certificates(world().root), "tsa:stamps": certificates(world().stamp_root)}
    question = SignatureQuestion(
        group="signature",
        on="envelope",
        content=Document("envelope", target.body),
        media_type="",
        wanted=wanted_image(),
        asked=Asked({}, ("*",), stores),
        at=NOW,
        evidence=Places(target.answers),
    )
    events, _ = collect(verify_signature, question)
    found = trace("fuzz", NOW, NOW, events)
    broke = [one for one in found.steps if "itself broke" in one.because]
    assert not broke, broke[0]
    if found.outcome is not Outcome.PASSED:
        return False
    assert parse_envelope(target.body, "").signed_bytes in signed()
    return True


@cache
def signed() -> set[bytes]:
    """What a signature that passes must be over, whatever was changed around it."""
    return {parse_envelope(one.body, "").signed_bytes for one in targets()}


def check(report: Report) -> None:
    print(
        f"{report.count:,} mutations, {report.parsed:,} still parse, {report.passed:,} still pass, "
        f"slowest {report.slowest:.3f} s, {report.memory / 1024 / 1024:.0f} MiB of memory"
    )
    assert report.slowest < LONGEST_SECONDS
    assert report.memory < MOST_MEMORY


def run(count: int, batch: int) -> None:
    """Batches in fresh processes, one a core, so that each one's memory is its own."""
    sizes = [min(batch, count - start) for start in range(0, count, batch)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        batches = [pool.submit(run_batch, seed, size) for seed, size in enumerate(sizes, 20261121)]
        for one in batches:
            check(one.result())


def test_mutated_envelopes_and_evidence_give_declared_errors_only() -> None:
    count = so_many(ORDINARY, 20_000)
    if count <= ORDINARY:
        check(run_batch(20261121, count))
    else:
        run(count, batch=count // 2)


@pytest.mark.soak
def test_a_million_mutations_of_envelopes_give_declared_errors_only() -> None:
    run(SOAK, BATCH)
