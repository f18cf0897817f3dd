"""One's own account: roles, tokens; and the teams of those who manage them."""

import msgspec
from django.db import transaction

from trustui.accounts.models import ApiToken
from trustui.accounts.needs import Whom
from trustui.accounts.permissions import ALLOWED, Act
from trustui.accounts.tokens import revoke_token
from trustui.api.asking import Ask
from trustui.api.operations import acts, reads
from trustui.api.questions import AtQuery, Body, Query
from trustui.events.services import record
from trustui.pages.teams import TeamLine, TeamPage, managed_teams
from trustui.pages.teams import team as team_page
from trustui.pages.tokens import TokenLine, TokensPage
from trustui.pages.tokens import tokens as tokens_page


class Belonging(msgspec.Struct, frozen=True):
    """A team, one's role in it, and what that allows."""

    team_id: int
    team: str
    role: str
    may: list[Act]


class Account(msgspec.Struct, frozen=True):
    """Who asks."""

    name: str
    teams: list[Belonging]


@reads(Account, need=Whom.PERSON)
def account(ask: Ask[Query, None]) -> Account:
    """Who you are to this installation, and what you may do in which team."""
    viewer = ask.viewer
    return Account(
        viewer.name,
        [
            Belonging(team, viewer.team_names[team], str(role), sorted(ALLOWED[role]))
            for team, role in sorted(viewer.roles.items())
        ],
    )


@reads(TokensPage, need=Whom.PERSON)
def tokens(ask: Ask[Query, None]) -> TokensPage:
    """Your API tokens, never their text. They are made on the page of tokens, by a person."""
    return tokens_page(ask.viewer, ask.moment.now)


@reads(TokenLine, need=Whom.PERSON)
def token(ask: Ask[Query, None], token_id: int) -> TokenLine | None:
    """One of your tokens."""
    return _line(ask, token_id)


class Revoke(Body, frozen=True, kw_only=True):
    """Nothing more is to be said."""


@acts(TokenLine, Revoke, AtQuery, need=Whom.PERSON)
@transaction.atomic
def revoke(ask: Ask[AtQuery, Revoke], token_id: int) -> TokenLine | None:
    """End one of your tokens at once."""
    found = ApiToken.objects.filter(pk=token_id, owner_id=ask.viewer.user_id).first()
    if found is not None and ask.body == Revoke() and found.revoked_at is None:
        revoke_token(token=found, now=ask.moment.now)
        record(
            kind="token.revoked",
            at=ask.moment.now,
            actor=ask.actor,
            subject=found.name,
            detail={"hint": found.hint, "scope": found.scope},
        )
    return _line(ask, token_id)


def _line(ask: Ask[Query, None] | Ask[AtQuery, Revoke], token_id: int) -> TokenLine | None:
    page = tokens_page(ask.viewer, ask.moment.now)
    return next((one for one in (*page.valid, *page.ended) if one.token_id == token_id), None)


@reads(list[TeamLine], need=Act.MANAGE_TEAM)
def teams(ask: Ask[Query, None]) -> list[TeamLine]:
    """The teams that you manage."""
    return managed_teams(ask.viewer)


@reads(TeamPage, need=Act.MANAGE_TEAM)
def team(ask: Ask[Query, None], team_id: int) -> TeamPage:
    """The people of a team. Roles are given on its page, by a person."""
    ask.must(Act.MANAGE_TEAM, team_id)
    return team_page(ask.viewer, team_id)
