"""The bytes in question: the members of a document that a check is about, as its JSON has them."""

import json
from itertools import islice

from trustui.core.primitives.text import visible
from trustui.pages.facts import SIGNATURES
from trustui.verdicts.answers import FRESH, AnswerStep

LONGEST = 4 * 1024 * 1024
"""Bytes of a document that an excerpt is made of; larger ones are read on their own page."""
MAX_LINES = 12
_VALUE = 160
_LONG = 24


def excerpt(step: AnswerStep, body: bytes) -> str:
    """A few lines; empty where nothing of the document can be shown."""
    document = _read(body)
    signed = document.get("signed")
    if not isinstance(signed, dict):
        return visible(body[:400].decode("utf-8", "replace"), 400)
    head = [_line(name, signed[name]) for name in ("_type", "version") if name in signed]
    lines = [", ".join(head)] if head else []
    if FRESH & step.parts:
        lines += [_line("expires", signed.get("expires"))]
    elif SIGNATURES & step.parts:
        lines += _signatures(document.get("signatures"))
    else:
        lines += [
            _line(name, signed[name]) for name in ("spec_version", "expires") if name in signed
        ]
        lines += _meta(signed.get("meta"))
    return "\n".join(lines[:MAX_LINES])


def _read(body: bytes) -> dict[str, object]:
    if len(body) > LONGEST:
        return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _line(name: str, value: object) -> str:
    return f'"{name}": {visible(json.dumps(value, ensure_ascii=False), _VALUE)}'


def _meta(meta: object) -> list[str]:
    if not isinstance(meta, dict):
        return []
    few = list(islice(meta.items(), MAX_LINES // 2))
    lines = [f"  {_line(str(name), value)}" for name, value in few]
    more = [f"  and {len(meta) - len(few):,} more"] if len(meta) > len(few) else []
    return ['"meta":', *lines, *more]


def _signatures(signatures: object) -> list[str]:
    if not isinstance(signatures, list):
        return []
    told = [one for one in signatures if isinstance(one, dict)]
    lines = [
        f"  {_line('keyid', _short(one.get('keyid')))}, {_line('sig', _short(one.get('sig')))}"
        for one in told[: MAX_LINES - 2]
    ]
    return [f'"signatures": {len(told):,}', *lines]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONG else f"{text[:16]}…{text[-4:]}"
