"""How a delegation names target paths: globs and hash prefixes (TUF 1.0.34 §4.5, TAP 15)."""

import hashlib


def matches_glob(pattern: str, path: str) -> bool:
    """Tell whether a shell glob matches the whole path, case-sensitively.

    `*` and `?` never match `/` (§4.5). Each pair of components is matched in time proportional
    to the product of their lengths, however many stars a hostile pattern has.
    """
    pattern_parts, path_parts = pattern.split("/"), path.split("/")
    return len(pattern_parts) == len(path_parts) and all(
        _matches_component(glob, part) for glob, part in zip(pattern_parts, path_parts, strict=True)
    )


def _matches_component(glob: str, text: str) -> bool:
    """Greedy matching that goes back to the latest star only: no exponential search."""
    g = t = 0
    star, resume = -1, 0
    while t < len(text):
        if g < len(glob) and glob[g] == "*":
            star, resume = g, t
            g += 1
        elif g < len(glob) and (width := _match_one(glob, g, text[t])):
            g += width
            t += 1
        elif star >= 0:
            resume += 1
            g, t = star + 1, resume
        else:
            return False
    return all(char == "*" for char in glob[g:])


def _match_one(glob: str, start: int, char: str) -> int:
    """How many characters of the glob match this one character; 0 when they do not."""
    if glob[start] == "[":
        end = glob.find("]", start + 2 + (glob[start + 1 : start + 2] == "!"))
        if end > 0:
            return end + 1 - start if _in_class(glob[start + 1 : end], char) else 0
    return int(glob[start] in {"?", char})


def _in_class(members: str, char: str) -> bool:
    negated = members.startswith("!")
    rest = members[1:] if negated else members
    found = False
    while rest:
        if len(rest) > 2 and rest[1] == "-":  # noqa: PLR2004
            found = found or rest[0] <= char <= rest[2]
            rest = rest[3:]
        else:
            found = found or rest[0] == char
            rest = rest[1:]
    return found != negated


def path_hash(path: str) -> str:
    """SHA-256 of the target path, lower-case hex, as `path_hash_prefixes` and bins use it."""
    return hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()


def bin_number(path: str, bit_length: int) -> int:
    """The hash bin of a path: the first `bit_length` bits of its SHA-256 (TAP 15)."""
    return int(path_hash(path)[:8], 16) >> (32 - bit_length)


def bin_name(prefix: str, bit_length: int, number: int) -> str:
    """`prefix-hex`, padded to the width of the largest bin number (TAP 15)."""
    return f"{prefix}-{number:0{len(f'{(1 << bit_length) - 1:x}')}x}"
