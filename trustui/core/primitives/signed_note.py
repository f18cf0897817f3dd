"""Signed notes and the checkpoints of transparency logs (C2SP signed-note, tlog-checkpoint).

A note is text and, below a blank line, signatures of the text. A checkpoint is a note whose text
states the head of a log: its origin, its size and its root hash. Only Ed25519 signatures are made
and verified; a note may carry others, which are ignored as the specification demands.
"""

import base64
import binascii
import hashlib
import re

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from trustui.core.errors import LimitExceeded, ParseError
from trustui.core.primitives.merkle import HASH_SIZE

MAX_NOTE_BYTES = 64 * 1024
"""The specification asks for room for 16 signatures of up to 5 kB each only of those who verify
post-quantum ones; ours take 100 bytes."""
MAX_SIGNATURES = 64
"""At least 16 must be read."""
MAX_SIZE = 2**63 - 1
"""Of a log: what a signed 64-bit integer holds, as databases and Go count."""

_ED25519 = b"\x01"
_KEY_ID_SIZE = 4
_KEY_SIZE = 32
_SIGNATURE_START = "\u2014 "
_PRIVATE = "PRIVATE+KEY+"

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+]+")
_KEY_ID = re.compile("[0-9a-f]{8}")
_DECIMAL = re.compile("0|[1-9][0-9]{0,18}")


class Verifier(msgspec.Struct, frozen=True):
    """A public key that notes are checked with: its name and the 32 bytes of RFC 8032."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that tell this key from others of the same name."""
        named = self.name.encode() + b"\n" + _ED25519 + self.public
        return hashlib.sha256(named).digest()[:_KEY_ID_SIZE]

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the signature of this text was made with this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        """The text that this key is given to others as: `NAME+ID+BASE64`."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public)}"


class Signer(msgspec.Struct, frozen=True):
    """A private key that signs notes: its name and the 32 secret bytes of RFC 8032."""

    name: str
    secret: bytes

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The note of this text with one signature.

        Raises ParseError where the text can be no note: it is empty, does not end with a newline,
        or holds a control character or a lone surrogate.
        """
        _check_text(text)
        signature = self.verifier.key_id + self._private.sign(text.encode())
        return f"{text}\n{_SIGNATURE_START}{self.name} {_base64(signature)}\n"

    @property
    def text(self) -> str:
        """The text that this key is kept as; whoever has it signs in the log's name."""
        key_id = self.verifier.key_id.hex()
        return f"{_PRIVATE}{self.name}+{key_id}+{_base64(_ED25519 + self.secret)}"

    def __repr__(self) -> str:
        """Without the secret: values are printed in tracebacks and logs."""
        return f"Signer({self.name!r})"

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.secret)


class NoteSignature(msgspec.Struct, frozen=True):
    """One signature line; its algorithm is known only to who knows the key."""

    name: str
    key_id: bytes
    signature: bytes


class Note(msgspec.Struct, frozen=True):
    """A note as it was read; its text counts only once `signers` has named somebody trusted."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def signers(self, known: tuple[Verifier, ...]) -> tuple[Verifier, ...]:
        """The known keys that signed it; none at all where one of their signatures is wrong."""
        found: list[Verifier] = []
        for line in self.signatures:
            for key in known:
                if (key.name, key.key_id) == (line.name, line.key_id):
                    if not key.verifies(self.text, line.signature):
                        return ()
                    found.append(key)
        return tuple(dict.fromkeys(found))


class TreeHead(msgspec.Struct, frozen=True):
    """What the text of a checkpoint states: which log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text to sign."""
        lines = (self.origin, str(self.size), _base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_signer(text: str) -> Signer:
    """Read `PRIVATE+KEY+NAME+ID+BASE64`. Raises ParseError; no part of the text is quoted."""
    if not text.startswith(_PRIVATE):
        raise ParseError(
            "this is no private key of a note signer", expected=f"{_PRIVATE}NAME+ID+KEY"
        )
    name, key_id, secret = _parse_key(text.removeprefix(_PRIVATE))
    signer = Signer(name, secret)
    _check_key_id(key_id, signer.verifier)
    return signer


def parse_verifier(text: str) -> Verifier:
    """Read `NAME+ID+BASE64`. Raises ParseError."""
    name, key_id, public = _parse_key(text)
    verifier = Verifier(name, public)
    _check_key_id(key_id, verifier)
    return verifier


def _parse_key(text: str) -> tuple[str, str, bytes]:
    # The base64 at the end may hold the plus sign, which name and id may not.
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    if not is_name(name) or not _KEY_ID.fullmatch(key_id):
        raise ParseError("this is no key of a note", expected="NAME+8 hex digits+base64")
    key = _decode(encoded, "the key")
    if key[:1] != _ED25519 or len(key) != 1 + _KEY_SIZE:
        raise ParseError("the key is of another kind", expected="an Ed25519 key of 32 bytes")
    return name, key_id, key[1:]


def _check_key_id(stated: str, verifier: Verifier) -> None:
    if stated != verifier.key_id.hex():
        raise ParseError(
            "the id is not that of the key", expected=verifier.key_id.hex(), found=stated
        )


def is_name(text: str) -> bool:
    """Whether a key may have this name: not empty, without white space and plus signs."""
    return bool(_NAME.fullmatch(text)) and not _CONTROL.search(text) and _is_unicode(text)


def parse_note(text: str) -> Note:
    """Read a note of any signers. Raises ParseError or LimitExceeded; verifies nothing."""
    if not _is_unicode(text):
        raise ParseError("a note is UTF-8")
    if len(text.encode()) > MAX_NOTE_BYTES:
        raise LimitExceeded("the note is too long", expected=f"at most {MAX_NOTE_BYTES:,} bytes")
    signed, blank, below = text.rpartition("\n\n")
    if not blank or not below.endswith("\n"):
        raise ParseError(
            "this is no signed note", expected="text, an empty line, lines of signatures"
        )
    _check_text(f"{signed}\n")
    lines = below.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise LimitExceeded(
            "the note has too many signatures",
            expected=f"at most {MAX_SIGNATURES}",
            found=str(len(lines)),
        )
    return Note(f"{signed}\n", tuple(map(_parse_signature, lines)))


def _parse_signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_SIGNATURE_START).partition(" ")
    if not line.startswith(_SIGNATURE_START) or not is_name(name):
        raise ParseError("a line is no signature", expected="\u2014 NAME BASE64", found=line[:80])
    signature = _decode(encoded, "a signature")
    if len(signature) <= _KEY_ID_SIZE:
        raise ParseError("a signature is empty", found=line[:80])
    return NoteSignature(name, signature[:_KEY_ID_SIZE], signature[_KEY_ID_SIZE:])


def parse_tree_head(text: str) -> TreeHead:
    """Read the text of a checkpoint (tlog-checkpoint, Note text). Raises ParseError."""
    _check_text(text)
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or "" in lines:  # noqa: PLR2004  origin, size, root
        raise ParseError(
            "the note is no checkpoint", expected="at least three lines, none of them empty"
        )
    origin, size, encoded, *extensions = lines
    if not _DECIMAL.fullmatch(size) or int(size) > MAX_SIZE:
        raise ParseError(
            "the size is no number of leaves",
            expected=f"a decimal number up to {MAX_SIZE}",
            found=size[:40],
        )
    root = _decode(encoded, "the root hash")
    if len(root) != HASH_SIZE:
        raise ParseError(
            "the root hash has another length",
            expected=f"{HASH_SIZE} bytes",
            found=f"{len(root)} bytes",
        )
    return TreeHead(origin, int(size), root, tuple(extensions))


def _check_text(text: str) -> None:
    is_whole = text.endswith("\n") and _is_unicode(text) and not _CONTROL.search(text)
    if not is_whole or not text.strip("\n"):
        raise ParseError(
            "this cannot be the text of a note",
            expected="UTF-8 text that ends with a newline and has no other control character",
        )


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(encoded: str, what: str) -> bytes:
    """Standard base64 with its padding, in the only form that encoding gives (RFC 4648 §4)."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ParseError(f"{what} is not base64: {error}", expected="RFC 4648 §4") from error
    if _base64(raw) != encoded:
        raise ParseError(f"{what} is base64 in an unusual form", expected="RFC 4648 §4")
    return raw
