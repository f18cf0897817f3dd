"""Signed notes and checkpoints: published vectors, and everything that is neither."""

import base64
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.primitives.signed_note import (
    MAX_NOTE_BYTES,
    MAX_SIGNATURES,
    NoteSignature,
    Signer,
    TreeHead,
    Verifier,
    is_name,
    parse_note,
    parse_signer,
    parse_tree_head,
    parse_verifier,
)


@dataclass(frozen=True)
class Vector:
    origin: str
    verifier: str
    note: str


GO = Vector(
    "documentation of golang.org/x/mod/sumdb/note; the private key is GO_SIGNER",
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
)
GO_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
EXAMPLE = Vector(
    "C2SP signed-note, the example of verifier keys",
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
)
# C2SP tlog-checkpoint, the example at its top
CHECKPOINT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

TEXTS = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=["Cs"]) | st.just("\n"), min_size=1
).filter(lambda text: text.strip("\n") != "")

LOG = Signer("log.example/one", bytes(range(32)))
OTHER = Signer("log.example/one", bytes(32))
WITNESS = Signer("witness.example", b"w" * 32)
ROOT = bytes(range(32))


@pytest.mark.parametrize("vector", [GO, EXAMPLE], ids=lambda vector: vector.origin)
def test_published_notes_verify(vector: Vector) -> None:
    key = parse_verifier(vector.verifier)
    assert parse_note(vector.note).signers((key,)) == (key,)
    assert str(key) == vector.verifier


def test_signing_the_published_text_gives_the_published_note() -> None:
    signer = parse_signer(GO_SIGNER)
    text = GO.note.partition("\n\n")[0] + "\n"
    assert signer.sign(text) == GO.note
    assert str(signer.verifier) == GO.verifier
    assert signer.text == GO_SIGNER


@given(TEXTS)
def test_what_is_signed_is_read_back_and_verifies(text: str) -> None:
    note = parse_note(LOG.sign(text + "\n"))
    assert note.text == text + "\n"
    assert note.signers((LOG.verifier,)) == (LOG.verifier,)


@given(TEXTS, st.integers(min_value=0))
def test_any_changed_character_makes_it_worthless(text: str, place: int) -> None:
    signed = LOG.sign(text + "\n")
    at = place % len(text)
    changed = "y" if text[at] != "y" else "z"
    note = parse_note(text[:at] + changed + signed[at + 1 :])
    assert note.signers((LOG.verifier,)) == ()


def test_a_note_may_be_signed_by_several() -> None:
    text = "one text\n"
    note = parse_note(LOG.sign(text) + WITNESS.sign(text).rpartition("\n\n")[2])
    assert note.signers((WITNESS.verifier, LOG.verifier)) == (LOG.verifier, WITNESS.verifier)
    assert note.signers((WITNESS.verifier,)) == (WITNESS.verifier,)


def test_a_key_that_signed_twice_is_named_once() -> None:
    signed = LOG.sign("one text\n")
    note = parse_note(signed + signed.rpartition("\n\n")[2])
    assert note.signers((LOG.verifier,)) == (LOG.verifier,)


def test_unknown_keys_are_ignored_even_of_the_same_name() -> None:
    assert OTHER.name == LOG.name
    assert parse_note(LOG.sign("one text\n")).signers((OTHER.verifier,)) == ()


def test_one_wrong_signature_of_a_known_key_makes_the_whole_note_worthless() -> None:
    text = "one text\n"
    forged = LOG.sign("another text\n").rpartition("\n\n")[2]
    note = parse_note(WITNESS.sign(text) + forged)
    assert note.signers((WITNESS.verifier, LOG.verifier)) == ()
    assert note.signers((WITNESS.verifier,)) == (WITNESS.verifier,)


def test_a_signature_of_another_length_does_not_verify() -> None:
    short = NoteSignature(LOG.name, LOG.verifier.key_id, b"short")
    assert not LOG.verifier.verifies("one text\n", short.signature)


def test_the_secret_does_not_show_when_a_signer_is_printed() -> None:
    assert repr(LOG) == "Signer('log.example/one')"
    assert base64.b64encode(LOG.secret).decode() not in f"{LOG} {[LOG]!r}"


def test_a_text_with_empty_lines_ends_at_the_last_one() -> None:
    assert parse_note(LOG.sign("one\n\ntwo\n\n")).text == "one\n\ntwo\n\n"


@pytest.mark.parametrize(
    "text", ["", "\n", "\n\n", "no newline", "a\r\n", "a\tb\n", "a\0b\n", "a\x1fb\n", "\ud800\n"]
)
def test_it_signs_no_text_that_cannot_be_read_again(text: str) -> None:
    with pytest.raises(ParseError, match="cannot be the text of a note"):
        LOG.sign(text)


SIGNATURE_LINE = LOG.sign("a\n").rpartition("\n\n")[2]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "no signed note"),
        ("only text\n", "no signed note"),
        ("text\n\n", "no signed note"),
        ("text\n\n\n", "no signed note"),
        ("text\n\n" + SIGNATURE_LINE.rstrip("\n"), "no signed note"),
        ("\n\n" + SIGNATURE_LINE, "cannot be the text"),
        ("te\rxt\n\n" + SIGNATURE_LINE, "cannot be the text"),
        ("\ud800\n\n" + SIGNATURE_LINE, "UTF-8"),
        ("text\n\n- log AAAAAAA=\n", "a line is no signature"),
        ("text\n\n—  AAAAAAA=\n", "a line is no signature"),
        ("text\n\n— a+b AAAAAAA=\n", "a line is no signature"),
        ("text\n\n— log\n", "a signature is empty"),
        ("text\n\n— log AAAAAA==\n", "a signature is empty"),
        ("text\n\n— log AAAA AAA=\n", "not base64"),
        ("text\n\n— log AAAAAAA\n", "not base64"),
        ("text\n\n— log AAAAAAÄ=\n", "not base64"),
        ("text\n\n— log AAAAAAB=\n", "an unusual form"),
        ("text\n\n" + SIGNATURE_LINE + "more\n", "a line is no signature"),
    ],
)
def test_it_refuses_what_is_no_note(text: str, because: str) -> None:
    with pytest.raises(ParseError, match=because):
        parse_note(text)


def test_a_note_is_read_up_to_its_limits() -> None:
    text = "t" * (MAX_NOTE_BYTES - len(SIGNATURE_LINE.encode()) - 2) + "\n\n" + SIGNATURE_LINE
    assert parse_note(text).signatures
    with pytest.raises(LimitExceeded, match="too long"):
        parse_note("t" + text)


def test_signatures_are_read_up_to_their_limit() -> None:
    text = "text\n\n" + SIGNATURE_LINE * MAX_SIGNATURES
    assert len(parse_note(text).signatures) == MAX_SIGNATURES
    with pytest.raises(LimitExceeded, match="too many signatures") as caught:
        parse_note(text + SIGNATURE_LINE)
    assert caught.value.found == str(MAX_SIGNATURES + 1)


@pytest.mark.parametrize(
    ("text", "is_a_name"),
    [
        ("trustui", True),
        ("log.example/42", True),
        ("é", True),
        ("", False),
        ("a b", False),
        ("a\u00a0b", False),
        ("a\u2003b", False),
        ("a+b", False),
        ("a\nb", False),
        ("a\x01b", False),
        ("\udcff", False),
    ],
)
def test_names_hold_neither_spaces_nor_plus_signs(text: str, is_a_name: bool) -> None:
    assert is_name(text) is is_a_name


# Keys as text


@given(st.binary(min_size=32, max_size=32))
def test_keys_survive_being_written_and_read(secret: bytes) -> None:
    signer = Signer("log.example/one", secret)
    assert parse_signer(signer.text) == signer
    assert parse_verifier(str(signer.verifier)) == signer.verifier


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "no key of a note"),
        ("PeterNeumann", "no key of a note"),
        ("+c74f20a3+ARpc", "no key of a note"),
        ("Peter Neumann+c74f20a3+ARpc", "no key of a note"),
        ("PeterNeumann+c74f20+ARpc", "no key of a note"),
        ("PeterNeumann+C74F20A3+ARpc", "no key of a note"),
        ("PeterNeumann+c74f20a3+A", "not base64"),
        ("PeterNeumann+c74f20a3+ARpc", "of another kind"),
        ("PeterNeumann+c74f20a3+AhpcXcLCwoODhMQegwxbzhKqiBfsVkmqqLDE4izWy10TW", "not base64"),
        ("PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "of another kind"),
        ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "not that of"),
        ("Another+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "not that of"),
    ],
)
def test_it_refuses_what_is_no_verifier_key(text: str, because: str) -> None:
    with pytest.raises(ParseError, match=because):
        parse_verifier(text)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        (GO.verifier, "no private key"),
        (GO_SIGNER.replace("c74f20a3", "c74f20a4"), "not that of"),
        (GO_SIGNER[:-4], "of another kind"),
    ],
)
def test_it_refuses_what_is_no_private_key_without_quoting_it(text: str, because: str) -> None:
    with pytest.raises(ParseError, match=because) as caught:
        parse_signer(text)
    said = caught.value
    assert "AYEKFALVFGyN" not in f"{said.because} {said.expected} {said.found}"


# Checkpoints


def test_the_published_checkpoint_is_read() -> None:
    head = parse_tree_head(CHECKPOINT)
    assert (head.origin, head.size, head.extensions) == (
        "example.com/behind-the-sofa",
        20852163,
        (),
    )
    assert head.root.hex().startswith("0ac5186a")
    assert head.text == CHECKPOINT


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_tree_head_is_read_back_from_its_note(size: int, root: bytes) -> None:
    head = TreeHead("log.example/one", size, root, ("an extension",))
    assert parse_tree_head(parse_note(LOG.sign(head.text)).text) == head


ENCODED_ROOT = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    ("text", "because"),
    [
        (f"log\n1\n{ENCODED_ROOT}", "cannot be the text"),
        ("log\n1\n", "no checkpoint"),
        (f"\n1\n{ENCODED_ROOT}\n", "no checkpoint"),
        (f"log\n1\n{ENCODED_ROOT}\n\nmore\n", "no checkpoint"),
        (f"log\n01\n{ENCODED_ROOT}\n", "no number of leaves"),
        (f"log\n-1\n{ENCODED_ROOT}\n", "no number of leaves"),
        (f"log\n+1\n{ENCODED_ROOT}\n", "no number of leaves"),
        (f"log\n1 \n{ENCODED_ROOT}\n", "no number of leaves"),
        (f"log\n\u0661\n{ENCODED_ROOT}\n", "no number of leaves"),
        (f"log\n{2**63}\n{ENCODED_ROOT}\n", "no number of leaves"),
        (f"log\n{10**400}\n{ENCODED_ROOT}\n", "no number of leaves"),
        ("log\n1\nAAAA\n", "another length"),
        ("log\n1\nroot\troot\n", "cannot be the text"),
        ("log\n1\nroot root\n", "not base64"),
    ],
)
def test_it_refuses_what_is_no_checkpoint(text: str, because: str) -> None:
    with pytest.raises(ParseError, match=because):
        parse_tree_head(text)


def test_keys_are_told_apart_by_name_and_by_value() -> None:
    ids = {
        Verifier("a", b"k" * 32).key_id,
        Verifier("b", b"k" * 32).key_id,
        Verifier("a", b"l" * 32).key_id,
    }
    assert len(ids) == 3
