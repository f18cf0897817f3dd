"""The components as template tags: one template and one stylesheet each (`templates/components`).

Names and paths from metadata are hostile text: `name` and `digest` make control and bidi
characters visible and isolate what is left; nothing here is marked safe that came from outside.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.templatetags.static import static
from django.utils.safestring import SafeString

from trustui.core.primitives.instants import write_instant
from trustui.core.primitives.text import visible, with_short_digests
from trustui.core.trace import TrustState
from trustui.crawl.registry import title_of
from trustui.pages.components import ChangeLine, Fact, Field, Progress, StepGroup
from trustui.pages.dates import day_words, instant_words, minute_words
from trustui.pages.words import State, age, ago, state_of
from trustui.web.markup import filled, joined

register = template.Library()

STYLESHEETS = (
    "tokens", "base",
    "components/frame", "components/entrance", "components/lines", "components/button", "components/card", "components/state",
    "components/facts", "components/table", "components/tree", "components/identifier", "components/waterfall",
    "components/diff", "components/form", "components/message", "components/picture", "components/timeline",
    "components/overview", "components/menu", "components/findings", "components/keys",
    "components/report", "components/images",
    "pages", "print",
)  # fmt: skip
"""In the order in which they are linked; `tokens` gives the order of the layers."""

SHOWN = 500
"""Characters of a name that a page shows."""

_PIECES = re.compile(
    r"\s+|[^\s/@,]+,(?=[A-Za-z]+=)|\w[\w+.-]*://[^\s/@]*/*|@[^\s@]{1,40}(?!\S)|[^\s/@]*/+|@?[^\s/@]+|@"
)
_HAS_PIECES = re.compile(r"[/@]|,[A-Za-z]+=")
_BREAKS = re.compile(r"[-/@]|,$")
"""Pieces of texts with addresses or distinguished names; where browsers would break them."""
_SHORTENED = re.compile(r"((?:sha\d+[:-])?[0-9a-f]{8}…[0-9a-f]{4})")
"""A digest as `short_digests` leaves it; browsers would break it after its dots."""

_FEW, _MANY = 512, 4_096
"""Pieces of mark-up that are kept: of shapes with their words; of names, which rows repeat."""


@register.simple_tag
@cache
def stylesheets() -> SafeString:
    """A link for each stylesheet."""
    return joined(
        "\n",
        '<link rel="stylesheet" href="{}">',
        ((static(f"css/{name}.css"),) for name in STYLESHEETS),
    )


@register.simple_tag
@lru_cache(maxsize=_FEW)
def sign(shape: str, label: str = "") -> SafeString:
    """The shape of a state; `label` is read aloud where no word stands beside it."""
    href = f"{static('img/signs.svg')}#{shape}"
    kind = f" is-{shape}" if shape in {"ok", "soon", "bad", "unknown", "none", "moot"} else ""
    if label:
        return filled(
            '<svg class="state-sign{}" role="img" aria-label="{}"><use href="{}"/></svg>',
            kind, label, href,
        )  # fmt: skip
    return filled('<svg class="state-sign{}" aria-hidden="true"><use href="{}"/></svg>', kind, href)


@register.simple_tag
def state(trust_state: "TrustState | State | str | None") -> SafeString:
    """Shape, word and colour of a trust state."""
    shown = trust_state if isinstance(trust_state, State) else state_of(trust_state)
    return _in_state(shown.sign, shown.word)


@register.simple_tag
def state_word(shape: str, word: object) -> SafeString:
    """A state in words of its own, such as "root v3 pinned", with the shape and colour of `shape`."""
    return _in_state(shape, str(word), is_foreign=True)


@lru_cache(maxsize=_FEW)
def _in_state(shape: str, word: str, *, is_foreign: bool = False) -> SafeString:
    return filled(
        '<span class="state is-{}">{}<span class="state-word">{}</span></span>',
        shape, sign(shape), name(word) if is_foreign else word,
    )  # fmt: skip


@register.filter
def left(count: int) -> str:
    """`8 left`, `none left`."""
    return f"{count:,} left" if count else "none left"


@register.inclusion_tag("components/empty.html")
def empty_state(what: str, then: str = "", href: str = "", act: str = "") -> dict[str, object]:
    """An empty page or list: what would be here, and the one thing to do."""
    return {"what": plain(what), "then": plain(then), "href": href, "act": act}


@register.filter
def name(text: object) -> SafeString:
    """A name from metadata: odd characters visible, direction isolated, cut when endless."""
    return _isolated(str(text))


@lru_cache(maxsize=_MANY)
def _isolated(text: str) -> SafeString:
    return filled("<bdi>{}</bdi>", _unbroken(visible(text, SHOWN)))


def _unbroken(text: str) -> str:
    """The same, with each shortened digest on one line; escaped where it is mark-up already."""
    if "…" not in text:
        return text
    between = _SHORTENED.split(text)
    pairs = zip(between[::2], [*between[1::2], ""], strict=True)
    return joined(
        "",
        "{}{}",
        ((one, filled('<span class="unbroken">{}</span>', short) if short else "") for one, short in pairs),
    )  # fmt: skip


@register.filter
def address(text: object) -> SafeString:
    """As `name`, for what holds addresses or distinguished names: lines break between their pieces."""
    told = str(text)
    return _in_pieces(told) if _HAS_PIECES.search(told) else _isolated(told)


@lru_cache(maxsize=_MANY)
def _in_pieces(text: str) -> SafeString:
    pieces = _PIECES.findall(visible(text, SHOWN))
    return filled("<bdi>{}</bdi>", joined("", "{}", ((_piece(one),) for one in pieces)))


def _piece(text: str) -> str:
    if not _BREAKS.search(text):
        return _unbroken(text)
    scheme, slashes, rest = text.partition("://")
    if slashes and rest:
        return filled('<span class="piece">{}://<wbr>{}</span>', scheme, rest)
    return filled('<span class="piece">{}</span>', text)


@register.filter
def place_kind(name_of_kind: str) -> str:
    """`OCI layout`: a kind of source as people call it."""
    return title_of(name_of_kind)


@register.filter
def excerpt(text: str) -> str:
    """Lines of a document: each made visible, the breaks between them kept."""
    return "\n".join(visible(line, SHOWN) for line in text.split("\n"))


@register.filter
def plain(text: object) -> str:
    """As `name`, for attributes and titles: without the mark-up that isolates direction."""
    return visible(str(text), SHOWN)


@register.simple_tag
@lru_cache(maxsize=_MANY, typed=True)
def digest(hexadecimal: str, href: str = "", *, whole: bool = False) -> SafeString:
    """A digest or key id, shortened in the middle; the whole is in its title and can be copied."""
    text = visible(str(hexadecimal), SHOWN)
    short = text if whole or len(text) <= _SHORT else f"{text[:8]}…{text[-4:]}"
    inner = (
        filled('<a href="{}" title="{}">{}</a>', href, text, short)
        if href
        else filled('<span title="{}">{}</span>', text, short)
    )
    return filled(
        '<span class="digest">{}<button class="digest-copy" type="button" data-copy="{}" '
        'aria-label="Copy {}" hidden>copy</button></span>',
        inner, text, short,
    )  # fmt: skip


_SHORT = 16


@register.filter
def short_digests(text: str) -> str:
    """A sentence with its digests and key ids as `digest` shows them; foreign text still."""
    return with_short_digests(text)


@register.filter
def instant(at: datetime | None) -> str:
    """`20 Nov 2026 12:00 UTC`."""
    return "" if at is None else instant_words(at)


@register.filter
def short_instant(at: datetime) -> str:
    """`20 Nov 12:00 UTC`, where the year is plain or stands elsewhere."""
    return f"{minute_words(at)} UTC"


@register.filter
def stamp(at: datetime | None) -> str:
    """As `datetime` attributes and JSON write it."""
    return "" if at is None else write_instant(at)


@register.simple_tag
def when(at: datetime | None, now: datetime) -> SafeString:
    """An instant for people: how far away, with the exact time in its title."""
    if at is None:
        return filled('<span class="muted">{}</span>', "never")
    return _time(write_instant(at), instant(at), ago(at, now))


@lru_cache(maxsize=_MANY)
def _time(written: str, exact: str, told: str) -> SafeString:
    return filled('<time datetime="{}" title="{}">{}</time>', written, exact, told)


@register.simple_tag
def expiry(expires_at: datetime | None, now: datetime) -> SafeString:
    """When something expires: the date, and how far away that is."""
    if expires_at is None:
        return filled('<span class="muted">{}</span>', "not stated")
    lapsed = expires_at <= now
    told = f"expired {ago(expires_at, now)}" if lapsed else ago(expires_at, now)
    day = day_words(expires_at)
    return _expiry(write_instant(expires_at), day, told, lapsed=lapsed)


@lru_cache(maxsize=_MANY)
def _expiry(written: str, day: str, told: str, *, lapsed: bool) -> SafeString:
    return filled(
        '<span class="expiry"><time datetime="{}">{}</time><span class="when{}">{}</span></span>',
        written, day, " is-bad" if lapsed else "", told,
    )  # fmt: skip


@register.filter
def span(begins: datetime, ends: datetime) -> str:
    """The time between two instants in one unit."""
    return age(ends - begins)


@register.filter
def thousands(number: float) -> str:
    """`41,870`."""
    return f"{number:,}"


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """This page's query string with some parameters changed; None and "" drop one."""
    request = context["request"]
    pairs = {key: request.GET.getlist(key) for key in request.GET}
    pairs.pop("page", None)
    for key, value in changes.items():
        pairs.pop(key, None)
        if value not in {None, ""}:
            pairs[key] = [str(value)]
    text = urlencode(pairs, doseq=True)
    return f"?{text}" if text else request.path


# ---- identifiers


@register.simple_tag
def key(fingerprint: str, label: str = "", keytype: str = "", href: str = "") -> SafeString:
    """A key: its label where it has one, its type, and how its fingerprint begins."""
    short = digest(fingerprint, href)
    told = filled('<span class="key-name">{}</span> ', name(label)) if label else ""
    kind = filled(' <span class="muted">{}</span>', visible(keytype, SHOWN)) if keytype else ""
    return filled('<span class="key">{}{}{}</span>', told, short, kind)


@register.simple_tag
def identity(subject: str, issuer: str = "") -> SafeString:
    """Who signed, as the certificate names it, and who says so."""
    said = filled(' <span class="muted">says {}</span>', address(issuer)) if issuer else ""
    return filled(
        '<span class="identity"><span class="mono">{}</span>{}</span>', address(subject), said
    )


@register.simple_tag
def threshold(needed: int, keys: int, signed: int | None = None) -> SafeString:
    """`2 of 3`: so many of the keys have to sign; and how many did, where that is known."""
    whole = filled(
        '<span class="threshold"><b>{}</b> of {}</span>', thousands(needed), thousands(keys)
    )
    if signed is None:
        return whole
    met = signed >= needed
    return filled(
        '{}<span class="sub{}">{}</span>', whole, "" if met else " is-bad",
        f"{signed:,} signed" if met else f"{signed:,} signed, {needed - signed:,} missing",
    )  # fmt: skip


@register.simple_tag
def life(share: float | None, shape: str, words: str = "") -> SafeString:
    """How much of a lifetime is left, 0 to 1; nothing where its beginning is not known.

    A life that is over is a full bar, as it is in the pictures: an empty one would hide it.
    """
    if share is None:
        return SafeString()
    return filled(
        '<progress class="life is-{}" max="100" value="{}" aria-label="{}"></progress>',
        shape, round(100 * min(1.0, share)) if share > 0 else 100, words or "share of the lifetime left",
    )  # fmt: skip


# ---- blocks


@register.inclusion_tag("components/change.html")
def change(line: ChangeLine) -> dict[str, object]:
    """One change of trust."""
    return {"line": line}


@register.inclusion_tag("components/waterfall.html")
def waterfall(groups: Sequence[StepGroup], first: int | None = None) -> dict[str, object]:
    """All steps of a verification; the one numbered `first` stands open."""
    return {"groups": groups, "first": first}


@register.inclusion_tag("components/facts.html")
def facts(values: Sequence[Fact]) -> dict[str, object]:
    """Four facts side by side."""
    return {"facts": values}


@register.inclusion_tag("components/filter.html", takes_context=True)
def filter_bar(
    context: template.Context, fields: Sequence[Field], target: str = "", rows: object = True
) -> dict[str, object]:
    """A form that narrows a list, in the address; with `target` the list alone is loaded anew.

    Without `rows` there is nothing to narrow: it stands there only when a choice hides them.
    """
    request = context["request"]
    named = {field.name for field in fields}
    kept = [
        (key, value)
        for key in request.GET
        if key not in named | {"after"}
        for value in request.GET.getlist(key)
    ]
    is_narrowed = any(field.value for field in fields)
    return {
        "fields": fields,
        "kept": kept,
        "target": target,
        "path": request.path,
        "is_narrowed": is_narrowed,
        "is_needed": bool(rows) or is_narrowed or "after" in request.GET,
    }


@register.simple_tag
@lru_cache(maxsize=_FEW)
def options(field: Field) -> SafeString:
    """The choices of a field of a filter, which may be hundreds of sources."""
    return joined(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, SafeString(" selected") if value == field.value else "", word)
            for value, word in field.options
        ),
    )


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: template.Context, after: str | None, shown: str = "") -> dict[str, object]:
    """Beneath a list: what is shown, and the way to the rows after it."""
    is_later = bool(context["request"].GET.get("after"))
    return {
        "shown": shown,
        "first": query(context, after=None) if is_later else "",
        "next": query(context, after=after) if after else "",
    }


@register.inclusion_tag("components/progress.html")
def progress(value: Progress, now: datetime) -> dict[str, object]:
    """Work that goes on."""
    return {"progress": value, "now": now}


@register.simple_block_tag(end_name="endnotice")
def notice(content: SafeString, shape: str = "none", *, is_alert: bool = False) -> SafeString:
    """Something to know before reading on: stale, partial, wrong."""
    return filled(
        '<div class="notice is-{}" role="{}">{}<div>{}</div></div>',
        shape, "alert" if is_alert else "note", sign(shape), content,
    )  # fmt: skip


@register.simple_block_tag(end_name="enddialog")
def dialog(content: SafeString, dialog_id: str, title: str) -> SafeString:
    """Opened by a button with `data-opens`; without script the button leads to a page instead."""
    return filled(
        '<dialog id="{}" aria-labelledby="{}-title"><h2 id="{}-title">{}</h2>{}</dialog>',
        dialog_id, dialog_id, dialog_id, name(title), content,
    )  # fmt: skip


# ---- forms


@register.inclusion_tag("components/field.html")
def form_field(
    field: forms.BoundField, label: str = "", hint: str = "", *, autofocus: bool = False
) -> dict[str, object]:
    """One field of a form: its label, what is expected, what is wrong with it."""
    attributes: dict[str, Any] = {"placeholder": False, "autofocus": autofocus}
    return {
        "field": field,
        "widget": field.as_widget(attrs=attributes),
        "label": label or field.label,
        "hint": hint or field.help_text,
        "is_choice": isinstance(field.field.widget, forms.CheckboxInput),
    }


@register.inclusion_tag("components/problems.html")
def form_problems(form: forms.BaseForm) -> dict[str, object]:
    """What is wrong with a form as a whole, or with what nobody typed."""
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    return {"problems": [*form.non_field_errors(), *hidden]}
