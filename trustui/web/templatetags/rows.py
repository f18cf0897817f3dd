"""The rows of the long lists: sources, keys and what they sign, findings and events.

Written by hand, as the shapes of the timeline are: fifty rows of six cells cost a template more
time than the list costs the database. Whatever comes from metadata is escaped here.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from trustui.core.primitives.text import counted
from trustui.inventory.listing import Signed
from trustui.pages.events import EventLine
from trustui.pages.events import EventsPage as Events
from trustui.pages.findings import FindingsPage as Findings
from trustui.pages.findings import Line as Finding
from trustui.pages.images.shares import Share
from trustui.pages.keys import KeysPage as Keys
from trustui.pages.keys import Line as Key
from trustui.pages.listed_keys import Use
from trustui.pages.moment import Moment
from trustui.pages.sources import Line as Source
from trustui.pages.sources import SourcesPage as Sources
from trustui.web.markup import composed, escaped, filled
from trustui.web.templatetags.accepting import acceptance, tick
from trustui.web.templatetags.addresses import help_linked, linked
from trustui.web.templatetags.trust import (
    address,
    digest,
    expiry,
    instant,
    name,
    place_kind,
    short_digests,
    short_instant,
    span,
    state,
    state_word,
    thousands,
    when,
)

register = template.Library()

_NOTHING = SafeString()


def _joined(rows: Iterable[SafeString]) -> SafeString:
    return SafeString("\n    ".join(rows))  # each is safe


def _instant(at: datetime) -> SafeString:
    return SafeString(instant(at))  # our digits and letters


def _sub(text: SafeString) -> SafeString:
    return composed('<span class="sub">{}</span>', text)


# ---- sources


@register.simple_tag(takes_context=True)
def source_rows(context: template.Context, page: Sources) -> SafeString:
    """Each source: how it stands, since when, and what its newest crawl found."""
    moment, query = context["moment"], str(context["moment_query"])
    return _joined(_source(one, moment, query) for one in page.lines)


def _source(one: Source, moment: Moment, query: str) -> SafeString:
    since = _NOTHING
    if one.since is not None:
        ended = escaped(short_instant(one.since))
        since = composed("{}{}", escaped(span(one.since, moment.at)), _sub(ended))
    crawled = _NOTHING
    if one.crawl_word:
        crawled = _crawled(one.crawl_word, is_bad=one.is_silent)
    return composed(
        _SOURCE,
        linked("source", one.name, query, one.source_id), name(one.location),
        state(one.state), _of_tags(one), since, when(one.crawled_at, moment.at), crawled,
        escaped(place_kind(one.kind)), name(one.team),
    )  # fmt: skip


_SOURCE = """<tr>
      <th scope="row" data-label="Source">{}<span class="sub mono is-long">{}</span></th>
      <td data-label="State">{}{}</td>
      <td data-label="Since">{}</td>
      <td data-label="Newest crawl">{}{}</td>
      <td data-label="Kind">{}</td>
      <td data-label="Team">{}</td>
    </tr>"""


def _crawled(word: str, *, is_bad: bool) -> SafeString:
    return filled('<span class="{}">{}</span>', "sub is-bad" if is_bad else "sub", word)


def _of_tags(one: Source) -> SafeString:
    if one.tags is not None:
        return _sub(escaped(_beside(one.tags)))
    return _NOTHING if one.has_anchor else _NO_ROOT


def _beside(tags: Share) -> str:
    """What the word of the state leaves open."""
    if tags.failing or tags.unknown or tags.trusted == tags.all:
        return f"{tags.trusted:,} of {counted(tags.all, 'tag')} trusted"
    unsigned = tags.all - tags.signed
    return f"{counted(unsigned or tags.all - tags.trusted, 'tag')} not {'signed' if unsigned else 'trusted'}"


_NO_ROOT = _sub(SafeString("no root pinned"))


# ---- keys


@register.simple_tag(takes_context=True)
def key_rows(context: template.Context, page: Keys) -> SafeString:
    """Each key: what it may sign, where, and what about it is worth a look."""
    keys, query = reverse("keys"), str(context["moment_query"])
    return _joined(_key(one, keys, query) for one in page.lines)


def _key(one: Key, keys: str, query: str) -> SafeString:
    owner = _NOTHING
    if one.owner:
        owner = composed('<span class="key-name">{}</span> ', name(one.owner))
    kind = name(one.keytype)
    if one.scheme != one.keytype:
        kind = composed("{}, {}", kind, name(one.scheme))
    return composed(
        _KEY,
        owner, digest(one.fingerprint, f"{keys}{one.fingerprint}/{query}"), kind,
        _roles(one), _where(one, query), _worth_a_look(one),
    )  # fmt: skip


_KEY = """<tr>
      <th scope="row" data-label="Key">{}{}<span class="sub">{}</span></th>
      <td data-label="May sign now">{}</td>
      <td data-label="Where">{}</td>
      <td data-label="Worth a look">{}</td>
    </tr>"""


def _more(count: int) -> SafeString:
    return filled(' <span class="muted">and {} more</span>', thousands(count))


def _roles(one: Key) -> SafeString:
    if not one.roles:
        return _NO_ROLE
    told = SafeString(", ".join(map(name, one.roles)))  # each is safe
    return told + _more(one.more_roles) if one.more_roles else told


_NO_ROLE = SafeString('<span class="muted">no role</span>')


def _where(one: Key, query: str) -> SafeString:
    if one.source_id:
        return linked("repository-keys", one.source, query, one.source_id)
    return name(one.source) + _more(one.sources - 1)


def _worth_a_look(one: Key) -> SafeString:
    told = _NOTHING
    if one.sources > 1:
        told += SafeString('<span class="badge is-soon">shared</span> ')
    if one.ids > 1:
        told += filled('<span class="badge is-soon">{} ids</span> ', thousands(one.ids))
    if one.is_unused:
        told += SafeString('<span class="badge">no signature seen</span>')
    return told


# ---- what one key may sign, and did


@register.simple_tag(takes_context=True)
def use_rows(context: template.Context, uses: Sequence[Use]) -> SafeString:
    """Each role that a key may sign, and who delegates it."""
    sources, query = reverse("sources"), str(context["moment_query"])
    return _joined(_use(one, f"{sources}{one.source_id}/", query) for one in uses)


def _use(one: Use, place: str, query: str) -> SafeString:
    role = name(one.role)
    if one.role_id:
        role = _to(f"{place}roles/{one.role_id}/{query}", role)
    told = "".join(f"{digest(keyid)} " for keyid in one.keyids)
    if len(one.keyids) > 1:
        told += '<span class="badge is-soon">several ids</span>'
    return composed(
        _USE,
        role, _to(f"{place}{query}", name(one.source)),
        _to(f"{place}roles/{one.delegator_id}/{query}", name(one.delegator)),
        name(one.threshold), escaped(thousands(one.keys)), SafeString(told),  # digests and a badge
    )  # fmt: skip


_USE = """<tr>
        <th scope="row" data-label="Role">{}</th>
        <td data-label="Source">{}</td>
        <td data-label="Delegated by">{}</td>
        <td data-label="Threshold"><span class="threshold"><b>{}</b> of {}</span></td>
        <td data-label="Under the id">{}</td>
      </tr>"""


@register.simple_tag(takes_context=True)
def signed_rows(context: template.Context, signed: Sequence[Signed]) -> SafeString:
    """Each document that bears a signature of a key."""
    moment, query = context["moment"], str(context["moment_query"])
    sources = reverse("sources")
    return _joined(_signed(one, f"{sources}{one.source_id}/", moment, query) for one in signed)


def _signed(one: Signed, place: str, moment: Moment, query: str) -> SafeString:
    return composed(
        _SIGNED,
        _to(f"{place}roles/{one.role_id}/{query}", name(one.role)), name(one.version),
        _EMPTY if one.is_empty else _NOTHING, _to(f"{place}{query}", name(one.source)),
        when(one.first_seen_at, moment.at), _instant(one.first_seen_at),
        expiry(one.expires_at, moment.valid_at), digest(one.keyid),
    )  # fmt: skip


_EMPTY = SafeString(' <span class="badge is-unknown">empty signature</span>')
_SIGNED = """<tr>
        <th scope="row" data-label="Document">{} version {}{}</th>
        <td data-label="Source">{}</td>
        <td data-label="First seen">{}<span class="sub">{}</span></td>
        <td data-label="Expires">{}</td>
        <td data-label="Under the id">{}</td>
      </tr>"""


def _to(address: str, told: SafeString) -> SafeString:
    """A link; the address is ours, of numbers, digests and instants."""
    return composed('<a href="{}">{}</a>', escaped(address), told)


# ---- findings


@register.simple_tag(takes_context=True)
def finding_rows(context: template.Context, page: Findings, ticked: Collection[str]) -> SafeString:
    """Each finding, with a box to tick it by where one of them may be accepted."""
    moment, query = context["moment"], str(context["moment_query"])
    box = '<td class="tick-cell">{}</td>' if page.may_accept else ""
    return _joined(
        _finding(one, moment, query, composed(box, tick(one, ticked))) for one in page.lines
    )


def _finding(one: Finding, moment: Moment, query: str, box: SafeString) -> SafeString:
    title = help_linked(one.check, one.title, "", query) if one.has_help else name(one.title)
    clause = help_linked(one.check, one.clause, "sub clause", query) if one.clause else _NOTHING
    ended = _NOTHING
    if one.ended_at is not None:
        ended = _sub(composed("repaired {}", _instant(one.ended_at)))
    return composed(
        _FINDING,
        box, title, name(short_digests(one.because)),
        _NOTHING if one.accepted is None else acceptance(one.accepted), clause,
        state_word(one.sign, one.severity), linked("repository", one.source, query, one.source_id),
        address(short_digests(one.on)), when(one.since, moment.at), _instant(one.since), ended,
    )  # fmt: skip


_FINDING = """<tr>
      {}
      <th scope="row" data-label="Finding"><span>{}<span class="found">{}</span>{}{}</span></th>
      <td data-label="Severity">{}</td>
      <td data-label="Source">{}</td>
      <td data-label="About">{}</td>
      <td data-label="First seen">{}<span class="sub">{}</span>{}</td>
    </tr>"""


# ---- events


@register.simple_tag(takes_context=True)
def event_rows(context: template.Context, page: Events) -> SafeString:
    """Each event: when, what, who, and its place in the log."""
    moment, query = context["moment"], str(context["moment_query"])
    return _joined(_event(one, moment, query) for one in page.lines)


def _event(one: EventLine, moment: Moment, query: str) -> SafeString:
    note = composed("<br>{}", name(short_digests(one.note))) if one.note else _NOTHING
    reason = composed(", because {}", name(one.reason)) if one.reason else _NOTHING
    who = "<b>{}</b>" if one.is_person else '<span class="muted">{}</span>'
    place = _NOTHING
    if one.source_id:
        place = linked("repository", one.source, query, one.source_id)
    return composed(
        _EVENT,
        when(one.at, moment.at), _instant(one.at),
        linked("event", short_digests(one.sentence), query, one.event_id), note,
        escaped(one.kind), reason, composed(who, name(one.actor)), place,
        _NOT_SEALED if one.position is None else escaped(f"{one.position:,}"),
    )  # fmt: skip


_NOT_SEALED = SafeString('<span class="muted">not sealed</span>')
_EVENT = """<tr>
    <td data-label="When">{}<span class="sub">{}</span></td>
    <th scope="row" data-label="What"><span>{}{}<span class="sub"><code>{}</code>{}</span></span></th>
    <td data-label="Who">{}</td>
    <td data-label="Source">{}</td>
    <td data-label="Position" class="number">{}</td>
  </tr>"""
