"""`/policies/material/look/`, `/policies/material/set/`: bytes are looked at first, then trusted."""

import base64
from typing import cast

import msgspec
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from trustui.accounts.models import Team, User
from trustui.accounts.permissions import Act
from trustui.core.primitives.digests import sha256
from trustui.core.primitives.text import visible
from trustui.pages.images.material_proposing import (
    MaterialDraft,
    MaterialProposal,
    material_proposal,
)
from trustui.policies.materials import set_material
from trustui.policies.models import TrustMaterial
from trustui.policies.stating import OvertakenError, PolicyError
from trustui.web.asking import Asking, must, page
from trustui.web.policy_setting import (
    CHANGED,
    MOST_DIGITS,
    MOST_TEXT,
    file_given,
    number_seen,
    team_given,
    teams_for,
    typed,
)

PASTED = "pasted into the browser"
"""Where the bytes came from, when no file was sent."""


class Given(msgspec.Struct, frozen=True):
    """What stands in the form."""

    team: str = ""
    name: str = ""
    text: str = ""
    """What was pasted."""
    file_name: str = ""
    packed: str = ""
    """The bytes of a file, in base64: a browser sends a file once only."""
    reason: str = ""
    seen: str = ""
    looked: str = ""

    @property
    def body(self) -> bytes:
        """What was pasted, else what was in the file. Raises PolicyError where there is neither."""
        if self.text.strip():
            return self.text.replace("\r\n", "\n").encode("utf-8", "replace")
        try:
            found = base64.b64decode(self.packed, validate=True)
        except ValueError as error:
            raise PolicyError("the file did not arrive whole: give it once more") from error
        if not found:
            raise PolicyError("expected a file or some text, found nothing")
        return found

    @property
    def origin(self) -> str:
        """Where the bytes come from, as it is kept."""
        if self.text.strip() or not self.file_name:
            return PASTED
        return visible(self.file_name, 200)


@page(post=Act.SEE)
def look(request: Asking) -> HttpResponse:
    """What the bytes are and what would rest on them; nothing is stored."""
    if request.method != "POST":
        return _show(request, _prefilled(request))
    return _looked_at(request)


@page(get=Act.SET_POLICY, post=Act.SET_POLICY)
def set_it(request: Asking) -> HttpResponse:
    """Let policies name it from now on."""
    if request.method != "POST":
        return _show(request, _prefilled(request))
    try:
        given = _given(request)
        if given.looked != sha256(given.body):
            return _looked_at(request, CHANGED, 409)
        material = _set(request, given)
    except OvertakenError as error:
        return _looked_at(request, str(error), 409)
    except PolicyError as error:
        return _looked_at(request, str(error), 400)
    messages.success(request, f"{material.name}, version {material.number}, is in force.")
    return HttpResponseRedirect(reverse("material", args=[material.pk]))


def _set(request: Asking, given: Given) -> TrustMaterial:
    team = team_given(request, given.team)
    must(request, Act.SET_POLICY, team)
    return set_material(
        team=Team.objects.get(pk=team),
        name=given.name,
        body=given.body,
        origin=given.origin,
        by=cast("User", request.user),
        by_name=request.viewer.name,
        reason=given.reason,
        now=request.moment.now,
        seen=number_seen(given.seen),
    )


def _typed(request: Asking) -> Given:
    names = [name for name in Given.__struct_fields__ if name in request.POST]
    given = Given(**{name: typed(request, name) for name in names})
    return msgspec.structs.replace(given, text=request.POST.get("text", ""))


def _given(request: Asking) -> Given:
    """What was typed, with the file that was sent. Raises PolicyError."""
    given, sent = _typed(request), file_given(request, "file")
    if sent is not None:
        packed = base64.b64encode(sent[1]).decode()
        given = msgspec.structs.replace(given, text="", file_name=sent[0], packed=packed)
    if len(given.body) > MOST_TEXT:
        raise PolicyError(
            f"expected at most {MOST_TEXT:,} bytes here, found {len(given.body):,}: "
            "`trustui material add` takes longer ones"
        )
    return given


def _prefilled(request: Asking) -> Given:
    """The name and team of `?material=`, of which the next version is given; else empty."""
    text = request.GET.get("material", "")
    if not text:
        return Given()
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    found = TrustMaterial.objects.filter(
        pk=int(text) if is_number else 0, team__in=request.viewer.teams
    ).first()
    if found is None:
        raise Http404
    return Given(team=str(found.team_id), name=found.name)


def _looked_at(request: Asking, wrong: str = "", status: int = 200) -> HttpResponse:
    """The form with what the bytes are, and what is wrong with them."""
    given = _typed(request)
    try:
        given = _given(request)
        draft = MaterialDraft(team_given(request, given.team), given.name, given.body)
    except PolicyError as error:
        return _show(request, given, wrong or str(error), 400)
    found = material_proposal(request.viewer, request.moment, draft)
    looked = msgspec.structs.replace(given, seen=str(found.seen), looked=found.sha256)
    if found.refused and not wrong:
        status = 400
    return _show(request, looked, wrong, status, found)


def _show(
    request: Asking,
    given: Given,
    wrong: str = "",
    status: int = 200,
    found: MaterialProposal | None = None,
) -> HttpResponse:
    shown = {
        "given": given,
        "wrong": wrong,
        "proposal": found,
        "teams": teams_for(request, Act.SEE),
        "may_set": request.moment.is_now and request.viewer.may_anywhere(Act.SET_POLICY),
    }
    return render(request, "policies/set_material.html", shown, status=status)
