"""Across sources: expiries, keys, findings, search, and the texts of checks."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trustui.accounts.permissions import Act
from trustui.api.asking import Ask
from trustui.api.operations import acts, reads
from trustui.api.problems import Kind, Refused, Wrong
from trustui.api.questions import AtQuery, Body, ListQuery, LongText, Number, Query
from trustui.core.primitives.text import visible
from trustui.pages import expiries as expiry_pages
from trustui.pages import findings as finding_pages
from trustui.pages import keys as key_pages
from trustui.pages.due import Asked, asked_of, of_source
from trustui.pages.expiries import ExpiriesPage
from trustui.pages.findings import FindingsPage
from trustui.pages.help import CheckHelp, HelpIndex, check_help, help_index
from trustui.pages.key import KeyPage
from trustui.pages.key import key as key_page
from trustui.pages.keys import KeysPage
from trustui.pages.search import LONGEST, SearchPage
from trustui.pages.search import search as search_page
from trustui.pages.timeline import TimelinePage
from trustui.pages.timeline import timeline as timeline_page
from trustui.verdicts.accepting import MOST_AT_ONCE
from trustui.verdicts.accepting import accept as accept_findings
from trustui.verdicts.accepting import reopen as reopen_findings
from trustui.verdicts.models import Finding


class ExpiriesQuery(ListQuery, frozen=True, kw_only=True):
    """What expires: in a window of days, or between two days of UTC, both counted in."""

    kind: Annotated[
        Literal["", "role", "certificate", "trusted_root", "signature", "revocation_list"],
        Meta(
            description="Documents of roles, certificates in trust material, windows of trusted roots,"
            " signatures on images, revocation lists; empty: all but the last. Of one source what it has."
        ),
    ] = ""
    window: Literal["overdue", "1", "7", "14", "28", "90", "later", "all"] = "7"
    since: Annotated[str, Meta(max_length=40, description="From this day, 2026-06-01.")] = ""
    until: Annotated[str, Meta(max_length=40, description="To this day.")] = ""
    team: Number | None = None
    source: Annotated[
        str, Meta(max_length=200, description="In the name of the source or material.")
    ] = ""
    role: Annotated[str, Meta(max_length=200, description="How the role's name begins.")] = ""


class TimelineQuery(ExpiriesQuery, frozen=True, kw_only=True):
    """The same; of one repository all of them, unless a window is named."""

    window: Literal["overdue", "1", "7", "14", "28", "90", "later", "all"] = "all"


def _asked(asked: ExpiriesQuery) -> Asked:
    """Raises AskedError."""
    given = {
        "window": asked.window,
        "from": asked.since,
        "to": asked.until,
        "team": "" if asked.team is None else str(asked.team),
        "source": asked.source,
        "role": asked.role,
        "kind": asked.kind,
    }
    return asked_of(given, asked.window)


@reads(ExpiriesPage, ExpiriesQuery)
def expiries(ask: Ask[ExpiriesQuery, None]) -> ExpiriesPage:
    """What expires when, the first to expire first: served documents, trust material, signatures."""
    asked = ask.query
    return expiry_pages.expiries(
        ask.viewer, ask.moment, after=asked.after, size=asked.size, asked=_asked(asked)
    )


@reads(TimelinePage, TimelineQuery)
def timeline(ask: Ask[TimelineQuery, None], source_id: int) -> TimelinePage | None:
    """The lives of the documents of a repository, also as a picture in whole units."""
    asked = ask.query
    wanted = of_source(_asked(asked), source_id)
    return timeline_page(ask.viewer, ask.moment, wanted, asked.after, asked.size)


class KeysQuery(ListQuery, frozen=True, kw_only=True):
    """Which keys."""

    kind: Annotated[
        Literal["", "top", "shared", "aliased", "unused", "retired"],
        Meta(
            description="For a top-level role, in several sources, under several ids, never used,"
            " in no role now."
        ),
    ] = ""
    sort: Annotated[
        Literal["", "fingerprint"],
        Meta(description="Most important roles first, where they are few enough; or so."),
    ] = ""
    source: Annotated[Number, Meta(description="That metadata of this source names.")] | None = None
    text: Annotated[
        str, Meta(max_length=200, description="How a fingerprint or a key id begins.")
    ] = ""


@reads(KeysPage, KeysQuery)
def keys(ask: Ask[KeysQuery, None]) -> KeysPage:
    """Every public key that metadata names."""
    asked = ask.query
    chosen = key_pages.Filter(
        kind=asked.kind, source=asked.source, text=asked.text, order=asked.sort
    )
    return key_pages.keys(ask.viewer, ask.moment, chosen, asked.after, asked.size)


class KeyQuery(ListQuery, frozen=True, kw_only=True):
    """Of which source alone the worth of the key is told."""

    source: (
        Annotated[
            Number,
            Meta(
                description="Its repository is verified for it where not everything passed there."
            ),
        ]
        | None
    ) = None


@reads(KeyPage, KeyQuery)
def key(ask: Ask[KeyQuery, None], fingerprint: str) -> KeyPage | None:
    """A key: its ids, its roles, what it signed, and what its loss or theft means."""
    asked = ask.query
    return key_page(
        ask.viewer, ask.moment, fingerprint, asked.after, asked.size, within=asked.source
    )


class FindingsQuery(ListQuery, frozen=True, kw_only=True):
    """Which findings."""

    severity: Literal["", "high", "medium", "low", "info"] = ""
    check: Annotated[str, Meta(max_length=100, description="The id of a finding.")] = ""
    state: Annotated[
        Literal["open", "accepted", "ended"],
        Meta(description="Not repaired, lived with for a time, or repaired."),
    ] = "open"
    source: Number | None = None
    text: Annotated[str, Meta(max_length=200)] = ""


@reads(FindingsPage, FindingsQuery)
def findings(ask: Ask[FindingsQuery, None]) -> FindingsPage:
    """What verifications noticed and nobody repaired, the newest first."""
    asked = ask.query
    chosen = finding_pages.Filter(
        severity=asked.severity,
        check=asked.check,
        state=asked.state,
        source=asked.source,
        text=asked.text,
    )
    return finding_pages.findings(ask.viewer, ask.moment, chosen, asked.after, asked.size)


class Accept(Body, frozen=True, kw_only=True):
    """Findings that the team lives with until a day, or that are to be open again."""

    findings: Annotated[list[Number], Meta(min_length=1, max_length=MOST_AT_ONCE)]
    act: Literal["accept", "reopen"] = "accept"
    until: Annotated[str, Meta(max_length=10, description="The last day, 2026-12-31.")] = ""
    reason: LongText = ""


class Accepted(msgspec.Struct, frozen=True):
    """How many findings were accepted or opened again."""

    findings: int


@acts(Accepted, Accept, AtQuery, need=Act.ACCEPT_FINDING)
def accept(ask: Ask[AtQuery, Accept]) -> Accepted:
    """Accept findings for a time, or open them again."""
    ids, now, by = set(ask.body.findings), ask.moment.now, ask.viewer.name
    teams = dict(Finding.objects.filter(pk__in=ids).values_list("pk", "source__team"))
    for number in ids:
        ask.must(Act.ACCEPT_FINDING, teams.get(number, 0))
    reason = ask.body.reason
    if ask.body.act == "reopen":
        return Accepted(reopen_findings(finding_ids=ids, by=by, now=now, reason=reason))
    until = _day(ask.body.until)
    made = accept_findings(finding_ids=ids, reason=reason, until=until, by=by, now=now)
    return Accepted(made)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        shown = visible(text, 40) or "nothing"
        wrong = Wrong("$.until", "a day such as 2026-12-31", shown)
        raise Refused(Kind.BAD_REQUEST, "Accepting needs a last day.", (wrong,)) from error


class SearchQuery(AtQuery, frozen=True, kw_only=True):
    """What is looked for."""

    q: Annotated[
        str, Meta(max_length=LONGEST, description="A name, the beginning of a digest, a number.")
    ] = ""


@reads(SearchPage, SearchQuery)
def search(ask: Ask[SearchQuery, None]) -> SearchPage:
    """Sources, roles, documents, keys, verdicts and events by name, digest or number."""
    return search_page(ask.viewer, ask.moment, ask.query.q)


class HelpQuery(Query, frozen=True, kw_only=True):
    """Words of the texts."""

    q: Annotated[str, Meta(max_length=200)] = ""


@reads(HelpIndex, HelpQuery)
def checks(ask: Ask[HelpQuery, None]) -> HelpIndex:
    """Every check and finding, and what each trust state means."""
    return help_index(ask.query.q)


@reads(CheckHelp, AtQuery)
def check(ask: Ask[AtQuery, None], check_id: str) -> CheckHelp | None:
    """What a check means, what to do, and where it does not hold now."""
    return check_help(ask.viewer, ask.moment, check_id)
