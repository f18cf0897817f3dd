"""A sound repository whose names mean harm: roles, targets, owners of keys and members of documents."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from trustui.core.primitives.text import has_hidden_characters
from trustui.demo.keys import throwaway_key
from trustui.demo.publisher import Publisher

OWN = (
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "javascript:alert(1)",
    "//evil.example/x",
    "</title></textarea></svg><script>alert(1)</script>",
    "{{ request.user.password }}{% debug %}",
    "<svg/onload=alert(1)>",
    "<a href=https://evil.example/>here</a>",
    "a\u202egpj.exe\u202c",
    "a\u2066b\u2069\u200b\u200f\ufeff",
    "a\x1b[2J\x07\x00b",
    "line\r\nSet-Cookie: stolen=1",
    "=cmd|' /C calc'!A0",
    "W" * 1500,
    "\u0301" * 60,
)
"""Besides those of the collections: markup for every place that a text may come to, and what breaks a layout."""


def hostile_names(shared_data: Callable[[str], Path]) -> list[str]:
    """Every naughty string, each role name and target path of tuf-hostile that is odd, and our own."""
    naughty = json.loads((shared_data("hostile/naughty-strings") / "blns.json").read_bytes())
    found = dict.fromkeys([*OWN, *naughty, *_odd(shared_data("hostile/tuf-hostile"))])
    return [name for name in found if name and not _has_surrogates(name)]


def hostile_repository(names: list[str], at: datetime | None = None) -> Publisher:
    """Published at `at` (default: an hour ago) with each name as a role, a target, an owner and a member.

    Every seventh role is signed by a stranger, so that names stand in what fails, too.
    """
    began = at or datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    repo = Publisher("hostile", began)
    for name in names:
        repo.add_target("targets", name, name.encode())
        repo.add_field("targets", name, name)
        repo.add_delegation("targets", name, paths=[name, "*"])
    for name in names[::7]:
        repo.sign_with(name, throwaway_key("stranger"))
    repo.publish(began)
    return repo


def hides(text: str) -> bool:
    """Whether something in it does not show itself; ends of lines and tabs are no names."""
    return has_hidden_characters(text.replace("\n", "").replace("\r", "").replace("\t", ""))


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _odd(corpus: Path) -> Iterator[str]:
    for path in sorted(corpus.glob("*/*.json")):
        try:
            signed = json.loads(path.read_bytes())["signed"]
        except (ValueError, LookupError, TypeError, RecursionError):
            continue
        yield from (name for name in _names_in(signed) if not name.replace("/", "").isalnum())


def _names_in(signed: Any) -> Iterator[str]:
    if not isinstance(signed, dict):
        return
    if isinstance(targets := signed.get("targets"), dict):
        yield from targets
    delegations = signed.get("delegations")
    roles = delegations.get("roles") if isinstance(delegations, dict) else None
    for role in roles if isinstance(roles, list) and len(roles) < 100 else []:
        if isinstance(role, dict) and isinstance(role.get("name"), str):
            yield role["name"]
