"""One value inside of a JSON document by its pointer (RFC 6901)."""

import re

from trustui.core.primitives.canonical_json import JsonValue

_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)+")
_POSITION = re.compile(r"0|[1-9][0-9]{0,9}")


def is_pointer(text: str) -> bool:
    """Whether the text is a pointer to something inside of a document."""
    return _POINTER.fullmatch(text) is not None


def value_at(value: JsonValue, pointer: str) -> JsonValue:
    """What a pointer leads to. Raises LookupError where it leads to nothing."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value[name]
        elif isinstance(value, list) and _POSITION.fullmatch(name):
            value = value[int(name)]
        else:
            raise LookupError(name)
    return value
