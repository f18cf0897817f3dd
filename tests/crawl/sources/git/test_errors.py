"""What parsers of git raise is known: mutated bytes give nothing but MALFORMED."""

import random
from collections.abc import Callable

import pytest
from dulwich.objects import Commit, parse_tree
from dulwich.pack import apply_delta

from tests.simulators.git_packs import adding
from trustui.core.facts import ProblemKind
from trustui.crawl.sources.git.errors import MALFORMED, GitError, too_long, unreadable

BASE = bytes(range(256)) * 8
DELTA = adding(len(BASE), b"more", copied=1_000)
TREE = b"100644 a.json\0" + b"\1" * 20 + b"40000 metadata\0" + b"\2" * 20
COMMIT = (
    b"tree " + b"1" * 40 + b"\nparent " + b"2" * 40 + b"\n"
    b"author A <a@vendor.example> 1700000000 +0100\n"
    b"committer B <b@vendor.example> 1700000000 -0030\nencoding x\ngpgsig -----\n  x\n\nwords\n"
)


def apply(delta: bytes) -> bytes:
    return b"".join(apply_delta(BASE, delta))


def parse_commit(body: bytes) -> tuple[bytes, list[bytes], int]:
    commit = Commit.from_string(body)
    return commit.tree, list(commit.parents), commit.commit_time


def mutated(chance: random.Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.choice([0, 0x20, 0x80, 0xFF, 0x30])
    if chance.random() < 0.3:
        del changed[chance.randrange(len(changed)) :]
    return bytes(changed)


@pytest.mark.parametrize(
    ("parse", "good"),
    [(apply, DELTA), (lambda body: list(parse_tree(body, 20)), TREE), (parse_commit, COMMIT)],
    ids=["delta", "folder", "commit"],
)
def test_mutated_bytes_raise_nothing_else(parse: Callable[[bytes], object], good: bytes) -> None:
    parse(good)
    chance = random.Random(1)
    refused = 0
    for _ in range(5_000):
        try:
            parse(mutated(chance, good))
        except MALFORMED:
            refused += 1
    assert refused > 100


def test_every_error_says_which_kind_of_problem_it_is() -> None:
    assert (unreadable("x").kind, unreadable("x").because) == (ProblemKind.UNREADABLE, "x")
    assert (too_long(1_000).kind, str(too_long(1_000))) == (
        ProblemKind.TOO_LONG,
        "more than 1,000 bytes",
    )
    assert not isinstance(unreadable("x"), MALFORMED)
    assert GitError(ProblemKind.ABSENT, "x").because == "x"
