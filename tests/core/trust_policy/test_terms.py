"""Until when trusted roots and certificates count, and which end matters to nobody."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.simulators.sigstore_stack import stack
from trustui.core.errors import ParseError
from trustui.core.trust_policy.terms import (
    Term,
    TermKind,
    terms_of_certificates,
    terms_of_root,
)
from trustui.demo.images.certifying import AUTHORITY, SIGNED, YEAR, Issued, issue

KINDS = ("certificateAuthorities", "timestampAuthorities", "tlogs", "ctlogs")


def windows(root: dict[str, Any]) -> list[Term]:
    found = terms_of_root(json.dumps(root).encode())
    return [one for one in found if one.kind is TermKind.TRUSTED_ROOT]


def test_a_root_has_a_window_for_each_authority_and_log_and_its_certificates() -> None:
    found = terms_of_root(json.dumps(stack().trusted_root()).encode())
    assert [(one.kind, one.what) for one in found] == [
        ("trusted_root", "certificate authority"),
        ("certificate", "certificate of the certificate authority"),
        ("certificate", "certificate of the certificate authority"),
        ("trusted_root", "timestamp authority"),
        ("certificate", "certificate of the timestamp authority"),
        ("certificate", "certificate of the timestamp authority"),
        ("trusted_root", "transparency log"),
        ("trusted_root", "transparency log"),
        ("trusted_root", "log of certificates"),
    ]
    assert all(len(one.fingerprint) == 64 for one in found)
    assert found[0].title == "https://fulcio.acme.example"
    assert found[1].title == "CN=acme.example authority"
    assert all(one.ends_at is not None for one in found if one.kind is TermKind.CERTIFICATE)
    assert not any(one.is_superseded for one in found)


def closed(start: str, end: str | None) -> dict[str, str]:
    return {"start": start} if end is None else {"start": start, "end": end}


@pytest.mark.parametrize(
    ("first", "second", "superseded"),
    [
        (("2024-01-01", "2025-01-01"), ("2024-06-01", None), [True, False]),
        (("2024-01-01", "2025-01-01"), ("2025-01-01", "2026-01-01"), [True, False]),
        (("2024-01-01", "2025-01-01"), ("2025-01-02", None), [False, False]),
        (("2024-01-01", "2025-01-01"), ("2024-01-01", "2025-01-01"), [False, False]),
        (("2024-01-01", None), ("2024-06-01", None), [False, False]),
    ],
)
def test_a_window_is_superseded_where_another_one_goes_on(
    first: tuple[str, str | None], second: tuple[str, str | None], superseded: list[bool]
) -> None:
    root = stack().trusted_root()
    for log, (start, end) in zip(root["tlogs"], (first, second), strict=True):
        ends = None if end is None else f"{end}T00:00:00Z"
        log["publicKey"]["validFor"] = closed(f"{start}T00:00:00Z", ends)
    found = [one for one in windows(root) if one.what == "transparency log"]
    assert [one.is_superseded for one in found] == superseded


def test_the_certificates_of_an_authority_that_was_rotated_are_superseded_with_it() -> None:
    root = stack().trusted_root()
    (old,) = root["certificateAuthorities"]
    new = {**old, "validFor": closed("2024-01-01T00:00:00Z", None)}
    old["validFor"] = closed("2023-01-01T00:00:00Z", "2025-01-01T00:00:00Z")
    root["certificateAuthorities"] = [old, new]
    found = terms_of_root(json.dumps(root).encode())
    assert [one.is_superseded for one in found[:6]] == [True] * 3 + [False] * 3


def authority(subject: str, begins: int, ends: int) -> Issued:
    wish = replace(
        AUTHORITY, subject=subject, start=SIGNED + begins * YEAR, end=SIGNED + ends * YEAR
    )
    return issue(wish, None)


def superseded(*several: Issued) -> list[bool]:
    found = terms_of_certificates(b"".join(one.pem for one in several))
    assert [one.what for one in found] == ["certificate"] * len(several)
    return [one.is_superseded for one in found]


def test_a_certificate_is_superseded_by_a_longer_one_of_the_same_subject_alone() -> None:
    old, new = authority("a", -2, 1), authority("a", 0, 3)
    assert superseded(old, new) == [True, False]
    assert superseded(new, old) == [False, True]
    assert superseded(old, authority("b", 0, 3)) == [False, False]
    assert superseded(old, authority("a", 2, 3)) == [False, False]


@pytest.mark.parametrize("read", [terms_of_root, terms_of_certificates])
def test_what_is_something_else_is_refused(read: Any) -> None:
    with pytest.raises(ParseError):
        read(b"[]")


def test_hostile_titles_can_be_shown() -> None:
    root = stack().trusted_root()
    root["tlogs"][0]["baseUrl"] = "https://\u202e" + "x" * 5_000
    title = next(one.title for one in windows(root) if "202E" in one.title)
    assert len(title) < 250
    assert title.isprintable()
