"""`/sources/add/`: a place is looked at first, then added with the root that a person confirms."""

from contextlib import closing
from typing import cast

import msgspec
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.models import Team, User
from trustui.accounts.permissions import Act
from trustui.crawl.image_source import Login
from trustui.crawl.secrets import Secret
from trustui.events.services import PERSON
from trustui.images.inspecting import RegistryInspection, inspect_registry
from trustui.inventory.anchoring import anchor_source, confirmed_root
from trustui.inventory.credentials import CredentialError, set_login
from trustui.inventory.inspecting import Inspection, inspect
from trustui.inventory.models import Source
from trustui.inventory.recognizing import (
    IMAGE_KINDS,
    SourceError,
    checked_hosts,
    kind_named,
    recognized,
)
from trustui.inventory.sources import add_source, place_options
from trustui.policies.models import Origin
from trustui.policies.services import PinError
from trustui.web.asking import Asking, must, page
from trustui.web.source import number_given, root_given, taken_secret


class Given(msgspec.Struct, frozen=True):
    """What stands in the form."""

    team: str = ""
    name: str = ""
    location: str = ""
    every_seconds: str = ""
    allow_addresses: str = ""
    branch: str = ""
    folder: str = ""
    repositories: str = ""
    username: str = ""
    token_host: str = ""
    pin: str = ""
    """`none`, `fingerprint` or `file`."""
    fingerprint: str = ""
    reason: str = ""

    @property
    def hosts(self) -> list[str]:
        """Each private host."""
        return self.allow_addresses.split()

    @property
    def chosen(self) -> list[str]:
        """Each repository or pattern of a registry."""
        return self.repositories.split()


@page(get=Act.EDIT_SOURCE, post=Act.EDIT_SOURCE)
def add(request: Asking) -> HttpResponse:
    """The form; `act=look` looks at the place, `act=add` adds it."""
    if request.method != "POST":
        location = request.GET.get("location", "")
        return _show(request, Given(location=location))
    password = taken_secret(request, "password")
    names = Given.__struct_fields__
    given = Given(**{name: request.POST.get(name, "").strip() for name in names})
    try:
        team = _team(request, given)
        if request.POST.get("act") != "add":
            return _show(request, given, found=_looked(given))
        source = _added(request, given, team, password)
    except (SourceError, PinError, CredentialError) as error:
        return _show(request, given, str(error), status=400)
    messages.success(request, f"{source.name} was added. Its first crawl is due now.")
    return HttpResponseRedirect(reverse("source", args=[source.pk]))


def _team(request: Asking, given: Given) -> Team:
    """The team of the form, once every act that the form asks for is allowed in it."""
    allowed = _teams(request)
    chosen = given.team or (str(allowed[0][0]) if len(allowed) == 1 else "")
    if chosen not in {str(team) for team, _ in allowed}:
        raise SourceError("expected one of the teams for which you may add sources")
    team = int(chosen)
    must(request, Act.EDIT_SOURCE, team)
    if given.hosts:
        must(request, Act.ALLOW_ADDRESS, team)
    if given.pin in {"fingerprint", "file"} and request.POST.get("act") == "add":
        must(request, Act.PIN_ROOT, team)
    return Team.objects.get(pk=team)


def _looked(given: Given) -> Inspection | RegistryInspection:
    roots, hosts = settings.TRUSTUI.local_roots, given.hosts
    location = given.location
    if recognized(location, checked_hosts(hosts), roots).kind in IMAGE_KINDS:
        return inspect_registry(location, roots=roots, allow_addresses=hosts)
    return inspect(location, roots=roots, allow_addresses=hosts)


def _added(request: Asking, given: Given, team: Team, password: str) -> Source:
    """Reads the root before anything is written: a place may take its time."""
    root = _root(request, given)
    now, actor = request.moment.now, f"{PERSON}{request.viewer.name}"
    every = given.every_seconds
    with transaction.atomic():
        source = add_source(
            team=team,
            name=given.name,
            location=given.location,
            actor=actor,
            now=now,
            every_seconds=number_given(every, "the seconds between crawls") if every else None,
            allow_addresses=given.hosts,
            branch=given.branch,
            folder=given.folder,
            repositories=given.chosen,
            reason=given.reason,
        )
        if given.username or password:
            set_login(
                source=source,
                login=Login(given.username, Secret(password), given.token_host),
                actor=actor,
                by_name=request.viewer.name,
                now=now,
                reason=given.reason,
            )
        if root is not None:
            anchor_source(
                source=source,
                body=root[0],
                origin=root[1],
                by=cast("User", request.user),
                by_name=request.viewer.name,
                reason=given.reason,
                now=now,
            )
    return source


def _root(request: Asking, given: Given) -> tuple[bytes, Origin] | None:
    if given.pin not in {"fingerprint", "file"}:
        return None
    if not given.reason:
        raise PinError("pinning a root needs a reason: how do you know that it is the right one?")
    if given.pin == "file" and "root" not in request.FILES:
        raise PinError("expected a root.json to pin, found no file")

    def confirmed(fingerprint: str) -> bytes:
        hosts, roots = checked_hosts(given.hosts), settings.TRUSTUI.local_roots
        kind = kind_named(recognized(given.location, hosts, roots).kind)
        options = place_options(hosts, roots, given.branch, given.folder)
        with closing(kind.open(given.location, options)) as place:
            return confirmed_root(place, fingerprint)

    return root_given(request, confirmed)


def _teams(request: Asking) -> list[tuple[int, str]]:
    return sorted(
        (
            (team, name)
            for team, name in request.viewer.team_names.items()
            if request.viewer.may(Act.EDIT_SOURCE, team)
        ),
        key=lambda team: team[1],
    )


def _show(
    request: Asking,
    given: Given,
    wrong: str = "",
    found: Inspection | RegistryInspection | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = {
        "given": given,
        "wrong": wrong,
        "found": found,
        "is_looked_at": found is not None or request.POST.get("act") == "add",
        "is_registry": _is_registry(given, found),
        "teams": [(str(team), name) for team, name in _teams(request)],
        "may_allow": request.viewer.may_anywhere(Act.ALLOW_ADDRESS),
        "may_pin": request.viewer.may_anywhere(Act.PIN_ROOT),
        "crawl_every": settings.TRUSTUI.crawl_every,
    }
    return render(request, "sources/add.html", shown, status=status)


def _is_registry(given: Given, found: Inspection | RegistryInspection | None) -> bool:
    """Whether the place holds artefacts, as far as its location says."""
    if found is not None:
        return isinstance(found, RegistryInspection)
    if not given.location:
        return False
    try:
        hosts, roots = checked_hosts(given.hosts), settings.TRUSTUI.local_roots
        return recognized(given.location, hosts, roots).kind in IMAGE_KINDS
    except SourceError:
        return False
