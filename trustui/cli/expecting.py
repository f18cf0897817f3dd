"""What a person expects of a signature: a file, options, or both; options win."""

import argparse
from collections.abc import Callable
from pathlib import Path

import msgspec

from trustui.cli.arguments import Unusable
from trustui.core.errors import ParseError
from trustui.core.facts import Document, Problem
from trustui.core.primitives.text import visible
from trustui.core.trust_policy.expectations import (
    MAX_EXPECTATION,
    Expectation,
    expectation_of,
    parse_expectation,
)
from trustui.core.trust_policy.given import MAX_TRUST_FILE
from trustui.core.trust_policy.patterns import check_pattern
from trustui.core.trust_policy.policies import MAX_POLICY, PolicyDocument, parse_policies
from trustui.crawl.files import read_file

_FILES = {"key": "key", "trust_root": "trusted_root"}
_TEXTS = {
    "identity": "identity",
    "issuer": "issuer",
    "identity_pattern": "identity_regexp",
    "issuer_pattern": "issuer_regexp",
    "attestation": "predicate_type",
}
"""Option -> member of an expectation."""

EXPECTING = ("expect", "policy", *_FILES, *_TEXTS, "annotation")
"""Every option that says whose signature counts."""


class Expected(msgspec.Struct, frozen=True):
    """What is expected, and how the files that it names are read."""

    wanted: Expectation | PolicyDocument
    read: Callable[[str], Document | Problem]


def add_expectation(parser: argparse.ArgumentParser, *, policies: bool) -> None:
    """The options that say whose signature counts."""
    files = parser.add_mutually_exclusive_group()
    files.add_argument("--expect", metavar="FILE", help="a JSON object that says what is expected")
    if policies:
        files.add_argument(
            "--policy", metavar="FILE", help="expectations per repository pattern, as JSON"
        )
    parser.add_argument("--key", metavar="FILE", help="the public key that must have signed")
    parser.add_argument("--identity", metavar="TEXT", help="the subject of the certificate")
    parser.add_argument("--issuer", metavar="TEXT", help="who vouched for that subject")
    parser.add_argument(
        "--identity-pattern", metavar="PATTERN", help="a regular expression of the whole subject"
    )
    parser.add_argument(
        "--issuer-pattern", metavar="PATTERN", help="a regular expression of the whole issuer"
    )
    parser.add_argument("--trust-root", metavar="FILE", help="Sigstore's trusted root, as JSON")
    parser.add_argument(
        "--annotation",
        metavar="NAME=TEXT",
        action="append",
        default=[],
        help="a text that must have been signed with it; repeatable",
    )
    parser.add_argument(
        "--attestation", metavar="TYPE", help="want an attestation of this type, not a signature"
    )
    parser.add_argument(
        "--offline", action="store_true", help="ask no log and no authority; nothing ever does"
    )


def expected_of(arguments: argparse.Namespace) -> Expected:
    """What the arguments expect. Raises Unusable where it cannot be understood."""
    policy = getattr(arguments, "policy", None)
    try:
        if policy:
            return _policies(arguments, Path(policy))
        file = Path(arguments.expect) if arguments.expect else None
        base = Expectation() if file is None else parse_expectation(_given(file, MAX_EXPECTATION))
        wanted = msgspec.structs.replace(base, **_stated(arguments, base))
        for pattern in (wanted.identity_regexp, wanted.issuer_regexp):
            check_pattern(pattern)
    except ParseError as error:
        found = f"; expected {error.expected}" if error.expected else ""
        raise Unusable(f"{error.because}{found}") from error
    return Expected(wanted, _reader(Path() if file is None else file.parent))


def _policies(arguments: argparse.Namespace, file: Path) -> Expected:
    if _stated(arguments, Expectation()):
        raise Unusable("--policy says what is expected; it goes with no option that does so too")
    document = parse_policies(_given(file, MAX_POLICY))
    return Expected(document, _reader(file.parent))


def _given(file: Path, limit: int) -> bytes:
    answer = read_file(file, limit)
    if isinstance(answer, Problem):
        raise Unusable(f"{visible(str(file))} cannot be read: {answer.because}")
    return answer.body


def _stated(arguments: argparse.Namespace, base: Expectation) -> dict[str, object]:
    """The members that options state."""
    found: dict[str, object] = {}
    for option, member in _TEXTS.items():
        if getattr(arguments, option) is not None:
            found[member] = getattr(arguments, option)
    for option, member in _FILES.items():
        if getattr(arguments, option) is not None:
            found[member] = str(Path(getattr(arguments, option)).absolute())
    if arguments.annotation:
        stated = dict(_pair(text) for text in arguments.annotation)
        annotations = expectation_of({"annotations": dict(stated)}).annotations
        found["annotations"] = {**base.annotations, **annotations}
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Unusable(f"--annotation {visible(text)!r}: expected NAME=TEXT")
    return name, value


def _reader(folder: Path) -> Callable[[str], Document | Problem]:
    def read(name: str) -> Document | Problem:
        return read_file(folder / name, MAX_TRUST_FILE)

    return read
