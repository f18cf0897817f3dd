"""Nothing of the shared collection lies unused: each set has its test, or its reason."""

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent

NOTARY_V1 = "format not built yet: Notary v1"
SIMPLE_SIGNING = "format not built yet: simple signing"
OPENPGP = "format not built yet: OpenPGP and the repositories that it signs"
PACKAGES = "format not built yet: attestations and signatures of packages"
LOGS = "format not built yet: transparency logs"

NOT_USED_YET = {
    "hostile/simple-signing": SIMPLE_SIGNING,
    "notary1/corrupt-hash": NOTARY_V1,
    "notary1/corrupt-sig": NOTARY_V1,
    "notary1/deep": NOTARY_V1,
    "notary1/expired-ts": NOTARY_V1,
    "notary1/healthy": NOTARY_V1,
    "notary1/legacy-docker": NOTARY_V1,
    "notary1/revoked": NOTARY_V1,
    "notary1/rotated": NOTARY_V1,
    "notary1/stale": NOTARY_V1,
    "oci/policy-controller": "trust policies are not built yet",
    "oci/ratify": "trust policies are not built yet",
    "oci/skopeo-simple-signing": SIMPLE_SIGNING,
    "packages/apt-debian": OPENPGP,
    "packages/git-signatures": OPENPGP,
    "packages/helm": OPENPGP,
    "packages/in-toto": PACKAGES,
    "packages/npm": PACKAGES,
    "packages/openpgp": OPENPGP,
    "packages/ostree": OPENPGP,
    "packages/pypi": PACKAGES,
    "packages/rpm": OPENPGP,
    "packages/rpm-md": OPENPGP,
    "packages/simple-signing": SIMPLE_SIGNING,
    "packages/tlog": LOGS,
}
"""Set -> why no test reads it. An entry that a test reads after all is stale, and fails."""


def sets_of(collection: Path) -> set[str]:
    """Two levels, as `tuf/github-root`; a packed set by the name that it unpacks to."""
    return {
        f"{area.name}/{entry.name.removesuffix('.tar.gz')}"
        for area in collection.iterdir()
        if area.is_dir()
        for entry in area.iterdir()
        if entry.is_dir() or entry.name.endswith(".tar.gz")
    }


@cache
def code_of_tests() -> list[str]:
    return [
        file.read_text(encoding="utf-8")
        for file in TESTS.rglob("*.py")
        if file != Path(__file__).resolve()
    ]


@cache
def strings_of(code: str) -> str:
    """Those that it uses, a line each; what a docstring mentions is not used."""
    nodes = list(ast.walk(ast.parse(code)))
    alone = {node.value for node in nodes if isinstance(node, ast.Expr)}
    return "\n".join(
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in alone
    )


def is_read(name: str) -> bool:
    """By its whole name: `tuf/tuf-demo` is not read by a test of `tuf/tuf-demo-2`."""
    whole = re.compile(rf"(?m)^{re.escape(name)}(/|$)")
    return any(name in code and whole.search(strings_of(code)) for code in code_of_tests())


def test_every_set_is_read_by_a_test_or_has_its_reason(shared_data: Callable[[str], Path]) -> None:
    sets = sets_of(shared_data("."))
    assert len(sets) > 60
    assert sorted(name for name in sets - set(NOT_USED_YET) if not is_read(name)) == []


def test_no_reason_is_stale(shared_data: Callable[[str], Path]) -> None:
    assert set(NOT_USED_YET) - sets_of(shared_data(".")) == set()
    assert sorted(name for name in NOT_USED_YET if is_read(name)) == []


def test_a_set_is_told_from_one_whose_name_begins_alike() -> None:
    assert is_read("tuf/sigstore-root-signing")
    assert not is_read("tuf/sigstore-root")
    assert not is_read("tuf/sigstore")


@pytest.mark.parametrize("reason", sorted(set(NOT_USED_YET.values())))
def test_a_reason_says_what_is_missing(reason: str) -> None:
    assert re.search(r"\bnot built\b|\bno format\b", reason)
