"""A cast of people, one of each role, and what their team and another one look after."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from allauth.account.internal.flows.login import (
    get_authentication_records,
    record_authentication,
)
from django.db import transaction
from django.http import HttpRequest
from django.test import Client
from django.urls import URLPattern

from tests.simulators.images import NOW as IMAGES_NOW
from tests.simulators.images import Registered, expect, sign_as
from tests.simulators.kept import kept
from tests.simulators.watched import DAY, START, Watched, vendor
from trustui.accounts.calendars import PREFIX, make_calendar
from trustui.accounts.models import ApiToken, Membership, Role, Scope, Team, User
from trustui.accounts.tokens import make_token, new_text
from trustui.demo.images.stories import crane_controller
from trustui.events.services import record
from trustui.inventory.models import RoleState, Source, SourceKey
from trustui.jobs.models import Job, State
from trustui.policies.models import TrustMaterial
from trustui.web.checks import all_routes

HIDDEN_NAME = "zq-of-strangers"
"""Stands in every name of the other team; no page of somebody else may hold it."""
OWN_NAME = "vendor-updates"


def sign_in(client: Client, user: User, *, is_fresh: bool = True) -> Client:
    """As after the sign-in page; without `is_fresh` some ten minutes later."""
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, method="password", reauthenticated=True)
    if not is_fresh:
        for record in get_authentication_records(request, user):
            record["at"] -= 600
    request.session.save()
    return client


def new_user(name: str, team: Team | None = None, role: Role = Role.VIEWER) -> User:
    """An account without a usable password: hashing one takes a tenth of a second."""
    user = User(username=name)
    user.set_unusable_password()
    user.save()
    if team is not None:
        Membership.objects.create(user=user, team=team, role=role)
    return user


@dataclass(frozen=True)
class Side:
    """A team, who is in it, and one of everything that it looks after."""

    team: Team
    administrator: User
    source: Source
    token: ApiToken
    examples: Mapping[str, object]
    """By the name of a route's parameter."""


@dataclass(frozen=True)
class Cast:
    """Our team with a person of each role, the other team, and somebody without a team."""

    own: Side
    other: Side
    people: dict[Role, User]
    teamless: User

    def as_role(self, role: Role) -> Client:
        return sign_in(Client(), self.people[role])


def make_cast(*, has_images: bool = False) -> Cast:
    """With `has_images` each team has a registry too, and examples of what is in it."""
    return kept(("cast", has_images), lambda: _cast(has_images=has_images))


def _cast(*, has_images: bool) -> Cast:
    own = _side("Platform", OWN_NAME, "mira", has_images=has_images)
    other = _side(
        f"{HIDDEN_NAME}-team", HIDDEN_NAME, f"{HIDDEN_NAME}-person", has_images=has_images
    )
    people = {
        role: own.administrator
        if role is Role.ADMINISTRATOR
        else new_user(f"{role}-person", own.team, role)
        for role in Role
    }
    return Cast(own, other, people, new_user("newcomer"))


def _side(team_name: str, source_name: str, administrator_name: str, *, has_images: bool) -> Side:
    watched = Watched(vendor(source_name), name=source_name)
    watched.crawl(START + DAY)
    team = Team.objects.create(name=team_name, created_at=START)
    Source.objects.filter(pk=watched.source.pk).update(team=team)
    watched.source.refresh_from_db()
    administrator = new_user(administrator_name, team, Role.ADMINISTRATOR)
    now = datetime.now(UTC)
    token, _ = make_token(
        owner=administrator,
        name=f"{source_name} pipeline",
        scope=Scope.READ,
        expires_at=now + timedelta(days=7),
        now=now,
    )
    calendar, _ = make_calendar(
        owner=administrator, name=f"{source_name} signing days", narrowed={}, now=now
    )
    state = RoleState.objects.select_related("served__blob").get(
        source=watched.source, role="targets"
    )
    key = SourceKey.objects.select_related("key").filter(source=watched.source).first()
    assert key is not None
    with transaction.atomic():
        event = record(
            kind="source.changed",
            at=START,
            actor=f"person:{administrator_name}",
            subject=source_name,
            detail={},
            team_id=team.pk,
            source_id=watched.source.pk,
        )
    examples = {
        "event_id": event.pk,
        "source_id": watched.source.pk,
        "verdict_id": watched.verdicts[-1].pk,
        "role_id": state.role_id,
        "sha256": state.served.blob.sha256,
        "fingerprint": key.key.fingerprint,
        "team_id": team.pk,
        "user_id": administrator.pk,
        "token_id": token.pk,
        "calendar_id": calendar.pk,
        "calendar_secret": new_text(PREFIX),  # of no calendar: whoever has one is let in
        "check_id": "tuf.timestamp.freeze.expired",
        "job_id": _crawl_of(watched.source).pk,
        "provider_id": "sso",
        "pk": 1,
        **(_of_images(team, source_name) if has_images else {}),
    }
    return Side(team, administrator, watched.source, token, examples)


def _of_images(team: Team, source_name: str) -> dict[str, object]:
    """A registry of the team, and one of everything in it."""
    version = expect(team)
    story = crane_controller(IMAGES_NOW)
    registered = Registered(team, story, name=f"{source_name}-registry")
    registered.crawl(story.past[0].since, story.past[0].files)
    signature, verdict = registered.signature, registered.verdict
    material = TrustMaterial.objects.filter(team=team).first()
    assert material is not None
    signer = sign_as(registered, f"{source_name}@example.org")
    return {
        "repository_id": registered.repository.pk,
        "oci_digest": verdict.digest,
        "artefact_verdict_id": verdict.pk,
        "tag_id": registered.tag().pk,
        "manifest_digest": signature.manifest.digest,
        "content_digest": signature.content_digest,
        "position": signature.position,
        "identity_id": signer.identity_id,
        "policy_id": version.policy_id,
        "material_id": material.pk,
    }


def _crawl_of(source: Source) -> Job:
    now = datetime.now(UTC)
    return Job.objects.create(
        kind="crawl", key=str(source.pk), state=State.IDLE, due_at=now, created_at=now
    )


# ---- routes


@dataclass(frozen=True)
class Route:
    """A route as it is written, with the view behind it."""

    pattern: str
    view: object = field(compare=False)
    parameters: frozenset[str]

    def address(self, examples: Mapping[str, object]) -> str:
        """A real address. An unknown parameter is a KeyError: give it an example above."""
        address = self.pattern
        for name in self.parameters:
            start = address.index(f":{name}>")
            begin = address.rindex("<", 0, start)
            address = f"{address[:begin]}{examples[name]}{address[start + len(name) + 2 :]}"
        return f"/{address}"


def routes() -> Iterator[Route]:
    """Every route of the site."""
    for pattern, one in all_routes():
        yield Route(pattern, one.callback, frozenset(_parameters(one)))


def _parameters(pattern: URLPattern) -> Iterator[str]:
    yield from pattern.pattern.converters
