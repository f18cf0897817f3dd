"""An installation with thousands of repositories: some published, crawled and concluded for real,
all others copies of those, each with documents, keys, verdicts and a past of its own.

The copies' documents differ by blanks at their end, so that each has its own digest and verifies
like its model. Their keys are their own in the tables alone: documents go on naming the model's.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeAlias

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import JSONField

from tests.simulators.many_rows import Row, write_rows
from tests.simulators.people import new_user
from tests.simulators.watched import DAY, WEEK, Watched
from trustui.accounts.models import ApiToken, Membership, Role, Scope, Team, User
from trustui.accounts.tokens import make_token
from trustui.demo.keys import throwaway_key
from trustui.demo.publisher import Publisher
from trustui.demo.roles import RolePlan
from trustui.events.models import Event
from trustui.inventory.models import (
    Blob,
    Crawl,
    PublicKey,
    RoleSignature,
    RoleState,
    RoleVersion,
    Sighting,
    Source,
    SourceKey,
)
from trustui.jobs.models import Job, State
from trustui.verdicts.models import Finding, SourceVerdict, Verdict

VENDOR = "vendor"
ROLES = 20
SIGNERS = 5
CREW = 20
"""Keys of a repository; each role is signed by some of them."""
MODELS = 20
"""Repositories that are published for real."""
FEW = 100
"""Repositories that the second person sees."""
_BLANKS = (b" ", b"\n", b"\t", b"\r")


@dataclass(frozen=True)
class Installed:
    """Who looks, and at what."""

    everything: User
    """Sees all repositories."""
    few: User
    """Sees `FEW` of them."""
    models: tuple[int, ...]
    """Sources whose documents, keys and projections agree in everything; both people see them."""


def install(
    repositories: int,
    now: datetime,
    *,
    published: int = MODELS,
    roles: int = ROLES,
    name: str = VENDOR,
) -> Installed:
    """Fill the tables; as of `now` (UTC) all sources were crawled within the last hour.

    `published` of the repositories are models of the others; each has so many roles. Names begin
    with `name`.
    """
    many = Team.objects.create(name=f"{name}s", created_at=now)
    few = Team.objects.create(name=f"{name}s, a few", created_at=now)
    person = new_user(f"{name}-everything", many, Role.ADMINISTRATOR)
    other = new_user(f"{name}-few", few, Role.ADMINISTRATOR)
    Membership.objects.create(user=person, team=few, role=Role.ADMINISTRATOR)
    originals = [
        _published(f"{name}-{number:05}", number, now, roles)
        for number in range(min(published, repositories))
    ]
    Source.objects.filter(pk__in=originals).update(team=few)
    for one in (person, other):
        later = now + timedelta(days=30)
        make_token(owner=one, name="pipeline", scope=Scope.READ, expires_at=later, now=now)
    copies = _Copies(originals, repositories - len(originals), many.pk, name)
    for model in _COPIED:
        write_rows(model, " ".join(one.name for one in copies.fields(model)), copies.rows(model))
    _finish()
    return Installed(person, other, tuple(originals))


def installed() -> Installed | None:
    """What an earlier `install` made; None where there is nothing."""
    found = User.objects.filter(username__startswith=f"{VENDOR}-").order_by("username")
    if not found:
        return None
    everything, few = found
    first = Source.objects.order_by("pk").values_list("pk", flat=True)[:MODELS]
    return Installed(everything, few, tuple(first))


def about(user: User, source: int, turn: int) -> dict[str, object]:
    """Something of one source for each parameter of a route; others each time."""
    states = RoleState.objects.filter(source=source).select_related("served__blob").order_by("pk")
    state = states[turn % states.count()]
    key = SourceKey.objects.select_related("key").filter(source=source).order_by("pk")[turn % 10]
    team = Source.objects.get(pk=source).team_id
    return {
        "source_id": source,
        "role_id": state.role_id,
        "sha256": state.served.blob.sha256,
        "fingerprint": key.key.fingerprint,
        "verdict_id": Verdict.objects.filter(source=source).latest("pk").pk,
        "event_id": Event.objects.filter(source_id=source).latest("pk").pk,
        "job_id": Job.objects.filter(key=str(source)).latest("pk").pk,
        "team_id": team,
        "user_id": user.pk,
        "token_id": ApiToken.objects.filter(owner=user).latest("pk").pk,
        "check_id": "tuf.timestamp.freeze.expired",
    }


# ---- repositories that are real


def _published(name: str, number: int, now: datetime, roles: int) -> int:
    """Publish and crawl one, and give its source: healthy, or wrong in one of some ways."""
    start = (now - 20 * DAY).replace(microsecond=0)
    plans = {
        "timestamp": RolePlan(lifetime=21 * DAY if number % 5 else 20 * DAY + WEEK),
        "snapshot": RolePlan(lifetime=40 * DAY),
    }
    repo = Publisher(name, start, plans=plans)
    crew = [throwaway_key(f"crew of {name} {one}") for one in range(CREW)]
    names = _names(roles)
    _delegate(repo, names[4:])
    for place, role in enumerate(names):
        chosen = [crew[(place + one) % CREW] for one in range(SIGNERS)]
        repo.rotate(role, to=chosen, keys=SIGNERS, threshold=SIGNERS - (place > 3))
        repo.sign_with(role, *chosen)
    repo.publish(start)
    watched = Watched(repo, name=name)
    watched.crawl(start + timedelta(minutes=10))
    _go_wrong(repo, number)
    repo.publish(now - timedelta(hours=2))
    watched.crawl(now - timedelta(minutes=30))
    for row in Job.objects.filter(key=str(watched.source.pk)):
        row.delete()
    Job.objects.create(
        kind="crawl",
        key=str(watched.source.pk),
        state=State.QUARANTINED if number == 7 else State.QUEUED,
        due_at=now + timedelta(minutes=number),
        every_seconds=900,
        created_at=start,
    )
    return watched.source.pk


def _names(roles: int) -> list[str]:
    delegated = [f"team-{one}" for one in range(roles - 4)]
    return ["root", "timestamp", "snapshot", "targets", *delegated]


def _delegate(repo: Publisher, names: Sequence[str]) -> None:
    for place, role in enumerate(names):
        above = "targets" if place < 8 else f"team-{place - 8}"
        repo.add_delegation(above, role, paths=[f"{role}/*"], lifetime=(60 + place * 20) * DAY)
        repo.add_target(role, f"{role}/app-1.tar.gz", b"an application")


def _go_wrong(repo: Publisher, number: int) -> None:
    match number % 10:
        case 1:
            repo.freeze("timestamp")
            repo.withdraw("timestamp.json")
        case 2:
            repo.sign_with_only("team-3", 2)
        case 3:
            repo.set_expiry("timestamp", repo.now + DAY)
        case 4:
            repo.claim("timestamp", "snapshot", version=7)
        case _:
            repo.add_target("team-5", "team-5/app-2.tar.gz", b"another")


# ---- the others

_COPIED: tuple[type[models.Model], ...] = (
    *(Source, Crawl, Blob, PublicKey, SourceKey, Sighting, RoleVersion, RoleSignature),
    *(RoleState, Verdict, SourceVerdict, Finding, Event, Job),
)
_OF_SOURCE: Mapping[type[models.Model], Callable[[int], Any]] = {
    Source: lambda source: Source.objects.filter(pk=source),
    Blob: lambda source: Blob.objects.filter(sightings__source=source).distinct(),
    PublicKey: lambda source: PublicKey.objects.filter(names__source=source).distinct(),
    Event: lambda source: Event.objects.filter(source_id=source),
    Job: lambda source: Job.objects.filter(key=str(source)),
}
_SHIFTED = {"expires_at", "due_at", "at", "since", "first_seen_at"}
"""Instants that are spread over the copies: within an hour."""
Teller: TypeAlias = Callable[[Any, int], object]


class _Copies:
    """Rows of the copies: each of a model's rows once for each copy, under numbers of their own."""

    def __init__(self, originals: Sequence[int], count: int, team: int, name: str) -> None:
        self._originals = originals
        self._count = count
        self._team = team
        self._name_begins = name
        self._found = {one: {kind: _rows_of(kind, one) for kind in _COPIED} for one in originals}
        blobs = Blob.objects.filter(sightings__source__in=originals).distinct()
        self._bodies = {one.sha256: bytes(one.body) for one in blobs}
        self._places = {
            one: {kind: {row.pk: n for n, row in enumerate(rows)} for kind, rows in found.items()}
            for one, found in self._found.items()
        }
        self._firsts = {kind: self._count_up(kind) for kind in _COPIED}

    @staticmethod
    def fields(kind: type[models.Model]) -> list[Any]:
        return list(kind._meta.concrete_fields)

    def rows(self, kind: type[models.Model]) -> Iterator[Row]:
        tellers = [(one.attname, self._teller(kind, one)) for one in self.fields(kind)]
        for copy in range(self._count):
            for row in self._found[self._original(copy)][kind]:
                yield [tell(getattr(row, name), copy) for name, tell in tellers]

    def _original(self, copy: int) -> int:
        return self._originals[copy % len(self._originals)]

    def _teller(self, kind: type[models.Model], field: Any) -> Teller:
        """What a copy has where its original has a value."""
        special = self._special().get((kind, field.name))
        target = field.related_model if field.is_relation else kind if field.primary_key else None
        if special is not None:
            return special
        if target in _COPIED:
            return lambda pk, copy: None if pk is None else self._number(target, pk, copy)
        if isinstance(field, JSONField):
            return lambda value, _: json.dumps(value)
        if field.name in _SHIFTED:
            return lambda at, copy: at and at + timedelta(seconds=copy % 3_000)
        if isinstance(field, models.BinaryField):
            return lambda value, _: value if value is None else bytes(value)
        return lambda value, _: value

    def _special(self) -> dict[tuple[type[models.Model], str], Teller]:
        return {
            (Source, "name"): lambda _, copy: self._name(copy),
            (Source, "location"): lambda _, copy: f"https://{self._name(copy)}.example/",
            (Source, "team"): self._team_of,
            (Blob, "body"): lambda body, copy: bytes(body) + _trailing(copy),
            (Blob, "size"): lambda size, copy: size + len(_trailing(copy)),
            (Blob, "sha256"): self._digest,
            (PublicKey, "fingerprint"): lambda value, copy: _sha256(f"{value} {copy}".encode()),
            (Job, "key"): lambda key, copy: str(self._number(Source, int(key), copy)),
            (Event, "source_id"): lambda pk, copy: self._number(Source, pk, copy),
            (Event, "team_id"): self._team_of,
            (Event, "subject"): lambda _, copy: self._name(copy),
        }

    def _name(self, copy: int) -> str:
        return f"{self._name_begins}-{copy + len(self._originals):05}"

    def _team_of(self, team: int, copy: int) -> int:
        return team if copy < FEW - len(self._originals) else self._team

    def _digest(self, digest: str, copy: int) -> str:
        return _sha256(self._bodies[digest] + _trailing(copy))

    def _number(self, kind: type[models.Model], pk: int, copy: int) -> int:
        place = self._places[self._original(copy)][kind].get(pk)
        assert place is not None, f"{kind.__name__} {pk} is not of the repository that is copied"
        return self._firsts[kind][copy] + place

    def _count_up(self, kind: type[models.Model]) -> list[int]:
        first = (kind._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1
        firsts = []
        for copy in range(self._count):
            firsts.append(first)
            first += len(self._found[self._original(copy)][kind])
        return firsts


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _rows_of(kind: type[models.Model], source: int) -> list[models.Model]:
    special = _OF_SOURCE.get(kind)
    found = kind._default_manager.filter(source=source) if special is None else special(source)
    return list(found.order_by("pk"))


@cache
def _trailing(copy: int) -> bytes:
    """Blanks that no other copy has (RFC 8259 §2)."""
    digits = b""
    while True:
        digits += _BLANKS[copy % 4]
        copy //= 4
        if not copy:
            return digits + b" "


def _finish() -> None:
    """Tell the database what came past it."""
    style = no_style()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(style, list(_COPIED)):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
