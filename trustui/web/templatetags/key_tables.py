"""The rows of the tables of keys: what one key means to each role, and keys against roles.

Written by hand, as those of the long lists are. Whatever comes from metadata is escaped here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from trustui.pages.dates import day_words
from trustui.pages.key import RoleWorth, Signing, Worth
from trustui.pages.repository_keys import Cell, RepositoryKeysPage, Row
from trustui.web.markup import composed, escaped
from trustui.web.templatetags.addresses import linked
from trustui.web.templatetags.trust import (
    digest,
    name,
    plain,
    sign,
    stamp,
    state_word,
    thousands,
    threshold,
    when,
)

register = template.Library()

_NOTHING = SafeString()
_FEW = 3
"""Roles that a cell names."""


def _joined(rows: Iterable[SafeString]) -> SafeString:
    return SafeString("\n      ".join(rows))  # each is safe


# ---- what one key means to each role


@register.simple_tag(takes_context=True)
def worth_rows(context: template.Context, worth: Worth) -> SafeString:
    """Each role of a repository: what the key signed there, and what its loss or theft means."""
    now, query = context["moment"].at, str(context["moment_query"])
    return _joined(_role(one, worth.source_id, now, query) for one in worth.roles)


def _role(one: RoleWorth, source_id: int, now: datetime, query: str) -> SafeString:
    role = name(one.role)
    if one.role_id:
        role = linked("role", one.role, query, source_id, one.role_id)
    delegator = _NOTHING
    if one.delegator != "root":
        by = linked("role", one.delegator, query, source_id, one.delegator_id)
        delegator = composed('<span class="sub">by {}</span>', by)
    lost = _muted(one.if_lost)
    if one.lost_sign != "none":
        lost = state_word(one.lost_sign, one.if_lost)
    stolen = name(one.if_stolen)
    if one.stolen_sign == "bad":
        stolen = state_word("bad", one.if_stolen)
    return composed(
        _ROLE, role, delegator, threshold(one.threshold, one.keys), _signing(one, now), lost, stolen
    )


_ROLE = """<tr>
        <th scope="row" data-label="Role">{}{}</th>
        <td data-label="Threshold">{}</td>
        <td data-label="Signatures seen">{}</td>
        <td data-label="If lost">{}</td>
        <td data-label="If stolen">{}</td>
      </tr>"""


def _signing(one: RoleWorth, now: datetime) -> SafeString:
    if one.signing is not None:
        return _signed(one.signing, now)
    if one.is_held:
        return _NONE_YET if one.role_id else _SEE_BELOW
    return _NOT_LISTED


def _muted(text: str) -> SafeString:
    return composed('<span class="muted">{}</span>', escaped(text))


_NONE_YET, _SEE_BELOW, _NOT_LISTED = map(_muted, ("none yet", "see below", "not listed there"))


def _signed(told: Signing, now: datetime) -> SafeString:
    return composed(
        _SINCE,
        escaped(stamp(told.since)), escaped(day_words(told.since)),
        escaped(thousands(told.documents)), SafeString("" if told.documents == 1 else "s"),
        when(told.newest, now),
    )  # fmt: skip


_SINCE = 'since <time datetime="{}">{}</time><span class="sub">{} document{}, the newest {}</span>'


# ---- the keys of one repository against its roles


@register.simple_tag(takes_context=True)
def repository_key_rows(context: template.Context, page: RepositoryKeysPage) -> SafeString:
    """Each key: whether it signs for each role, and which roles need it or fall with it."""
    keys, query = reverse("keys"), str(context["moment_query"])
    labels = [escaped(plain(one.role)) for one in page.columns]
    return _joined(_key(one, labels, keys, query) for one in page.rows)


def _key(one: Row, labels: Sequence[SafeString], keys: str, query: str) -> SafeString:
    owner = _NOTHING
    if one.owner:
        owner = composed('<span class="key-name">{}</span> ', name(one.owner))
    href = f"{keys}{one.fingerprint}/{query}" if one.fingerprint else ""
    cells = "".join(map(_cell, labels, one.cells))
    return composed(
        _KEY,
        owner,
        digest(one.keyid, href),
        _kind(one),
        SafeString(cells),  # each is safe
        _lost(one),
        _stolen(one),
    )


_KEY = """<tr>
        <th scope="row" data-label="Key">{}{}<span class="sub">{}</span></th>
        {}
        <td data-label="If lost">{}</td>
        <td data-label="If stolen">{}</td>
      </tr>"""


def _kind(one: Row) -> SafeString:
    told = name(one.keytype)
    if not one.fingerprint:
        told += SafeString(", cannot be read")
    if one.ids > 1:
        told += composed(", {} ids", escaped(thousands(one.ids)))
    return told if one.roles else told + SafeString(", in no role")


def _cell(label: SafeString, one: Cell) -> SafeString:
    if not one.word:
        return composed('<td data-label="{}" class="cell"></td>', label)
    return composed(_CELL, label, sign(one.sign, one.word), escaped(one.word))


_CELL = (
    '<td data-label="{}" class="cell">{}<span class="cell-word" aria-hidden="true">{}</span></td>'
)


def _lost(one: Row) -> SafeString:
    if one.lost:
        return composed('<span class="is-bad">nobody can sign {}</span>', _names(one.lost))
    return _ALL_CAN_SIGN if one.roles else _NOT_AFFECTED


def _stolen(one: Row) -> SafeString:
    if one.takes_all:
        return _EVERYTHING
    if one.stolen:
        return composed('<span class="is-bad">the thief has {}</span>', _names(one.stolen))
    return _NOTHING_ALONE


_ALL_CAN_SIGN, _NOT_AFFECTED = _muted("all can still be signed"), _muted("not affected")
_EVERYTHING = SafeString('<span class="is-bad">the thief has everything</span>')
_NOTHING_ALONE = _muted("nothing alone")


def _names(roles: Sequence[str]) -> SafeString:
    told = SafeString(", ".join(map(name, roles[:_FEW])))  # each is safe
    if len(roles) <= _FEW:
        return told
    return composed("{} and {} more", told, escaped(thousands(len(roles) - _FEW)))
