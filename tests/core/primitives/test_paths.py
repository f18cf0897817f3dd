"""Globs, hash prefixes and bins: who is trusted for which path."""

import fnmatch
import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.core.primitives.paths import bin_name, bin_number, matches_glob, path_hash


def oracle(pattern: str, path: str) -> bool:
    """The standard library's matching, component by component."""
    patterns, parts = pattern.split("/"), path.split("/")
    return len(patterns) == len(parts) and all(
        fnmatch.fnmatchcase(part, glob) for glob, part in zip(patterns, parts, strict=True)
    )


@given(st.text("ab*?/."), st.text("ab/."))
def test_stars_and_question_marks_agree_with_the_standard_library(pattern: str, path: str) -> None:
    assert matches_glob(pattern, path) == oracle(pattern, path)


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "b",
                "*",
                "?",
                "[ab]",
                "[!a]",
                "[a-c]",
                "[c-a]",
                "[a-]",
                "[-a]",
                "[!b-c]",
                "[]",
                "[",
                "]",
                "[!]",
            ]
        )
    ),
    st.text("abc[]!"),
)
def test_character_classes_agree_with_the_standard_library(parts: list[str], path: str) -> None:
    pattern = "".join(parts)
    assert matches_glob(pattern, path) == oracle(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*", "file"),
        ("*", ""),
        ("*.tar.gz", "a.tar.gz"),
        ("a/*/c", "a/b/c"),
        ("a/*", "a/"),
        ("file-?.bin", "file-7.bin"),
        ("*a*b*", "xxaxxbxx"),
        ("[!x]ar", "bar"),
        ("[]]", "]"),
        ("[a-c]1", "b1"),
        ("[", "["),
        ("ünï*", "ünïcode"),
    ],
)
def test_it_matches(pattern: str, path: str) -> None:
    assert matches_glob(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*", "a/b"),
        ("a*", "a/b"),
        ("a?b", "a/b"),
        ("a/*", "a"),
        ("a/*", "a/b/c"),
        ("*/b", "b"),
        ("A*", "abc"),
        ("a", "ab"),
        ("ab", "a"),
        ("file-?.bin", "file-.bin"),
        ("[!x]ar", "xar"),
        ("[a-c]1", "d1"),
        ("", "a"),
        ("*.gz", "a.gz.sig"),
    ],
)
def test_it_does_not_match(pattern: str, path: str) -> None:
    assert not matches_glob(pattern, path)


def test_sixty_stars_take_less_than_10_milliseconds() -> None:
    started = time.process_time()
    assert not matches_glob("*a" * 60 + "b", "a" * 100)
    assert time.process_time() - started < 0.010


# By sha256sum(1).
HASHES = {
    "a/x.bin": "e945f17e5a9e8e0a79ea595f34d92c1731945605f677f442396fb2e9b2c97c24",
    "鍵": "1c59564ec66ed2d3fa1e611f43f781483c2ed4b44374d5673b933389c5779853",
}


@pytest.mark.parametrize("path", HASHES)
def test_the_hash_of_a_path_is_of_its_utf_8(path: str) -> None:
    assert path_hash(path) == HASHES[path]


def test_a_path_that_has_no_utf_8_has_a_hash_all_the_same() -> None:
    assert path_hash("\ud800") == hashlib.sha256(b"\xed\xa0\x80").hexdigest()


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 32))
def test_the_bin_is_the_leading_bits_of_the_hash(path: str, bits: int) -> None:
    leading = bin(int(path_hash(path), 16) | 1 << 256)[3:][:bits]
    assert bin_number(path, bits) == int(leading, 2)


@pytest.mark.parametrize(
    ("bits", "number", "name"),
    [
        (1, 1, "bin-1"),
        (4, 15, "bin-f"),
        (5, 1, "bin-01"),
        (8, 255, "bin-ff"),
        (9, 1, "bin-001"),
        (14, 16_383, "bin-3fff"),
        (16, 10, "bin-000a"),
        (32, 0, "bin-00000000"),
    ],
)
def test_names_of_bins_are_padded_to_one_width(bits: int, number: int, name: str) -> None:
    assert bin_name("bin", bits, number) == name
