"""CBOR for tests: any value in its shortest form, and raw pieces where a test wants them odd."""

import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trustui.core.primitives.cbor import encode_bytes, encode_head, encode_text


@dataclass(frozen=True)
class Raw:
    """Bytes that stand as they are."""

    body: bytes


@dataclass(frozen=True)
class Tag:
    number: int
    value: Any


def encode(value: Any) -> bytes:  # noqa: C901  one case a kind of value
    match value:
        case Raw(body=body):
            return body
        case Tag(number=number, value=inner):
            return encode_head(6, number) + encode(inner)
        case bool() | None:
            return bytes([{False: 0xF4, True: 0xF5, None: 0xF6}[value]])
        case int():
            return encode_head(0, value) if value >= 0 else encode_head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case bytes():
            return encode_bytes(value)
        case str():
            return encode_text(value)
        case datetime():
            return encode(Tag(1, int(value.timestamp())))
        case list() | tuple():
            return encode_head(4, len(value)) + b"".join(encode(one) for one in value)
        case dict():
            pairs = (encode(name) + encode(one) for name, one in value.items())
            return encode_head(5, len(value)) + b"".join(pairs)
        case _:
            raise TypeError(type(value))
